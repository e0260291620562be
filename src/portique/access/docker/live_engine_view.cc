#include "portique/access/docker/live_engine_view.h"

// https://docs.docker.com/reference/api/engine/: the inspect endpoints, without a version, which
// every engine takes as its own.

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "portique/access/docker/engine_id.h"
#include "portique/access/docker/host_path.h"
#include "portique/access/docker/mount_facts.h"
#include "portique/base/http_client.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace json = boost::json;
using base::Code;
using base::Result;

namespace {

using Clock = std::chrono::steady_clock;

/// An inspected container with a thousand mounts has 2 MB.
constexpr std::uint64_t kAnswerBytes = 16ULL << 20U;
/// Answers that are kept; with more the older half of none is worth the memory.
constexpr std::size_t kKeptAnswers = 1024;
/// Only answers up to this length are kept: 1,024 of them take some 20 MB at most, and a usual one
/// has 6 KB.
constexpr std::size_t kKeptBytes = 16ULL << 10U;
/// Connections that wait for the next question.
constexpr std::size_t kIdleClients = 16;

/// A reference as part of a path. Slashes stay: names of images hold them.
Result<std::string> path_part(std::string_view reference) {
  while (reference.starts_with('/'))
    reference.remove_prefix(1);
  if (reference.empty()) return base::fail(Code::InvalidArgument, "an empty name");
  for (const std::string_view segment : base::split(reference, '/'))
    if (segment.empty() || segment == "." || segment == "..")
      return base::fail(Code::InvalidArgument, "a name with empty or dot segments");
  std::string out;
  for (const char c : reference) {
    const bool plain =
        base::is_alnum(c) || std::string_view("-_.~/:@").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      out.append("%").append(base::to_hex({&c, 1}));
  }
  return out;
}

Labels text_map(const json::object& object) {
  Labels out;
  for (const auto& [key, value] : object)
    if (const auto* text = value.if_string()) out.emplace(key, std::string_view(*text));
  return out;
}

std::vector<std::string> texts(const json::array& array) {
  std::vector<std::string> out;
  for (const json::value& item : array)
    if (const auto* text = item.if_string()) out.emplace_back(std::string_view(*text));
  return out;
}

bool flag(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// Whether whoever is in such a container can do to the host what a privileged one can.
bool rules_the_host(const json::object& host) {
  static constexpr std::array<std::string_view, 8> kMighty{"ALL",
                                                           "SYS_ADMIN",
                                                           "SYS_MODULE",
                                                           "SYS_PTRACE",
                                                           "SYS_RAWIO",
                                                           "DAC_READ_SEARCH",
                                                           "BPF",
                                                           "SYS_BOOT"};
  if (flag(host, "Privileged") || base::json_string(&host, "PidMode") == "host") return true;
  for (std::string& name : texts(base::json_items(&host, "CapAdd"))) {
    for (char& c : name)
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const std::string_view plain = name;
    if (std::ranges::find(kMighty, plain.starts_with("CAP_") ? plain.substr(4) : plain) !=
        kMighty.end())
      return true;
  }
  return false;
}

} // namespace

struct LiveEngineView::State {
  struct Answer {
    std::optional<std::string> body; ///< nothing: the engine knows no such thing
    Clock::time_point until;
  };

  LiveViewOptions options;
  FileOwnerBook* owners = nullptr;
  std::mutex mutex;
  std::map<std::string, Answer, std::less<>> answers;
  std::uint64_t generation = 0;
  std::vector<std::unique_ptr<base::HttpClient>> idle;
  std::atomic<std::uint64_t> asked{0};

