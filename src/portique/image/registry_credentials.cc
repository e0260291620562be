// A helper gets the registry on its standard input and prints JSON. Docker Hub goes by its old URL
// there, as `docker login` stores it. What a helper prints is never repeated: it may hold secrets.

#include "portique/image/registry_credentials.h"

#include <cstdlib>

#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/limits.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::image {

namespace fs = std::filesystem;
using base::Code;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

constexpr std::string_view kNotFound = "credentials not found";

/// Asks the helper; without credentials and without a problem if it has none.
FoundCredentials ask_helper(const std::string& helper, std::string_view registry) {
  const std::string program = "docker-credential-" + helper;
  const std::string server =
      is_docker_hub(registry) ? "https://index.docker.io/v1/" : std::string(registry);
  // A helper may ask the person at the keyboard to unlock a key ring.
  const base::ProgramLimits limits{.time = std::chrono::minutes(1)};
  const auto output = base::run_program({program, "get"}, limits, server + "\n");
  if (!output) return {std::nullopt, output.error().text()};
  if (output->exit_status != 0) {
    if (base::to_lower(output->out).contains(kNotFound)) return {};
    return {std::nullopt,
            program + " failed with status " + std::to_string(output->exit_status) +
                "; see what 'echo " + server + " | " + program + " get' says"};
  }
  auto credentials = parse_helper_answer(output->out);
  if (!credentials) return {std::nullopt, program + " gave an answer that is none"};
  credentials->origin = program;
  return {std::move(*credentials), ""};
}

FoundCredentials find_in(const DockerConfig& config,
                         const fs::path& file,
                         std::string_view registry,
                         const std::string& name) {
  const auto helper = find_longest_prefix(config.helpers, name);
  if (helper != config.helpers.end()) {
    // An empty helper switches the store off for this registry.
    if (!helper->second.empty()) return ask_helper(helper->second, registry);
  } else if (!config.store.empty()) {
    FoundCredentials stored = ask_helper(config.store, registry);
    if (stored.credentials || !stored.problem.empty()) return stored;
  }
  const auto entry = find_longest_prefix(config.auths, name);
  if (entry == config.auths.end()) return {};
  if (entry->second.broken)
    return {std::nullopt,
            "the entry for " + base::printable(entry->first) + " in " + file.string() +
                " is not base64 of user:password"};
  FoundCredentials found{entry->second.credentials, ""};
  found.credentials->origin = file.string();
  return found;
}

} // namespace

std::vector<fs::path> RegistryCredentials::usual_files() {
  if (const std::string file = environment("REGISTRY_AUTH_FILE"); !file.empty()) return {file};
  std::vector<fs::path> files;
  const fs::path home = environment("HOME");
  if (const std::string docker = environment("DOCKER_CONFIG"); !docker.empty())
    files.push_back(fs::path(docker) / "config.json");
  else if (home.is_absolute())
    files.push_back(home / ".docker/config.json");
  if (const fs::path runtime = environment("XDG_RUNTIME_DIR"); runtime.is_absolute())
    files.push_back(runtime / "containers/auth.json");
  files.push_back(fs::path("/run/containers") / std::to_string(::getuid()) / "auth.json");
  if (const fs::path config = environment("XDG_CONFIG_HOME"); config.is_absolute())
    files.push_back(config / "containers/auth.json");
  else if (home.is_absolute())
    files.push_back(home / ".config/containers/auth.json");
  return files;
}

FoundCredentials RegistryCredentials::find(std::string_view registry,
                                           std::string_view repository) const {
  const std::string name = std::string(registry) + "/" + std::string(repository);
  std::string problem;
  for (const fs::path& file : files_) {
    const auto content = base::read_file(file, base::Limits{}.registry_config_bytes);
    if (!content && content.error().code() == Code::NotFound) continue;
    if (!content) {
      problem = content.error().text();
      continue;
    }
    const auto config = parse_docker_config(*content);
    if (!config) {
      problem = file.string() + ": " + config.error().text();
      continue;
    }
    FoundCredentials found = find_in(*config, file, registry, name);
    if (found.credentials) return found;
    if (!found.problem.empty()) problem = std::move(found.problem);
  }
  return {std::nullopt, std::move(problem)};
}

} // namespace portique::image
