#include "portique/report/sbom_identity.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "portique/base/digest.h"
#include "portique/base/text.h"
#include "portique/model/purl.h"

namespace portique::report {

namespace {

struct Reference {
  std::string repository;
  std::string tag;
};

/// "registry.example:5000/shop/web:1.4" -> its repository and tag; Docker's short names in full.
Reference read_reference(std::string_view text) {
  Reference reference;
  text = text.substr(0, text.find('@'));
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    reference.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  const std::string_view host = text.substr(0, text.find('/'));
  const bool has_host = slash != std::string_view::npos &&
                        (host.find_first_of(".:") != std::string_view::npos || host == "localhost");
  if (!has_host)
    reference.repository = slash == std::string_view::npos ? "docker.io/library/" : "docker.io/";
  reference.repository += text;
  return reference;
}

} // namespace

bool is_image(const model::Subject& subject) {
  return !subject.image.layers.empty() || !subject.image.config_digest.empty() ||
         !subject.image.manifest_digest.empty();
}

std::string subject_name(const model::Subject& subject) {
  if (!subject.image.tags.empty()) return subject.image.tags.front();
  return subject.name.empty() ? std::string("unnamed") : subject.name;
}

std::string subject_digest(const model::Subject& subject) {
  const model::Image& image = subject.image;
  return image.manifest_digest.empty() ? image.config_digest.text() : image.manifest_digest.text();
}

std::string subject_purl(const model::Subject& subject) {
  const model::Image& image = subject.image;
  if (image.manifest_digest.empty() || image.tags.empty()) return {};
  const Reference reference = read_reference(image.tags.front());
  const std::string_view repository = reference.repository;
  model::Purl purl;
  purl.type = "oci";
  purl.name = repository.substr(repository.rfind('/') + 1);
  purl.version = image.manifest_digest.text();
  purl.qualifiers = {{"repository_url", reference.repository},
                     {"tag", reference.tag},
                     {"arch", image.platform.architecture}};
  return purl.name.empty() ? std::string{} : purl.text();
}

base::Time sbom_time(const model::Report& report, const WriteOptions& options) {
  if (options.timestamp) return *options.timestamp;
  return report.subject.image.created.value_or(report.created);
}

std::vector<std::string> component_names(const model::Report& report) {
  std::vector<std::string> names;
  names.reserve(report.packages.size());
  std::unordered_map<std::string, std::size_t> uses;
  std::unordered_set<std::string> taken;
  for (const model::Package& package : report.packages) {
    std::string name = package.purl;
    if (name.empty())
      name = package.type + "/" + (package.ns.empty() ? "" : package.ns + "/") + package.name +
             "@" + package.version;
    std::size_t& use = uses[name];
    std::string unique = name;
    for (std::size_t number = ++use; !taken.insert(unique).second; number = ++use)
      unique = fmt::format("{}#{}", name, number);
    names.push_back(std::move(unique));
  }
  return names;
}

base::Result<std::string>
content_uuid(const std::function<base::Result<void>(const Sink& sink)>& write) {
  base::Hasher hasher;
  PQ_TRY(write([&](std::string_view bytes) -> base::Result<void> {
    hasher.update(base::as_bytes(bytes));
    return {};
  }));
  const base::Digest digest = hasher.finish();
  std::string hex(digest.hex().substr(0, 32));
  hex[12] = '8'; // the version
  constexpr std::string_view kVariant = "89ab";
  hex[16] = kVariant[static_cast<unsigned char>(hex[16]) % 4];
  return fmt::format("{}-{}-{}-{}-{}",
                     hex.substr(0, 8),
                     hex.substr(8, 4),
                     hex.substr(12, 4),
                     hex.substr(16, 4),
                     hex.substr(20));
}

} // namespace portique::report