  std::unique_ptr<base::HttpClient> take_client() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        auto client = std::move(idle.back());
        idle.pop_back();
        return client;
      }
    }
    base::HttpOptions http;
    http.unix_socket = options.socket;
    http.connect_timeout = options.deadline;
    http.stall_timeout = options.deadline;
    http.total_timeout = options.deadline;
    http.retries = 0;
    http.redirects = 0;
    return std::make_unique<base::HttpClient>(std::move(http));
  }

  void give_back(std::unique_ptr<base::HttpClient> client) {
    const std::lock_guard lock(mutex);
    if (idle.size() < kIdleClients) idle.push_back(std::move(client));
  }

  Result<std::optional<std::string>> ask(const std::string& path) {
    ++asked;
    auto client = take_client();
    std::string body;
    base::HttpRequest request{.url = "http://engine" + path, .limit = kAnswerBytes};
    if (!options.token.empty()) request.headers.emplace_back("Portique-View", options.token);
    request.sink = [&body](base::Bytes bytes) -> Result<void> {
      body.append(base::as_text(bytes));
      return {};
    };
    auto response = client->send(request);
    if (!response)
      return base::at(
          "engine",
          Result<std::optional<std::string>>(std::unexpected(std::move(response).error())));
    give_back(std::move(client));
    // 400: what it takes for no name of an image at all it will not act on either. Of other things
    // it says so of a name that stands for several.
    if (response->status == 404 || (response->status == 400 && path.starts_with("/images/")))
      return std::optional<std::string>();
    if (response->status == 400)
      return base::fail(Code::InvalidArgument, "the name is none, or stands for several things");
    if (response->status != 200)
      return base::fail(Code::Network,
                        "the engine answers " + std::to_string(response->status) +
                            " to a question");
    return std::optional<std::string>(std::move(body));
  }

  Result<std::optional<std::string>> answer(const std::string& path) {
    std::uint64_t asked_in = 0;
    {
      const std::lock_guard lock(mutex);
      const auto found = answers.find(path);
      if (found != answers.end() && found->second.until > Clock::now()) return found->second.body;
      asked_in = generation;
    }
    auto body = PQ_TRY(ask(path));
    const std::lock_guard lock(mutex);
    if (asked_in != generation || (body && body->size() > kKeptBytes)) return body;
    if (answers.size() >= kKeptAnswers) answers.clear();
    answers.insert_or_assign(path, Answer{.body = body, .until = Clock::now() + options.freshness});
    return body;
  }

  /// The object that an inspect endpoint answers.
  Result<std::optional<json::object>>
  inspect(std::string_view before, std::string_view reference, std::string_view after) {
    const std::string path =
        std::string(before) + PQ_TRY(path_part(reference)) + std::string(after);
    const auto body = PQ_TRY(answer(path));
    if (!body) return std::optional<json::object>();
    json::value value = PQ_TRY(base::at("engine", base::parse_json(*body)));
    if (!value.is_object())
      return base::fail(Code::Malformed, "the engine answers with something else than an object");
    return std::optional<json::object>(std::move(value.get_object()));
  }

  /// A name that could be the beginning of an id means something else as soon as it is given up:
  /// whoever owns it could have what was judged as theirs done to another one.
  /// Two things of one owner may be mixed up.
  Result<void> refuse_two_meanings(ResourceKind kind,
                                   std::string_view reference,
                                   std::string_view id,
                                   std::string_view owned_by) {
    const std::string list = kind == ResourceKind::Container ? "/containers/json?all=1"
                             : kind == ResourceKind::Image   ? "/images/json?all=1"
                                                             : "/networks";
    if (!may_begin_id(reference) || id_digits(id).starts_with(reference)) return {};
    const auto body = PQ_TRY(answer(list));
    if (!body) return {};
    const json::value value = PQ_TRY(base::at("engine", base::parse_json(*body)));
    const json::array* items = value.if_array();
    if (items == nullptr)
      return base::fail(Code::Malformed, "the engine answers with something else than a list");
    for (const json::value& item : *items) {
      const std::string_view other = base::json_string(item.if_object(), "Id");
      if (!id_digits(other).starts_with(reference)) continue;
      if (owned_by.empty() || PQ_TRY(owner(kind, other)) != owned_by)
        return base::fail(Code::InvalidArgument,
                          "\"" + std::string(reference) +
                              "\" is a name and the beginning of another one's id; use an id");
    }
    return {};
  }

  [[nodiscard]] Result<std::string> owner(ResourceKind kind, std::string_view id) const {
    if (owners == nullptr) return std::string();
    return owners->owner(kind, id);
  }
};

LiveEngineView::LiveEngineView(LiveViewOptions options, FileOwnerBook* owners)
    : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->owners = owners;
}

LiveEngineView::~LiveEngineView() = default;

