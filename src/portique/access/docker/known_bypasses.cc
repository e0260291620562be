#include "portique/access/docker/known_bypasses.h"

// Versions: the advisories GHSA-v23v-6jw2-98fq, GHSA-x744-4wpc-v9h2 and GHSA-pxq6-2prw-chj9, and
// the daemon's sources at its release tags.

#include <algorithm>
#include <array>
#include <limits>

#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr DaemonVersion kFirst{};
constexpr DaemonVersion kNever{.major = std::numeric_limits<unsigned>::max()};

constexpr std::array<VersionRange, 1> kAll{{{kFirst, kNever}}};
constexpr std::array<VersionRange, 5> kWithheldBody{{{kFirst, {18, 9, 1}},
                                                     {{19, 3, 0}, {23, 0, 15}},
                                                     {{24, 0, 0}, {25, 0, 6}},
                                                     {{26, 0, 0}, {26, 1, 5}},
                                                     {{27, 0, 0}, {27, 1, 1}}}};
constexpr std::array<VersionRange, 2> kLargeBody{{{kFirst, {25, 0, 16}}, {{26, 0, 0}, {29, 3, 1}}}};
constexpr std::array<VersionRange, 1> kOldApi{{{kFirst, {25, 0, 0}}}};
constexpr std::array<VersionRange, 1> kUntypedSwarm{{{{1, 12, 0}, {23, 0, 0}}}};
constexpr std::array<VersionRange, 1> kOuterHostConfig{{{kFirst, {27, 0, 0}}}};
constexpr std::array<VersionRange, 2> kPluginPrivileges{
    {{{1, 13, 0}, {25, 0, 16}}, {{26, 0, 0}, {29, 3, 1}}}};
constexpr std::array<VersionRange, 1> kBuildKit{{{{18, 6, 0}, kNever}}};

constexpr auto kBypasses = std::to_array<KnownBypass>({
    {"CVE-2024-41110",
     "the daemon hands a request to the plugin without its body",
     kWithheldBody,
     Answer::Closed,
     Answer::Closed,
     "an action that needs a body is denied when none is shown"},
    {"CVE-2026-34040",
     "a body above the daemon's limit for plugins (1 MiB) is not shown",
     kLargeBody,
     Answer::Closed,
     Answer::Closed,
     "an action that needs a body is denied when none is shown; the guard sees bodies of any size"},
    {"CVE-2026-33997",
     "a plugin may get privileges that its installation did not list",
     kPluginPrivileges,
     Answer::Open,
     Answer::Open,
     "the daemon compares the lists: do not grant plugins.install and plugins.upgrade"},
    {"old-api",
     "API versions below 1.24 let a start request change the container",
     kOldApi,
     Answer::Closed,
     Answer::Closed,
     "versions below 1.24 are denied, and bodies of starts too"},
    {"untyped-swarm-body",
     "swarm endpoints read a body that is not sent as JSON, unseen by plugins",
     kUntypedSwarm,
     Answer::Closed,
     Answer::Closed,
     "only bodies sent as JSON are taken"},
    {"outer-host-config",
     "rights beside HostConfig instead of inside it",
     kOuterHostConfig,
     Answer::Closed,
     Answer::Closed,
     "they count wherever they stand"},
    {"member-names",
     "names in another case, repeated, or with letters that fold to ASCII",
     kAll,
     Answer::Closed,
     Answer::Closed,
     "bodies are read as the daemon reads them"},
    {"target-forms",
     "other spellings of a path: no version, percent escapes, a whole URL",
     kAll,
     Answer::Closed,
     Answer::Closed,
     "a target is read once, and refused if it is ambiguous"},
    {"form-body",
     "a form in the body overrules the query",
     kAll,
     Answer::Closed,
     Answer::Closed,
     "forms are denied"},
    {"local-volumes",
     "a volume of the local driver mounts any folder or disk of the host",
     kAll,
     Answer::Closed,
     Answer::Closed,
     "options of new and of existing volumes count as mounts"},
    {"service-plugins",
     "a service can install a plugin",
     kAll,
     Answer::Closed,
     Answer::Closed,
     "its privileges count as those of the service"},
    {"buildkit-streams",
     "what BuildKit is asked to do flows inside /session and /grpc",
     kBuildKit,
     Answer::Partly,
     Answer::Closed,
     "the guard decodes build requests"},
    {"attach-streams",
     "attach, attach/ws and exec carry input that nobody judges",
     kAll,
     Answer::Partly,
     Answer::Partly,
     "who may open them is decided, attach/ws counts as a change though it is a GET"},
    {"local-callers",
     "on a Unix socket the daemon does not say who calls",
     kAll,
     Answer::Open,
     Answer::Closed,
     "the guard asks the kernel; with a plugin alone use TLS certificates"},
    {"swapped-paths",
     "a symbolic link is set between the decision and the mount",
     kAll,
     Answer::Open,
     Answer::Open,
     "allow only folders in which callers cannot write"},
    {"other-sockets",
     "containerd's own socket is not asked about",
     kAll,
     Answer::Open,
     Answer::Open,
     "its file mode is what protects it; mounting it counts as mounting an engine's socket"},
});

} // namespace

std::optional<DaemonVersion> parse_daemon_version(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  std::array<unsigned, 3> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = base::parse_int<unsigned>(text.substr(0, end));
    if (!number) return std::nullopt;
    numbers[i] = *number;
    text.remove_prefix(end);
    if (i + 1 == numbers.size()) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  return DaemonVersion{.major = numbers[0], .minor = numbers[1], .patch = numbers[2]};
}

std::string_view answer_name(Answer answer) {
  switch (answer) {
  case Answer::Closed:
    return "closed";
  case Answer::Partly:
    return "partly";
  case Answer::Open:
    return "open";
  }
  return "open";
}

std::span<const KnownBypass> known_bypasses() {
  return kBypasses;
}

std::vector<BypassState> judge_daemon(std::string_view version) {
  const auto read = parse_daemon_version(version);
  std::vector<BypassState> out;
  for (const KnownBypass& bypass : kBypasses) {
    const bool has_it =
        !read || std::ranges::any_of(bypass.daemons, [&](const VersionRange& range) {
          return range.from <= *read && *read < range.before;
        });
    out.push_back({.bypass = &bypass,
                   .daemon_has_it = has_it,
                   .plugin = has_it ? bypass.plugin : Answer::Closed,
                   .guard = has_it ? bypass.guard : Answer::Closed});
  }
  return out;
}

} // namespace portique::access
