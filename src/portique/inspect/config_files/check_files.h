#pragma once

// Checks a set of configuration files: finds out what each is, and asks the checks of its kind.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/limits.h"
#include "portique/base/time.h"
#include "portique/inspect/config_files/hit.h"
#include "portique/model/config_file.h"
#include "portique/model/issue.h"

namespace portique::inspect {

enum class ConfigKind : std::uint8_t { None, Dockerfile, Compose, Kubernetes, DaemonJson };

/// "Dockerfile", "Compose file", "Kubernetes manifest", "daemon.json".
std::string_view config_kind_name(ConfigKind kind);

struct ConfigFile {
  std::string path; ///< from the folder that is checked, with '/'
  std::string content;
};

/// Whether a file below a folder can be one, by its name alone; its content decides.
bool may_be_config(std::string_view path);

/// What the file is, by name and content.
ConfigKind config_kind(std::string_view path, std::string_view content);

struct CheckOptions {
  base::Time now;
  base::Limits limits;
  /// The user named this file: what it is must be found out, else it is an issue.
  bool named = false;
  /// Whether what the files declare is wanted: a policy asks about it.
  bool resources = false;
  /// What that may take: the manifests of a large platform have some 5 MB.
  std::uint64_t resource_bytes = 64ULL << 20U;
};

/// The word that policies have for it: "dockerfile", "compose", "kubernetes", "daemon".
std::string_view config_type(ConfigKind kind);

struct CheckedFile {
  std::string path;
  ConfigKind kind = ConfigKind::None;
  std::vector<model::ConfigResource> resources; ///< by line; empty unless they are wanted
};

struct ConfigFindings {
  std::vector<Hit> hits; ///< by file and line
  std::vector<CheckedFile> files;
  std::vector<model::Issue> issues;
  std::vector<std::string> notes;
  /// Files that are referred to and were not among those given; some several times.
  std::vector<std::string> wanted;
};

/// Files refer to each other (extends, include, env_file) by path.
ConfigFindings check_config_files(std::span<const ConfigFile> files, const CheckOptions& options);

/// Ids of all checks in the code, sorted; a test holds them against the rules.
std::vector<std::string_view> check_ids();

} // namespace portique::inspect
