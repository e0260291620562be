#include "portique/image/local_images.h"

#include <algorithm>
#include <set>

#include "portique/image/containerd_store.h"
#include "portique/image/docker_engine.h"

namespace portique::image {

using base::Code;
using base::fail;

namespace {

/// Whether there is nothing to say: the engine is not here, or does not have what was asked for.
bool is_absent(const base::Error& error) {
  return error.code() == Code::NotFound;
}

class Listing {
public:
  void add(const base::Result<std::vector<LocalImage>>& images, std::string_view engine) {
    if (!images) {
      if (!is_absent(images.error()))
        result_.silent.push_back({std::string(engine), images.error().text()});
      return;
    }
    ++result_.engines;
    for (const LocalImage& image : *images)
      if (seen_.insert(image.id).second) result_.images.push_back(image);
  }

  LocalImages take() { return std::move(result_); }

private:
  LocalImages result_;
  std::set<std::string> seen_;
};

std::vector<LocalImage> images_of(const std::vector<EngineImage>& listed, SourceKind kind) {
  std::vector<LocalImage> images;
  for (const EngineImage& image : listed) {
    const std::string id = image.id.text();
    images.push_back({{kind, {}, image.tags.empty() ? id : image.tags.front()}, id, image.tags});
  }
  return images;
}

base::Result<std::vector<LocalImage>> list_docker(const base::Limits& limits) {
  const DockerEngine engine = PQ_TRY(DockerEngine::docker(limits));
  return images_of(PQ_TRY(engine.list_images()), SourceKind::Docker);
}

base::Result<std::vector<LocalImage>> list_podman(const base::Limits& limits) {
  const DockerEngine engine = PQ_TRY(DockerEngine::podman(limits, DockerEngine::Podman::Run));
  return images_of(PQ_TRY(engine.list_images()), SourceKind::Podman);
}

/// containerd has one entry a name; Kubernetes gives each image its id and its digest for names,
/// too.
base::Result<std::vector<LocalImage>> list_containerd(const base::Limits& limits) {
  const ContainerdStore store = PQ_TRY(ContainerdStore::connect(limits));
  std::vector<LocalImage> images;
  std::vector<base::Digest> digests; // of `images`
  for (const ContainerdImage& image : PQ_TRY(store.list_images())) {
    auto known = std::ranges::find(digests, image.digest);
    if (known == digests.end()) {
      digests.push_back(image.digest);
      images.push_back(
          {{SourceKind::Containerd, {}, image.digest.text()}, image.digest.text(), {}});
      known = std::prev(digests.end());
    }
    LocalImage& entry = images[static_cast<std::size_t>(known - digests.begin())];
    if (image.name.starts_with("sha256:")) {
      entry.id = image.name;
    } else if (!image.name.contains('@')) {
      if (entry.tags.empty()) entry.target.reference = image.name + "@" + image.digest.text();
      if (std::ranges::find(entry.tags, image.name) == entry.tags.end())
        entry.tags.push_back(image.name);
    }
  }
  return images;
}

base::Result<Target> find_in_docker(std::string_view name, const base::Limits& limits) {
  const DockerEngine engine = PQ_TRY(DockerEngine::docker(limits));
  (void)PQ_TRY(engine.inspect_image(name));
  return Target{SourceKind::Docker, {}, std::string(name)};
}

base::Result<Target> find_in_containerd(std::string_view name, const base::Limits& limits) {
  const ContainerdStore store = PQ_TRY(ContainerdStore::connect(limits));
  const ContainerdImage image = PQ_TRY(store.find_image(name));
  return Target{SourceKind::Containerd, {}, std::string(name)};
}

base::Result<Target> find_in_podman(std::string_view name, const base::Limits& limits) {
  const DockerEngine engine = PQ_TRY(DockerEngine::podman(limits, DockerEngine::Podman::AsItIs));
  (void)PQ_TRY(engine.inspect_image(name));
  return Target{SourceKind::Podman, {}, std::string(name)};
}

} // namespace

std::string LocalImage::name() const {
  return std::string(scheme_of(target.kind)) + ":" + target.reference;
}

base::Result<LocalImages> list_local_images(const base::Limits& limits) {
  Listing listing;
  listing.add(list_docker(limits), "Docker");
  listing.add(list_containerd(limits), "containerd");
  listing.add(list_podman(limits), "podman");
  LocalImages images = listing.take();
  if (images.engines > 0) return images;
  const std::string why = silence_of(images.silent);
  return fail(Code::NotFound,
              why.empty() ? "there is no Docker, no containerd and no podman here"
                          : "no engine answers: " + why);
}

Location locate_image(std::string_view name, const base::Limits& limits) {
  Location location{{SourceKind::Image, {}, std::string(name)}, {}};

  struct Engine {
    const char* name;
    base::Result<Target> (*find)(std::string_view name, const base::Limits& limits);
  };

  for (const Engine& engine : {Engine{"Docker", find_in_docker},
                               Engine{"containerd", find_in_containerd},
                               Engine{"podman", find_in_podman}}) {
    auto target = engine.find(name, limits);
    if (target) {
      location.target = *std::move(target);
      return location;
    }
    if (!is_absent(target.error())) location.silent.push_back({engine.name, target.error().text()});
  }
  return location;
}

std::string silence_of(const std::vector<SilentEngine>& engines) {
  std::string text;
  for (const SilentEngine& engine : engines)
    text += (text.empty() ? "" : "; ") + engine.why;
  return text;
}

} // namespace portique::image
