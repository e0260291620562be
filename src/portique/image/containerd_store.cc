// containerd's content store is a folder blobs/ALGORITHM/HEX (docs/content-flow.md of containerd),
// which is what an OCI layout has below its index.json. The index is made here, of the one image.

#include "portique/image/containerd_store.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include <boost/json.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/image/engine_socket.h"
#include "portique/image/layout_folder.h"
#include "portique/image/reference.h"

namespace portique::image {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

constexpr std::array kUsualSockets{
    "/run/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/var/snap/microk8s/common/run/containerd.sock",
    "/run/docker/containerd/containerd.sock",
};
constexpr std::array<std::string_view, 3> kUsualSpaces{"default", "k8s.io", "moby"};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// The next word of a line of a table.
std::string_view take_word(std::string_view& line) {
  const auto begin = std::ranges::find_if_not(line, base::is_space);
  const auto end = std::find_if(begin, line.end(), base::is_space);
  const std::string_view word(begin, end);
  line = std::string_view(end, line.end());
  return word;
}

/// A document in memory, to be read from its start.
base::Result<base::Fd> memory_file(std::string_view content) {
  base::Fd file(::memfd_create("portique-index", MFD_CLOEXEC));
  if (!file.valid()) return base::fail_errno("cannot make a file in memory", errno);
  PQ_TRY(base::write_all(file, base::as_bytes(content)));
  if (::lseek(file.get(), 0, SEEK_SET) != 0)
    return base::fail_errno("cannot rewind a file in memory", errno);
  return file;
}

std::string index_of(const ContainerdImage& image) {
  json::object annotations{{"io.containerd.image.name", image.name}};
  json::object manifest{{"mediaType", image.media_type},
                        {"digest", image.digest.text()},
                        {"annotations", std::move(annotations)}};
  return json::serialize(
      json::object{{"schemaVersion", 2}, {"manifests", json::array{std::move(manifest)}}});
}

/// One image of the content store.
class ContainerdBlobs : public BlobProvider {
public:
  ContainerdBlobs(std::unique_ptr<BlobProvider> store, const ContainerdImage& image)
      : store_(std::move(store)), index_(index_of(image)) {}

  base::Result<base::Fd> open_blob(std::string_view name) override {
    if (name == "index.json") return memory_file(index_);
    auto blob = store_->open_blob(name);
    if (blob || blob.error().code() != Code::NotFound || !name.starts_with("blobs/")) return blob;
    return fail(Code::NotFound,
                "containerd does not keep the blob " + base::printable(name) +
                    ": it was never pulled, or thrown away once it was unpacked "
                    "(discard_unpacked_layers)");
  }

private:
  std::unique_ptr<BlobProvider> store_;
  std::string index_;
};

bool is_named(const ContainerdImage& image, std::string_view name) {
  return image.name == name || image.digest.text() == name ||
         image.name + "@" + image.digest.text() == name;
}

} // namespace

std::vector<ContainerdImage> parse_containerd_images(std::string_view table,
                                                     std::string_view space) {
  std::vector<ContainerdImage> images;
  while (!table.empty()) {
    std::string_view line = base::take_until(table, '\n');
    ContainerdImage image{
        std::string(space), std::string(take_word(line)), std::string(take_word(line)), {}};
    auto digest = base::Digest::parse(take_word(line)); // the heading has none
    if (!digest) continue;
    image.digest = *std::move(digest);
    images.push_back(std::move(image));
  }
  return images;
}

std::string parse_content_root(std::string_view plugins) {
  bool in_content = false;
  while (!plugins.empty()) {
    std::string_view line = base::take_until(plugins, '\n');
    const std::string_view first = take_word(line);
    const std::string_view second = take_word(line);
    if (first == "Type:") in_content = second == "io.containerd.content.v1";
    if (in_content && first == "root") return std::string(second) + std::string(line);
  }
  return {};
}

