#include "portique/inspect/config_files/resources.h"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "portique/base/text.h"

namespace portique::inspect {

namespace json = boost::json;

namespace {

/// Readers of JSON stop at 64 (base/json.h); the body is put into an object there.
constexpr int kDeepest = 60;

/// A number with a point or an exponent, as YAML 1.2's core schema has it.
std::optional<double> decimal_of(const YamlNode& node) {
  if (node.quoted || node.text.find_first_of(".eE") == std::string::npos) return std::nullopt;
  const std::string_view digits = std::string_view(node.text).substr(
      node.text.starts_with('-') || node.text.starts_with('+') ? 1 : 0);
  if (digits.empty() || (!base::is_digit(digits.front()) && digits.front() != '.'))
    return std::nullopt;
  double number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stopped != end || !std::isfinite(number)) return std::nullopt;
  return node.text.starts_with('-') ? -number : number;
}

/// Nothing for what nests too deep.
std::optional<json::value> value_of(const YamlNode& node, int depth) {
  if (depth > kDeepest) return std::nullopt;
  switch (node.kind) {
  case YamlNode::Kind::Null:
    return nullptr;
  case YamlNode::Kind::Scalar:
    if (node.is_null()) return nullptr;
    if (const auto truth = node.boolean()) return *truth;
    if (const auto number = node.integer()) return *number;
    if (const auto number = decimal_of(node)) return *number;
    return json::value(node.text);
  case YamlNode::Kind::Sequence: {
    json::array array;
    for (const YamlNode& item : node.items) {
      auto value = value_of(item, depth + 1);
      if (!value) return std::nullopt;
      array.push_back(std::move(*value));
    }
    return array;
  }
  case YamlNode::Kind::Mapping: {
    json::object object;
    for (const YamlMember& each : node.members) {
      auto value = value_of(each.value, depth + 1);
      if (!value) return std::nullopt;
      object[each.key] = std::move(*value);
    }
    return object;
  }
  }
  return nullptr;
}

json::object stage_object(const dockerfile::Stage& stage, bool is_final) {
  json::object body;
  body["name"] = stage.name;
  body["from"] = stage.base;
  body["platform"] = stage.platform;
  body["final"] = is_final;
  for (const dockerfile::Instruction& instruction : stage.instructions) {
    std::string text = instruction.text;
    for (const dockerfile::Heredoc& heredoc : instruction.heredocs)
      text += "\n" + heredoc.content;
    const std::string keyword = (instruction.on_build ? "ONBUILD " : "") + instruction.keyword;
    json::value& texts = body[keyword];
    if (!texts.is_array()) texts = json::array();
    texts.get_array().emplace_back(text);
  }
  return body;
}

std::string text_of_stage(const dockerfile::Stage& stage, bool is_final) {
  return json::serialize(stage_object(stage, is_final));
}

} // namespace

std::string json_of(const YamlNode& node) {
  const auto value = value_of(node, 0);
  return value ? json::serialize(*value) : std::string();
}

void ResourceMaker::add(std::vector<model::ConfigResource>& out, model::ConfigResource resource) {
  if (resource.body.empty() || resource.body.size() > left_) {
    incomplete_ = true;
    return;
  }
  left_ -= resource.body.size();
  out.push_back(std::move(resource));
}

std::vector<model::ConfigResource> ResourceMaker::stages(const dockerfile::Dockerfile& file) {
  std::vector<model::ConfigResource> out;
  for (const dockerfile::Stage& stage : file.stages) {
    model::LineRange lines = stage.from.lines;
    if (!stage.instructions.empty()) lines.last = stage.instructions.back().lines.last;
    const bool is_final = &stage == file.final_stage();
    add(out, {"stage", stage.name, "", lines, text_of_stage(stage, is_final)});
  }
  return out;
}

std::vector<model::ConfigResource> ResourceMaker::parts(const compose::Project& project) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSections{
      std::pair{"networks", "network"},
      {"volumes", "volume"},
      {"secrets", "secret"},
      {"configs", "config"}};
  std::vector<model::ConfigResource> out;
  for (const compose::Service& service : project.services)
    add(out, {"service", service.name, "", service.lines, json_of(service.node)});
  for (const auto& [section, kind] : kSections)
    for (const YamlMember& each : members(project.root.find(section)))
      add(out, {std::string(kind), each.key, "", lines_of(each), json_of(each.value)});
  return out;
}

std::vector<model::ConfigResource> ResourceMaker::object(const kubernetes::Object& object) {
  std::vector<model::ConfigResource> out;
  add(out,
      {std::string(object.kind),
       std::string(object.name),
       std::string(object.space),
       lines_of(*object.node),
       json_of(*object.node)});
  return out;
}

std::vector<model::ConfigResource> ResourceMaker::daemon(const YamlNode& root) {
  std::vector<model::ConfigResource> out;
  add(out, {"daemon", "", "", lines_of(root), json_of(root)});
  return out;
}

} // namespace portique::inspect
