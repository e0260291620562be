// How the image wants to be run: its config.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "portique/base/text.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

namespace {

std::string quoted(std::string_view text) {
  return "\"" + base::printable(text.substr(0, 120)) + "\"";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

/// NAME and VALUE of "NAME=VALUE".
std::pair<std::string_view, std::string_view> variable(std::string_view entry) {
  const std::size_t sign = entry.find('=');
  if (sign == entry.npos) return {entry, {}};
  return {entry.substr(0, sign), entry.substr(sign + 1)};
}

void runs_as_root(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  const std::string_view user = subject.image.config->user;
  const std::string_view name = user.substr(0, user.find(':'));
  if (name.empty())
    hits.add("USER is not set, so the container runs as root");
  else if (name == "root" || name == "0")
    hits.add("USER is " + quoted(user));
}

void no_healthcheck(const ImageSubject& subject, ImageHits& hits) {
  if (subject.image.config && !subject.image.config->has_healthcheck)
    hits.add("the config has no Healthcheck");
}

void only_latest(const ImageSubject& subject, ImageHits& hits) {
  const auto& tags = subject.image.tags;
  if (!tags.empty() &&
      std::ranges::all_of(tags, [](const std::string& tag) { return tag.ends_with(":latest"); }))
    hits.add("its only tag is " + quoted(tags.front()));
}

void ssh_port(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  for (const std::string& port : subject.image.config->ports)
    if (port == "22/tcp" || port == "22") hits.add("port " + quoted(port) + " is exposed");
}

void plain_text_port(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPorts{{
      {"21", "FTP"},
      {"23", "telnet"},
      {"512", "rexec"},
      {"513", "rlogin"},
      {"514", "rsh"},
      {"873", "rsync"},
  }};
  if (!subject.image.config) return;
  for (const std::string& port : subject.image.config->ports)
    for (const auto& [number, name] : kPorts)
      if (port.substr(0, port.find('/')) == number && !port.ends_with("/udp"))
        hits.add("port " + quoted(port) + " is exposed: " + std::string(name));
}

void debug_port(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPorts{{
      {"2345", "Delve, the debugger of Go"},
      {"2375", "the engine's API without TLS"},
      {"5005", "Java's debugger"},
      {"5678", "debugpy, a debugger of Python"},
      {"9229", "the inspector of Node.js"},
      {"9003", "Xdebug of PHP"},
  }};
  if (!subject.image.config) return;
  for (const std::string& port : subject.image.config->ports)
    for (const auto& [number, name] : kPorts)
      if (port.substr(0, port.find('/')) == number)
        hits.add("port " + quoted(port) + " is exposed: " + std::string(name));
}

void dangerous_volume(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 10> kPlaces{"/",
                                                     "/etc",
                                                     "/usr",
                                                     "/bin",
                                                     "/sbin",
                                                     "/lib",
                                                     "/proc",
                                                     "/sys",
                                                     "/var/run/docker.sock",
                                                     "/run/docker.sock"};
  if (!subject.image.config) return;
  for (const std::string& volume : subject.image.config->volumes) {
    std::string_view place = volume;
    while (place.size() > 1 && place.ends_with('/'))
      place.remove_suffix(1);
    if (std::ranges::find(kPlaces, place) != kPlaces.end())
      hits.add("the volume " + quoted(volume) + " is declared");
  }
}

void relative_working_dir(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  const std::string& folder = subject.image.config->working_dir;
  if (!folder.empty() && !folder.starts_with('/') && !folder.contains(':'))
    hits.add("WORKDIR is " + quoted(folder));
}

void unstoppable(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  const std::string& signal = subject.image.config->stop_signal;
  if (signal == "SIGKILL" || signal == "KILL" || signal == "9")
    hits.add("StopSignal is " + quoted(signal));
}

/// Where programs are looked for must not be where anybody may put some.
void unsafe_path(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  for (const std::string& entry : subject.image.config->env) {
    const auto [name, value] = variable(entry);
    if (name != "PATH") continue;
    for (const std::string_view folder : base::split(value, ':')) {
      if (folder.starts_with('/') && !folder.starts_with("/tmp") &&
          !folder.starts_with("/var/tmp") && !folder.starts_with("/dev/shm"))
        continue;
      hits.add("PATH contains " + quoted(folder));
    }
  }
}

void preloads(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 3> kKnown{"jemalloc", "tcmalloc", "mimalloc"};
  if (!subject.image.config) return;
  for (const std::string& entry : subject.image.config->env) {
    const std::string_view name = variable(entry).first;
    const std::string_view value = variable(entry).second;
    if ((name != "LD_PRELOAD" && name != "LD_AUDIT") || value.empty()) continue;
    const auto known = [&](std::string_view allocator) { return value.contains(allocator); };
    if (std::ranges::none_of(kKnown, known)) hits.add(quoted(entry) + " is set");
  }
}

void verification_off(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 8> kSettings{"NODE_TLS_REJECT_UNAUTHORIZED=0",
                                                      "PYTHONHTTPSVERIFY=0",
                                                      "GIT_SSL_NO_VERIFY=1",
                                                      "GIT_SSL_NO_VERIFY=true",
                                                      "NPM_CONFIG_STRICT_SSL=false",
                                                      "npm_config_strict_ssl=false",
                                                      "GONOSUMDB=*",
                                                      "GOFLAGS=-insecure"};
  if (!subject.image.config) return;
  for (const std::string& entry : subject.image.config->env)
    if (std::ranges::find(kSettings, entry) != kSettings.end()) hits.add(quoted(entry) + " is set");
}

void debug_mode(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 10> kSettings{"FLASK_DEBUG=1",
                                                       "FLASK_ENV=development",
                                                       "DJANGO_DEBUG=True",
                                                       "NODE_ENV=development",
                                                       "RAILS_ENV=development",
                                                       "RACK_ENV=development",
                                                       "APP_DEBUG=true",
                                                       "APP_ENV=local",
                                                       "ASPNETCORE_ENVIRONMENT=Development",
                                                       "SYMFONY_ENV=dev"};
  if (!subject.image.config) return;
  for (const std::string& entry : subject.image.config->env)
    if (std::ranges::find(kSettings, entry) != kSettings.end()) hits.add(quoted(entry) + " is set");
}

/// The value is not repeated: it may be what the name says.
void secret_variable(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::array<std::string_view, 9> kWords{"PASSWORD",
                                                   "PASSWD",
                                                   "SECRET",
                                                   "TOKEN",
                                                   "APIKEY",
                                                   "API_KEY",
                                                   "ACCESS_KEY",
                                                   "PRIVATE_KEY",
                                                   "CREDENTIAL"};
  constexpr std::array<std::string_view, 5> kPlaces{"_FILE", "_PATH", "_DIR", "_URL", "_NAME"};
  if (!subject.image.config) return;
  for (const std::string& entry : subject.image.config->env) {
    const auto [name, value] = variable(entry);
    std::string upper = base::to_lower(name);
    std::ranges::transform(upper, upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    const auto named = [&](std::string_view word) { return upper.contains(word); };
    const auto place = [&](std::string_view word) { return upper.ends_with(word); };
    if (value.empty() || value.starts_with('/') || value.starts_with('$') || value == "true" ||
        value == "false" || std::ranges::any_of(kPlaces, place))
      continue;
    if (std::ranges::any_of(kWords, named))
      hits.add("the variable " + quoted(name) + " has a value");
  }
}

void starts_from_the_net(const ImageSubject& subject, ImageHits& hits) {
  if (!subject.image.config) return;
  for (const auto* words : {&subject.image.config->entrypoint, &subject.image.config->command}) {
    const std::string text = joined(*words);
    const bool fetches = text.contains("curl ") || text.contains("wget ");
    if (fetches && (text.contains("| sh") || text.contains("|sh") || text.contains("| bash") ||
                    text.contains("|bash")))
      hits.add("it starts with " + quoted(text));
  }
}

void unpinned_base(const ImageSubject& subject, ImageHits& hits) {
  const model::BaseHint& base = subject.image.base;
  if (!base.name.empty() && base.digest.empty() && !base.name.contains("@sha256:"))
    hits.add("the base image is named as " + quoted(base.name) + ", without a digest");
}

std::int64_t days_between(base::Time from, base::Time until) {
  return std::chrono::duration_cast<std::chrono::days>(until - from).count();
}

void old_image(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::int64_t kDays = 180;
  // Reproducible builds write a date of long ago.
  constexpr std::int64_t kNoDate = 5475; // days: 15 years
  if (!subject.image.created) return;
  const std::int64_t days = days_between(*subject.image.created, subject.now);
  if (days > kDays && days < kNoDate)
    hits.add_measured("it was built " + std::to_string(days) + " days ago", model::kNoLayer);
}

void stale_base(const ImageSubject& subject, ImageHits& hits) {
  constexpr std::int64_t kDays = 90;
  constexpr std::int64_t kNoDate = 5475; // days: 15 years
  const auto& layers = subject.image.layers;
  if (layers.size() < 2 || !subject.image.created || !layers.front().created) return;
  const std::int64_t days = days_between(*layers.front().created, *subject.image.created);
  if (days > kDays && days < kNoDate)
    hits.add_measured(
        "its lowest layer was " + std::to_string(days) + " days old when it was built", 0);
}

constexpr std::array kChecks{
    ImageCheck{"PQ-IM-001", runs_as_root},
    ImageCheck{"PQ-IM-002", no_healthcheck},
    ImageCheck{"PQ-IM-003", only_latest},
    ImageCheck{"PQ-IM-004", ssh_port},
    ImageCheck{"PQ-IM-005", plain_text_port},
    ImageCheck{"PQ-IM-006", debug_port},
    ImageCheck{"PQ-IM-007", dangerous_volume},
    ImageCheck{"PQ-IM-008", relative_working_dir},
    ImageCheck{"PQ-IM-009", unstoppable},
    ImageCheck{"PQ-IM-010", unsafe_path},
    ImageCheck{"PQ-IM-011", preloads},
    ImageCheck{"PQ-IM-012", verification_off},
    ImageCheck{"PQ-IM-013", debug_mode},
    ImageCheck{"PQ-IM-014", secret_variable},
    ImageCheck{"PQ-IM-015", starts_from_the_net},
    ImageCheck{"PQ-IM-016", unpinned_base},
    ImageCheck{"PQ-IM-017", old_image},
    ImageCheck{"PQ-IM-018", stale_base},
};

} // namespace

std::span<const ImageCheck> image_config_checks() {
  return kChecks;
}

} // namespace portique::inspect
