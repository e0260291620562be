#include "portique/cli/source_flags.h"

#include <algorithm>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "portique/cli/locations.h"
#include "portique/image/platform.h"

namespace portique::cli {

namespace {

void add_registry_flags(CLI::App& command, SourceFlags& flags) {
  command
      .add_option("--insecure",
                  flags.insecure,
                  "A registry that plain HTTP and any certificate will do for (again for more)")
      ->envname("PORTIQUE_INSECURE")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("HOST");
  command
      .add_option("--registry-mirror",
                  flags.mirrors,
                  "Ask here before Docker Hub; HOST=URL: before that registry (again for more)")
      ->envname("PORTIQUE_REGISTRY_MIRROR")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("URL");
  command
      .add_option("--registry-certs",
                  flags.certificates,
                  "Certificates of registries, instead of /etc/docker/certs.d")
      ->envname("PORTIQUE_REGISTRY_CERTS")
      ->type_name("DIR");
}

image::RegistryOptions registry_options(const SourceFlags& flags) {
  image::RegistryOptions options;
  options.offline = flags.offline;
  options.insecure = flags.insecure;
  options.mirrors = flags.mirrors;
  if (!flags.certificates.empty()) options.certificates = flags.certificates;
  options.http.user_agent = "portique/" PORTIQUE_VERSION;
  return options;
}

} // namespace

std::string target_help() {
  std::string help = "What to read: a path, or a path after one of\n";
  for (const image::SourceInfo& info : image::source_kinds())
    help += fmt::format("  {:<16} {}\n", std::string(info.scheme) + ":", info.about);
  return help + "  PATH:NAME picks one of several images in it";
}

void add_source_flags(CLI::App& command, SourceFlags& flags) {
  command.add_option("--platform", flags.platform, "Which image of an index, e.g. linux/arm64")
      ->envname("PORTIQUE_PLATFORM")
      ->type_name("OS/ARCH");
  command
      .add_flag("--include-declared",
                flags.include_declared,
                "Also count what lock files and manifests in an image ask for")
      ->envname("PORTIQUE_INCLUDE_DECLARED");
  command.add_option("--cache-dir", flags.cache_dir, "Where layers and the database are kept")
      ->envname("PORTIQUE_CACHE_DIR")
      ->type_name("DIR");
  command.add_flag("--no-cache", flags.no_cache, "Neither read nor write the layer cache")
      ->envname("PORTIQUE_NO_CACHE");
  command.add_flag("--offline", flags.offline, "Use no network: registries are refused")
      ->envname("PORTIQUE_OFFLINE");
  command.add_flag("-q,--quiet", flags.quiet, "No progress on standard error")
      ->envname("PORTIQUE_QUIET");
  add_registry_flags(command, flags);
}

std::filesystem::path cache_dir_of(const SourceFlags& flags) {
  return flags.cache_dir.empty() ? default_cache_dir() : std::filesystem::path(flags.cache_dir);
}

base::Result<NamedTarget> named_target(const std::string& name) {
  return NamedTarget{name, PQ_TRY(image::parse_target(name))};
}

base::Result<scan::ScanOptions> scan_options_of(const SourceFlags& flags) {
  scan::ScanOptions options;
  options.selection.platform = image::host_platform();
  if (!flags.platform.empty()) {
    options.selection.platform = PQ_TRY(image::parse_platform(flags.platform));
    options.selection.platform_demanded = true;
  }
  options.registry = registry_options(flags);
  options.declared = flags.include_declared;
  if (!flags.no_cache) options.cache_dir = cache_dir_of(flags);
  options.threads = std::max(1U, std::min(4U, std::thread::hardware_concurrency()));
  options.now = base::now();
  return options;
}

} // namespace portique::cli
