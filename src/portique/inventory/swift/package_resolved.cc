// Package.resolved, as the Swift package manager writes it:
// https://github.com/swiftlang/swift-package-manager/blob/main/Sources/PackageGraph/ResolvedPackagesStore.swift
//
//   version 1     {"object": {"pins": [{"repositoryURL": ..., "state": {...}}]}}
//   version 2, 3  {"pins": [{"identity": ..., "kind": ..., "location": ..., "state": {...}}]}
//
// "state" has the revision, and the version unless a branch or a revision was asked for.
#include "portique/inventory/swift/package_resolved.h"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;
namespace json = boost::json;

struct Repository {
  std::string_view host; ///< without user and port
  std::string_view path; ///< between slashes, without ".git"
};

/// Of "https://host/path.git", "ssh://git@host:22/path" and "git@host:path".
Repository repository_of(std::string_view location) {
  const std::size_t scheme = location.find("://");
  std::string_view rest = location;
  char separator = ':';
  if (scheme != std::string_view::npos) {
    rest.remove_prefix(scheme + 3);
    separator = '/';
  }
  std::string_view host = base::take_until(rest, separator);
  if (const std::size_t user = host.rfind('@'); user != std::string_view::npos)
    host.remove_prefix(user + 1);
  host = host.substr(0, host.find(':'));
  while (rest.starts_with('/'))
    rest.remove_prefix(1);
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  if (rest.ends_with(".git")) rest.remove_suffix(4);
  return {host, rest};
}

/// "scope.name" of a registry, or the repository; nothing if it is neither.
std::optional<model::Package> named(std::string_view location, std::string_view registry_identity) {
  model::Package package{.type = "swift"};
  if (!registry_identity.empty()) {
    const std::string_view scope = base::take_until(registry_identity, '.');
    package.ns = utf8_value(scope);
    package.name = utf8_value(registry_identity);
  } else {
    const Repository repository = repository_of(location);
    const std::size_t slash = repository.path.rfind('/');
    const bool has_owner = slash != std::string_view::npos;
    package.ns = base::to_lower(utf8_value(repository.host));
    if (has_owner) package.ns += "/" + utf8_value(repository.path.substr(0, slash));
    package.name = utf8_value(has_owner ? repository.path.substr(slash + 1) : repository.path);
  }
  if (!base::is_word(package.ns) || !base::is_word(package.name)) return std::nullopt;
  return package;
}

class PinReader {
public:
  PinReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  void read(const json::array& pins) {
    for (const json::value& value : pins) {
      ++number_;
      if (!read_pin(value.if_object())) return;
    }
  }

private:
  /// False if there are too many.
  bool read_pin(const json::object* pin) {
    const std::string_view kind = base::json_string(pin, "kind");
    std::string_view location = base::json_string(pin, "location");
    if (location.empty()) location = base::json_string(pin, "repositoryURL");
    if (kind == "localSourceControl" || kind == "fileSystem" || location.starts_with('/') ||
        location.starts_with("file://"))
      return true;
    const bool is_of_registry = kind == "registry";
    auto package =
        named(location, is_of_registry ? base::json_string(pin, "identity") : std::string_view{});
    const json::object& state = base::json_fields(pin, "state");
    std::string_view version = base::json_string(&state, "version");
    if (version.empty()) version = base::json_string(&state, "revision");
    if (!package || !base::is_word(version)) {
      add_issue(*analysis_,
                Code::Malformed,
                fmt::format("pin {} ({}) has no valid {}",
                            number_,
                            excerpt(location),
                            package ? "version or revision" : "location"));
      return true;
    }
    package->version = utf8_value(version);
    return declared_->add(std::move(*package));
  }

  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::size_t number_ = 0;
};

} // namespace

Analysis analyze_package_resolved(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto document = read_json_document(file, analysis);
  if (!document) return analysis;
  const json::object* root = document->if_object();
  const auto version = base::json_integer(root, "version");
  const json::object* first = base::json_object(base::json_member(root, "object"));
  const json::array* pins = base::json_array(base::json_member(first ? first : root, "pins"));
  if (pins == nullptr) {
    add_issue(analysis, Code::Malformed, "this is no list of resolved Swift packages");
    return analysis;
  }
  if (!version || *version < 1 || *version > 3)
    add_issue(analysis,
              Code::Unsupported,
              "the file is not of a known version (1 to 3), but read as if it were");
  DeclaredPackages declared(file.path(), limits, analysis);
  PinReader(declared, analysis).read(*pins);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