Result<std::optional<ContainerFacts>> LiveEngineView::container(std::string_view reference) {
  const auto object = PQ_TRY(state_->inspect("/containers/", reference, "/json"));
  if (!object) return std::optional<ContainerFacts>();
  const json::object& config = base::json_fields(&*object, "Config");
  ContainerFacts facts{.id = std::string(base::json_string(&*object, "Id")),
                       .name = std::string(base::json_string(&*object, "Name")),
                       .image = std::string(base::json_string(&config, "Image")),
                       .image_id = std::string(base::json_string(&*object, "Image")),
                       .labels = text_map(base::json_fields(&config, "Labels")),
                       .running = flag(base::json_fields(&*object, "State"), "Running"),
                       .privileged = rules_the_host(base::json_fields(&*object, "HostConfig")),
                       .user = std::string(base::json_string(&config, "User"))};
  if (facts.id.empty())
    return base::fail(Code::Malformed, "the engine shows a container without id");
  if (facts.name.starts_with('/')) facts.name.erase(0, 1);
  for (const json::value& item : base::json_items(&*object, "Mounts")) {
    const auto* mount = item.if_object();
    const std::string_view name = base::json_string(mount, "Name");
    if (base::json_string(mount, "Type") == "bind")
      facts.bind_sources.emplace_back(base::json_string(mount, "Source"));
    if (name.empty()) continue;
    facts.volumes.emplace_back(name);
    const auto volume = PQ_TRY(this->volume(name));
    if (!volume || volume->driver != "local") continue;
    const auto option = [&](std::string_view key) {
      const auto found = volume->options.find(key);
      return found == volume->options.end() ? std::string() : found->second;
    };
    const std::string device = option("device");
    if (device.starts_with('/') && !is_network_share(option("type"), option("o"), device))
      facts.bind_sources.push_back(device);
  }
  for (const std::string& source : facts.bind_sources)
    facts.privileged = facts.privileged || reaches_engine_socket(source, {});
  facts.owner = PQ_TRY(state_->owner(ResourceKind::Container, facts.id));
  PQ_TRY(state_->refuse_two_meanings(ResourceKind::Container, reference, facts.id, facts.owner));
  return std::optional<ContainerFacts>(std::move(facts));
}

Result<std::optional<ImageFacts>> LiveEngineView::image(std::string_view reference) {
  const auto object = PQ_TRY(state_->inspect("/images/", reference, "/json"));
  if (!object) return std::optional<ImageFacts>();
  const json::object& config = base::json_fields(&*object, "Config");
  ImageFacts facts{.id = std::string(base::json_string(&*object, "Id")),
                   .tags = texts(base::json_items(&*object, "RepoTags")),
                   .digests = texts(base::json_items(&*object, "RepoDigests")),
                   .labels = text_map(base::json_fields(&config, "Labels")),
                   .user = std::string(base::json_string(&config, "User"))};
  facts.owner = PQ_TRY(state_->owner(ResourceKind::Image, facts.id));
  PQ_TRY(state_->refuse_two_meanings(ResourceKind::Image, reference, facts.id, facts.owner));
  return std::optional<ImageFacts>(std::move(facts));
}

Result<std::optional<VolumeFacts>> LiveEngineView::volume(std::string_view name) {
  const auto object = PQ_TRY(state_->inspect("/volumes/", name, ""));
  if (!object) return std::optional<VolumeFacts>();
  VolumeFacts facts{.name = std::string(base::json_string(&*object, "Name")),
                    .driver = std::string(base::json_string(&*object, "Driver")),
                    .options = text_map(base::json_fields(&*object, "Options")),
                    .labels = text_map(base::json_fields(&*object, "Labels"))};
  const auto created = base::parse_time(base::json_string(&*object, "CreatedAt"));
  if (state_->owners != nullptr && created)
    PQ_TRY(state_->owners->forget_earlier(ResourceKind::Volume, facts.name, *created));
  facts.owner = PQ_TRY(state_->owner(ResourceKind::Volume, facts.name));
  return std::optional<VolumeFacts>(std::move(facts));
}

Result<std::optional<NetworkFacts>> LiveEngineView::network(std::string_view reference) {
  const auto object = PQ_TRY(state_->inspect("/networks/", reference, ""));
  if (!object) return std::optional<NetworkFacts>();
  NetworkFacts facts{.id = std::string(base::json_string(&*object, "Id")),
                     .name = std::string(base::json_string(&*object, "Name")),
                     .driver = std::string(base::json_string(&*object, "Driver")),
                     .labels = text_map(base::json_fields(&*object, "Labels"))};
  // podman makes a network's id of its name: it may be another one by now.
  const auto created = base::parse_time(base::json_string(&*object, "Created"));
  if (state_->owners != nullptr && created)
    PQ_TRY(state_->owners->forget_earlier(ResourceKind::Network, facts.id, *created));
  facts.owner = PQ_TRY(state_->owner(ResourceKind::Network, facts.id));
  PQ_TRY(state_->refuse_two_meanings(ResourceKind::Network, reference, facts.id, facts.owner));
  return std::optional<NetworkFacts>(std::move(facts));
}

Result<std::optional<std::string>> LiveEngineView::exec_container(std::string_view exec_id) {
  const auto object = PQ_TRY(state_->inspect("/exec/", exec_id, "/json"));
  if (!object) return std::optional<std::string>();
  return std::optional<std::string>(base::json_string(&*object, "ContainerID"));
}

void LiveEngineView::forget_answers() {
  const std::lock_guard lock(state_->mutex);
  ++state_->generation;
  state_->answers.clear();
}

std::uint64_t LiveEngineView::asked() const {
  return state_->asked;
}

} // namespace portique::access