base::Result<ContainerdStore> ContainerdStore::connect(const base::Limits& limits) {
  if (std::string address = environment("CONTAINERD_ADDRESS"); !address.empty()) {
    constexpr std::string_view kScheme = "unix://";
    if (address.starts_with(kScheme)) address.erase(0, kScheme.size());
    auto store = connect(fs::path(address), limits);
    // Where somebody said that containerd is, it has to be.
    if (!store && store.error().code() == Code::NotFound)
      return fail(Code::Network, store.error().message());
    return store;
  }
  for (const char* socket : kUsualSockets) {
    std::error_code error;
    if (fs::exists(socket, error)) return connect(fs::path(socket), limits);
  }
  return connect(fs::path(kUsualSockets.front()), limits);
}

base::Result<ContainerdStore> ContainerdStore::connect(const fs::path& socket,
                                                       const base::Limits& limits) {
  if (auto error = unreachable_socket(
          "containerd cannot be reached at " + base::printable(socket.string()), socket))
    return std::unexpected(*std::move(error));
  return ContainerdStore(socket, limits);
}

base::Result<std::string> ContainerdStore::run(std::vector<std::string> arguments) const {
  const std::vector<std::string> command{"ctr", "--address", socket_.string()};
  arguments.insert(arguments.begin(), command.begin(), command.end());
  base::ProgramLimits program_limits;
  program_limits.output_bytes = limits_.engine_answer_bytes;
  auto output = base::run_program(arguments, program_limits);
  if (!output && output.error().code() == Code::NotFound)
    return fail(Code::NotFound,
                "containerd is there, but its program ctr is not; install it to scan its images");
  if (!output) return std::unexpected(std::move(output).error());
  if (output->exit_status != 0) {
    std::string_view why = base::trim(output->err);
    constexpr std::string_view kPrefix = "ctr: ";
    if (why.starts_with(kPrefix)) why.remove_prefix(kPrefix.size());
    return fail(Code::Network,
                "containerd does not answer: " + base::printable(why.substr(0, 500)));
  }
  if (output->out.size() >= program_limits.output_bytes)
    return fail(Code::LimitExceeded, "containerd's answer is too large");
  return std::move(output->out);
}

base::Result<std::vector<std::string>> ContainerdStore::name_spaces() const {
  if (std::string chosen = environment("CONTAINERD_NAMESPACE"); !chosen.empty())
    return std::vector{std::move(chosen)};
  std::vector<std::string> spaces;
  const std::string answer = PQ_TRY(run({"namespaces", "ls", "-q"}));
  for (const std::string_view line : base::split(answer, '\n'))
    if (const std::string_view space = base::trim(line); !space.empty() && !space.starts_with('-'))
      spaces.emplace_back(space);
  const auto rank = [](const std::string& space) {
    return std::ranges::find(kUsualSpaces, space) - kUsualSpaces.begin();
  };
  std::ranges::stable_sort(spaces, {}, rank);
  return spaces;
}

base::Result<std::vector<ContainerdImage>> ContainerdStore::list_images() const {
  std::vector<ContainerdImage> images;
  for (const std::string& space : PQ_TRY(name_spaces())) {
    const std::string table = PQ_TRY(run({"--namespace", space, "images", "ls"}));
    std::ranges::move(parse_containerd_images(table, space), std::back_inserter(images));
  }
  return images;
}

base::Result<ContainerdImage> ContainerdStore::find_image(std::string_view name) const {
  std::vector<std::string> names{std::string(name)};
  if (const auto reference = parse_reference(name)) names.push_back(reference->text());
  const std::vector<ContainerdImage> images = PQ_TRY(list_images());
  for (const std::string& wanted : names)
    for (const ContainerdImage& image : images)
      if (is_named(image, wanted)) return image;
  return fail(Code::NotFound, "containerd has no image " + base::printable(name));
}

base::Result<std::unique_ptr<BlobProvider>>
ContainerdStore::open_image(const ContainerdImage& image) const {
  const std::string root = parse_content_root(PQ_TRY(run({"plugins", "ls", "-d"})));
  if (root.empty())
    return fail(Code::Network, "containerd does not say where its content store is");
  auto store = LayoutFolder::open(root);
  if (!store)
    return fail(store.error().code(),
                "containerd's content store cannot be read (" + store.error().text() +
                    "); run where containerd runs, as root");
  return std::make_unique<ContainerdBlobs>(*std::move(store), image);
}

} // namespace portique::image
