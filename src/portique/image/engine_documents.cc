#include "portique/image/engine_documents.h"

#include <algorithm>

#include "portique/archive/layer_path.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::image {

namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

/// An engine's sentence can hold what a stranger wrote; longer ones say nothing more.
constexpr std::size_t kErrorBytes = 500;

std::string string_of(const json::object* object, std::string_view name) {
  return base::to_utf8(base::json_string(object, name));
}

bool flag(const json::object* object, std::string_view name) {
  const json::value* value = base::json_member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// podman leaves out the algorithm in some answers.
base::Digest digest_of_id(std::string_view id) {
  if (auto digest = base::Digest::parse(id)) return *std::move(digest);
  return base::Digest::parse("sha256:" + std::string(id)).value_or(base::Digest{});
}

/// "<none>:<none>" and "<none>@<none>" stand for no name.
std::vector<std::string> names_of(const json::object* object, std::string_view member) {
  std::vector<std::string> names;
  for (const json::value& item : base::json_items(object, member)) {
    if (!item.is_string()) continue;
    std::string name = base::to_utf8(item.get_string());
    if (!name.contains("<none>")) names.push_back(std::move(name));
  }
  return names;
}

base::Result<EngineImage> image_of(const json::value& value) {
  const json::object* object = base::json_object(&value);
  EngineImage image;
  image.id = digest_of_id(base::json_string(object, "Id"));
  if (image.id.empty()) return fail(Code::Malformed, "an image without a valid Id");
  image.tags = names_of(object, "RepoTags");
  image.repository_digests = names_of(object, "RepoDigests");
  return image;
}

std::string clean(std::string_view path) {
  std::string cleaned;
  archive::clean_path(path, cleaned);
  return cleaned;
}

} // namespace

base::Result<EngineImage> parse_engine_image(std::string_view text, const base::Limits& limits) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  EngineImage image = PQ_TRY(image_of(value));
  image.platform = {base::to_lower(base::json_string(object, "Os")),
                    base::to_lower(base::json_string(object, "Architecture")),
                    base::to_lower(base::json_string(object, "Variant"))};
  image.created = base::parse_time(base::json_string(object, "Created"));
  const json::array& layers = base::json_items(&base::json_fields(object, "RootFS"), "Layers");
  if (layers.size() > limits.layers)
    return fail(Code::LimitExceeded,
                "the image has " + std::to_string(layers.size()) + " layers, more than " +
                    std::to_string(limits.layers));
  for (const json::value& layer : layers) {
    if (!layer.is_string()) return fail(Code::Malformed, "a layer is not a string");
    image.diff_ids.push_back(PQ_TRY(base::Digest::parse(layer.get_string())));
  }
  return image;
}

base::Result<std::vector<EngineImage>> parse_engine_images(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::array* items = base::json_array(&value);
  if (items == nullptr) return fail(Code::Malformed, "not a list of images");
  std::vector<EngineImage> images;
  for (const json::value& item : *items) {
    images.push_back(PQ_TRY(image_of(item)));
    if (const auto created = base::json_integer(base::json_object(&item), "Created"))
      images.back().created = base::Time(std::chrono::seconds(*created));
  }
  return images;
}

base::Result<EngineContainer> parse_engine_container(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  EngineContainer container;
  container.id = base::json_string(object, "Id");
  // It becomes part of URLs.
  if (!base::Digest::parse("sha256:" + container.id))
    return fail(Code::Malformed, "a container without a valid Id");
  container.name = string_of(object, "Name");
  if (container.name.starts_with('/')) container.name.erase(0, 1);
  const base::Digest image = digest_of_id(base::json_string(object, "Image"));
  container.image = image.text();
  container.image_name = string_of(&base::json_fields(object, "Config"), "Image");
  container.running = flag(&base::json_fields(object, "State"), "Running");
  const json::object& driver = base::json_fields(object, "GraphDriver");
  container.storage_driver = string_of(&driver, "Name");
  container.upper_dir = base::json_string(&base::json_fields(&driver, "Data"), "UpperDir");
  for (const json::value& mount : base::json_items(object, "Mounts"))
    if (std::string path = clean(base::json_string(base::json_object(&mount), "Destination"));
        !path.empty())
      container.mounts.push_back(std::move(path));
  return container;
}

base::Result<std::vector<model::PathChange>> parse_path_changes(std::string_view text,
                                                                const base::Limits& limits) {
  const json::value value = PQ_TRY(base::parse_json(text));
  std::vector<model::PathChange> changes;
  if (value.is_null()) return changes; // Docker's word for none
  const json::array* items = base::json_array(&value);
  if (items == nullptr) return fail(Code::Malformed, "not a list of changes");
  if (items->size() > limits.layer_entries)
    return fail(Code::LimitExceeded,
                "the container differs from its image in more than " +
                    std::to_string(limits.layer_entries) + " paths");
  for (const json::value& item : *items) {
    const json::object* object = base::json_object(&item);
    const auto kind = base::json_integer(object, "Kind");
    std::string path = clean(base::json_string(object, "Path"));
    if (!kind || *kind < 0 || *kind > 2) return fail(Code::Malformed, "a change of no known kind");
    if (!path.empty()) changes.push_back({std::move(path), static_cast<model::ChangeKind>(*kind)});
  }
  std::ranges::sort(changes, {}, &model::PathChange::path);
  return changes;
}

std::string parse_engine_error(std::string_view body) {
  const auto value = base::parse_json(body);
  if (!value) return {};
  std::string message = string_of(base::json_object(&*value), "message");
  if (message.size() > kErrorBytes) message.resize(kErrorBytes);
  return base::printable(base::trim(message));
}

} // namespace portique::image
