#pragma once

// Images for tests, written as JSON:
//   {"tags": [], "created": TIME, "config": OCI's, "history": [{"created_by", "created"}],
//    "base": {"name", "digest"}, "packages": [{"name", "version"}],
//    "files": {"privileged": [FILE], "world_writable": [FILE], "stray": [FILE],
//              "accounts": {"users": [[NAME, ID]], "groups", "without_password": [NAME]},
//              "left_overs": [{"tool", "folder", "files", "bytes"}], "programs": [Hardening's]}}

#include <string_view>

#include "portique/base/json.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

/// Owns what an ImageSubject borrows.
struct MadeSubject {
  model::Image image;
  std::vector<model::Package> packages;
  ImageFacts facts;

  [[nodiscard]] ImageSubject subject() const {
    return {image, packages, facts, *base::parse_time("2026-01-01")};
  }
};

inline bool flag_of(const boost::json::object& object, std::string_view name) {
  const auto* value = base::json_member(&object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

inline std::uint32_t number_of(const boost::json::object& object, std::string_view name) {
  const auto* value = base::json_member(&object, name);
  return value != nullptr && value->is_int64() ? static_cast<std::uint32_t>(value->get_int64()) : 0;
}

inline std::vector<std::string> texts_of(const boost::json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const auto& item : base::json_items(&object, name))
    texts.emplace_back(item.as_string());
  return texts;
}

inline std::vector<std::string> keys_of(const boost::json::object& object, std::string_view name) {
  std::vector<std::string> keys;
  for (const auto& member : base::json_fields(&object, name))
    keys.emplace_back(member.key());
  return keys;
}

inline std::vector<FileFact> files_of(const boost::json::object& facts, std::string_view name) {
  std::vector<FileFact> files;
  for (const auto& item : base::json_items(&facts, name)) {
    const auto& file = item.as_object();
    files.push_back({std::string(base::json_string(&file, "path")),
                     number_of(file, "mode"),
                     0,
                     0,
                     0,
                     flag_of(file, "owned")});
  }
  return files;
}

inline std::vector<Account> accounts_of(const boost::json::object& accounts,
                                        std::string_view name) {
  std::vector<Account> made;
  for (const auto& item : base::json_items(&accounts, name))
    made.push_back({std::string(item.as_array().at(0).as_string()),
                    static_cast<std::uint32_t>(item.as_array().at(1).as_int64())});
  return made;
}

inline ImageFacts facts_of(const boost::json::object& object) {
  const auto& files = base::json_fields(&object, "files");
  ImageFacts facts;
  facts.privileged = files_of(files, "privileged");
  facts.world_writable = files_of(files, "world_writable");
  facts.stray = files_of(files, "stray");
  const auto& accounts = base::json_fields(&files, "accounts");
  facts.accounts.users = accounts_of(accounts, "users");
  facts.accounts.groups = accounts_of(accounts, "groups");
  facts.accounts.without_password = texts_of(accounts, "without_password");
  for (const auto& item : base::json_items(&files, "left_overs")) {
    const auto& left = item.as_object();
    facts.left_overs.push_back({std::string(base::json_string(&left, "tool")),
                                std::string(base::json_string(&left, "folder")),
                                number_of(left, "files"),
                                number_of(left, "bytes"),
                                0});
  }
  for (const auto& item : base::json_items(&files, "programs")) {
    const auto& program = item.as_object();
    facts.programs.push_back({std::string(base::json_string(&program, "path")),
                              0,
                              flag_of(program, "owned"),
                              flag_of(program, "program"),
                              flag_of(program, "pie"),
                              flag_of(program, "relro"),
                              flag_of(program, "stack_protector"),
                              flag_of(program, "executable_stack"),
                              flag_of(program, "go")});
  }
  return facts;
}

inline MadeSubject subject_of(std::string_view text) {
  const auto value = base::parse_json(text).value();
  const boost::json::object& object = value.as_object();
  MadeSubject made;
  made.image.tags = texts_of(object, "tags");
  made.image.created = base::parse_time(base::json_string(&object, "created"));
  const auto& base_image = base::json_fields(&object, "base");
  made.image.base.name = base::json_string(&base_image, "name");
  made.image.base.digest = base::json_string(&base_image, "digest");
  for (const auto& item : base::json_items(&object, "history")) {
    const auto& step = item.as_object();
    model::Layer layer;
    layer.created_by = base::json_string(&step, "created_by");
    layer.created = base::parse_time(base::json_string(&step, "created"));
    made.image.layers.push_back(std::move(layer));
  }
  if (object.contains("config")) {
    const auto& config = base::json_fields(&object, "config");
    model::ImageConfig run;
    run.user = base::json_string(&config, "User");
    run.env = texts_of(config, "Env");
    run.entrypoint = texts_of(config, "Entrypoint");
    run.command = texts_of(config, "Cmd");
    run.ports = keys_of(config, "ExposedPorts");
    run.volumes = keys_of(config, "Volumes");
    run.working_dir = base::json_string(&config, "WorkingDir");
    run.stop_signal = base::json_string(&config, "StopSignal");
    const auto test = texts_of(base::json_fields(&config, "Healthcheck"), "Test");
    run.has_healthcheck = !test.empty() && test.front() != "NONE";
    made.image.config = std::move(run);
  }
  for (const auto& item : base::json_items(&object, "packages")) {
    model::Package package;
    package.type = "deb";
    package.name = base::json_string(item.if_object(), "name");
    package.version = "1";
    made.packages.push_back(std::move(package));
  }
  made.facts = facts_of(object);
  return made;
}

} // namespace portique::inspect
