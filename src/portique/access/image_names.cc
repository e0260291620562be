#include "portique/access/image_names.h"

// How engines find an image: https://github.com/moby/moby daemon/images/image.go (GetImage). A name
// comes before the beginning of an id.

#include <algorithm>

#include "portique/access/docker/engine_id.h"
#include "portique/base/text.h"
#include "portique/policy/matchers.h"

namespace portique::access {

namespace {

/// No tag of a registry can be called so.
constexpr std::string_view kAllTags = ":*";

void add_once(std::vector<std::string>& list, std::string text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

/// Tags; of a repository without any, its digests.
std::vector<std::string> all_names(const ImageFacts& image) {
  std::vector<std::string> names;
  std::vector<std::string> repositories;
  for (const std::string& tag : image.tags)
    if (const auto reference = full_reference(tag)) {
      add_once(names, reference->text());
      repositories.push_back(reference->name());
    }
  for (const std::string& digest : image.digests)
    if (const auto reference = full_reference(digest))
      if (std::ranges::find(repositories, reference->name()) == repositories.end())
        add_once(names, reference->text());
  return names;
}

/// Whether the image is called so, and not only found by the beginning of its id.
bool is_called(const ImageFacts& image, const std::string& name) {
  const auto is_it = [&](const std::string& written) { return full_image_name(written) == name; };
  return std::ranges::any_of(image.tags, is_it) || std::ranges::any_of(image.digests, is_it);
}

/// "nginx:1.27" of docker.io/library/nginx:1.27, as far as that means nothing else.
std::string short_form(const image::Reference& reference, const std::string& full) {
  constexpr std::string_view kHub = "docker.io/";
  constexpr std::string_view kOfficial = "library/";
  if (!full.starts_with(kHub)) return "";
  std::string text = full.substr(kHub.size());
  if (reference.repository.starts_with(kOfficial)) text.erase(0, kOfficial.size());
  const auto read = full_reference(text);
  return read && read->name() == reference.name() ? text : "";
}

} // namespace

bool begins_image_id(std::string_view written, std::string_view id) {
  const std::string_view digits = id_digits(written);
  return !digits.empty() && id_digits(id).starts_with(digits);
}

std::optional<image::Reference> full_reference(std::string_view written) {
  // What begins so is the beginning of an id: no engine gives such a name to anything.
  if (written.starts_with(kIdPrefix) || is_whole_id(written)) return std::nullopt;
  const bool all_tags = written.ends_with(kAllTags);
  auto reference = image::parse_reference(
      all_tags ? written.substr(0, written.size() - kAllTags.size()) : written);
  if (!reference) return std::nullopt;
  if (all_tags) reference->tag = "*";
  // Hosts are the same in any case of letters.
  reference->registry = base::to_lower(reference->registry);
  if (reference->registry == "index.docker.io") reference->registry = "docker.io";
  if (!reference->digest.empty()) reference->tag.clear();
  return *std::move(reference);
}

std::string full_image_name(std::string_view written) {
  if (const auto reference = full_reference(written)) return reference->text();
  if (!is_whole_id(written)) return std::string(written);
  return std::string(kIdPrefix).append(id_digits(written));
}

std::string pulled_image_name(std::string_view written) {
  const std::size_t slash = written.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? written : written.substr(slash);
  const auto reference = full_reference(written);
  if (!reference || last.find_first_of(":@") != std::string_view::npos)
    return full_image_name(written);
  return reference->name().append(kAllTags);
}

ImageNaming image_naming(std::string_view written, const std::optional<ImageFacts>& known) {
  ImageNaming naming;
  const auto reference = full_reference(written);
  const bool has_digest = reference && !reference->digest.empty();
  if (!known || (reference && is_called(*known, reference->text()))) {
    naming.names.push_back(full_image_name(written));
    naming.pinned = has_digest || is_whole_id(written);
    return naming;
  }
  naming.names = all_names(*known);
  if (naming.names.empty()) naming.names.push_back(full_image_name(known->id));
  naming.pinned = has_digest || begins_image_id(written, known->id);
  return naming;
}

bool fits_image(std::span<const std::string> patterns, const std::string& name) {
  const auto fits = [&](std::string_view text) {
    return !text.empty() && std::ranges::any_of(patterns, [&](const std::string& pattern) {
      return pattern == text || policy::fits_wildcard(pattern, text);
    });
  };
  if (fits(name)) return true;
  const auto reference = full_reference(name);
  if (!reference) return false;
  const std::string full = reference->text();
  return fits(full) || fits(reference->name()) || fits(short_form(*reference, full)) ||
         fits(short_form(*reference, reference->name()));
}

} // namespace portique::access
