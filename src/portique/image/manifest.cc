#include "portique/image/manifest.h"

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/image/base_hint.h"

namespace portique::image {

namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

base::Result<json::value> parse_object(std::string_view text) {
  auto value = PQ_TRY(base::parse_json(text));
  if (!value.is_object()) return fail(Code::Malformed, "not a JSON object");
  return value;
}

std::string string_of(const json::object* object, std::string_view name) {
  return base::to_utf8(base::json_string(object, name));
}

model::Platform platform_of(const json::object& object) {
  return {base::to_lower(base::json_string(&object, "os")),
          base::to_lower(base::json_string(&object, "architecture")),
          base::to_lower(base::json_string(&object, "variant"))};
}

base::Result<Descriptor> parse_descriptor(const json::value& value) {
  const json::object* object = base::json_object(&value);
  if (object == nullptr) return fail(Code::Malformed, "a descriptor is not an object");
  Descriptor descriptor;
  descriptor.media_type = string_of(object, "mediaType");
  descriptor.digest = PQ_TRY(base::Digest::parse(base::json_string(object, "digest")));
  descriptor.foreign = descriptor.media_type.contains("foreign") ||
                       descriptor.media_type.contains("nondistributable") ||
                       !base::json_items(object, "urls").empty();
  const auto size = base::json_integer(object, "size");
  if (size && *size < 0) return fail(Code::Malformed, "a descriptor has a negative size");
  descriptor.size = static_cast<std::uint64_t>(size.value_or(0));
  if (const auto* platform = base::json_object(base::json_member(object, "platform")))
    descriptor.platform = platform_of(*platform);
  const json::object& annotations = base::json_fields(object, "annotations");
  for (const json::key_value_pair& annotation : annotations)
    if (annotation.value().is_string())
      descriptor.annotations.emplace_back(base::to_utf8(annotation.key()),
                                          base::to_utf8(annotation.value().get_string()));
  descriptor.artifact_type = string_of(object, "artifactType");
  descriptor.ref_name = string_of(&annotations, "org.opencontainers.image.ref.name");
  descriptor.image_name = string_of(&annotations, "io.containerd.image.name");
  descriptor.attestation =
      base::json_string(&annotations, "vnd.docker.reference.type") == "attestation-manifest";
  return descriptor;
}

std::vector<std::string> texts_of(const json::object& object, std::string_view name) {
  std::vector<std::string> texts;
  for (const json::value& item : base::json_items(&object, name))
    if (item.is_string()) texts.push_back(base::to_utf8(item.get_string()));
  return texts;
}

/// Sets are written as objects: {"80/tcp": {}}.
std::vector<std::string> names_of(const json::object& object, std::string_view name) {
  std::vector<std::string> names;
  for (const json::key_value_pair& member : base::json_fields(&object, name))
    names.push_back(base::to_utf8(member.key()));
  return names;
}

model::ImageConfig run_config_of(const json::object& object) {
  model::ImageConfig run;
  run.user = string_of(&object, "User");
  run.env = texts_of(object, "Env");
  run.entrypoint = texts_of(object, "Entrypoint");
  run.command = texts_of(object, "Cmd");
  run.ports = names_of(object, "ExposedPorts");
  run.volumes = names_of(object, "Volumes");
  run.working_dir = string_of(&object, "WorkingDir");
  run.stop_signal = string_of(&object, "StopSignal");
  const auto test = texts_of(base::json_fields(&object, "Healthcheck"), "Test");
  run.has_healthcheck = !test.empty() && test.front() != "NONE";
  for (const json::key_value_pair& label : base::json_fields(&object, "Labels"))
    if (label.value().is_string())
      run.labels.push_back({base::to_utf8(label.key()), base::to_utf8(label.value().get_string())});
  return run;
}

base::Result<void> check_layer_count(std::size_t count, const base::Limits& limits) {
  if (count > limits.layers)
    return fail(Code::LimitExceeded,
                "the image has " + std::to_string(count) + " layers, more than " +
                    std::to_string(limits.layers));
  return {};
}

} // namespace

base::Result<bool> is_index(std::string_view text) {
  const json::value value = PQ_TRY(parse_object(text));
  const json::object& object = value.get_object();
  const std::string_view type = base::json_string(&object, "mediaType");
  if (type.find("image.index") != type.npos || type.find("manifest.list") != type.npos) return true;
  if (type.find("manifest") != type.npos) return false;
  return base::json_member(&object, "manifests") != nullptr;
}

base::Result<Index> parse_index(std::string_view text) {
  const json::value value = PQ_TRY(parse_object(text));
  Index index;
  for (const json::value& item : base::json_items(&value.get_object(), "manifests"))
    index.manifests.push_back(PQ_TRY(parse_descriptor(item)));
  return index;
}

base::Result<Manifest> parse_manifest(std::string_view text, const base::Limits& limits) {
  const json::value value = PQ_TRY(parse_object(text));
  const json::object& object = value.get_object();
  if (base::json_integer(&object, "schemaVersion") == 1)
    return fail(Code::Unsupported,
                "Docker's manifest schema 1 was retired; pull the image again with a newer engine");
  const json::value* config = base::json_member(&object, "config");
  if (config == nullptr) return fail(Code::Malformed, "the manifest has no config");
  Manifest manifest;
  manifest.config = PQ_TRY(base::at("config", parse_descriptor(*config)));
  const json::array& layers = base::json_items(&object, "layers");
  PQ_TRY(check_layer_count(layers.size(), limits));
  for (const json::value& layer : layers)
    manifest.layers.push_back(PQ_TRY(base::at("layers", parse_descriptor(layer))));
  manifest.artifact_type = string_of(&object, "artifactType");
  if (manifest.artifact_type.empty()) manifest.artifact_type = manifest.config.media_type;
  return manifest;
}

namespace {

/// The words of a command, as a shell would want them.
std::string joined(const json::object& object, std::string_view name) {
  std::string all;
  for (const json::value& word : base::json_items(&object, name))
    if (word.is_string()) {
      if (!all.empty()) all += ' ';
      all += std::string_view(word.get_string());
    }
  return all;
}

void add_text(std::string field, std::string text, std::vector<ConfigText>& texts) {
  if (!text.empty()) texts.push_back({std::move(field), std::move(text)});
}

/// What people write into a config, or have their build write into it.
std::vector<ConfigText> config_texts_of(const json::object& object) {
  std::vector<ConfigText> texts;
  const json::object& run = base::json_fields(&object, "config");
  for (const json::value& variable : base::json_items(&run, "Env")) {
    if (!variable.is_string()) continue;
    const std::string text = base::to_utf8(variable.get_string());
    add_text("Env " + text.substr(0, text.find('=')), text, texts);
  }
  for (const auto& label : base::json_fields(&run, "Labels")) {
    const std::string name = base::to_utf8(label.key());
    if (label.value().is_string())
      add_text("label " + name, name + "=" + base::to_utf8(label.value().get_string()), texts);
  }
  for (const std::string_view command : {"Entrypoint", "Cmd", "Shell", "OnBuild"})
    add_text(std::string(command), joined(run, command), texts);
  add_text("Healthcheck", joined(base::json_fields(&run, "Healthcheck"), "Test"), texts);
  std::size_t number = 0;
  for (const json::value& step : base::json_items(&object, "history")) {
    const json::object* fields = base::json_object(&step);
    ++number;
    add_text("history " + std::to_string(number), string_of(fields, "created_by"), texts);
    add_text("history " + std::to_string(number), string_of(fields, "comment"), texts);
  }
  return texts;
}

} // namespace

base::Result<Config> parse_config(std::string_view text, const base::Limits& limits) {
  const json::value value = PQ_TRY(parse_object(text));
  const json::object& object = value.get_object();
  Config config;
  config.platform = platform_of(object);
  config.created = base::parse_time(base::json_string(&object, "created"));
  const json::array& diff_ids = base::json_items(&base::json_fields(&object, "rootfs"), "diff_ids");
  PQ_TRY(check_layer_count(diff_ids.size(), limits));
  for (const json::value& id : diff_ids) {
    if (!id.is_string()) return fail(Code::Malformed, "a diff id is not a string");
    config.diff_ids.push_back(PQ_TRY(base::Digest::parse(id.get_string())));
  }
  for (const json::value& step : base::json_items(&object, "history")) {
    const json::object* fields = base::json_object(&step);
    const json::value* empty = base::json_member(fields, "empty_layer");
    config.history.push_back({string_of(fields, "created_by"),
                              base::parse_time(base::json_string(fields, "created")),
                              empty != nullptr && empty->is_bool() && empty->get_bool()});
  }
  config.run = run_config_of(base::json_fields(&object, "config"));
  const json::object& labels = base::json_fields(&base::json_fields(&object, "config"), "Labels");
  config.base_name = string_of(&labels, "org.opencontainers.image.base.name");
  config.base_digest = string_of(&labels, "org.opencontainers.image.base.digest");
  config.texts = config_texts_of(object);
  return config;
}

base::Result<std::vector<SavedImage>> parse_saved_images(std::string_view text,
                                                         const base::Limits& limits) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::array* items = base::json_array(&value);
  if (items == nullptr) return fail(Code::Malformed, "manifest.json is not a list of images");
  std::vector<SavedImage> images;
  for (const json::value& item : *items) {
    const json::object* object = base::json_object(&item);
    SavedImage image;
    image.config = base::json_string(object, "Config");
    if (image.config.empty())
      return fail(Code::Malformed, "manifest.json has an image without Config");
    for (const json::value& tag : base::json_items(object, "RepoTags"))
      if (tag.is_string()) image.tags.push_back(base::to_utf8(tag.get_string()));
    const json::array& layers = base::json_items(object, "Layers");
    PQ_TRY(check_layer_count(layers.size(), limits));
    for (const json::value& layer : layers) {
      if (!layer.is_string())
        return fail(Code::Malformed, "manifest.json names a layer by no string");
      image.layers.emplace_back(layer.get_string());
    }
    images.push_back(std::move(image));
  }
  return images;
}

base::Result<void> apply_config(const Config& config, model::Image& image) {
  if (config.diff_ids.size() != image.layers.size())
    return fail(Code::Malformed,
                "the config names " + std::to_string(config.diff_ids.size()) +
                    " layers, the manifest " + std::to_string(image.layers.size()));
  image.platform = config.platform;
  image.created = config.created;
  image.base = base_hint_of(config);
  image.config = config.run;
  std::size_t index = 0;
  for (model::Layer& layer : image.layers)
    layer.diff_id = config.diff_ids[index++];
  index = 0;
  for (const Config::Step& step : config.history) {
    if (step.empty_layer) continue;
    ++image.history_layers;
    if (index >= image.layers.size()) continue;
    image.layers[index].created_by = step.created_by;
    image.layers[index].created = step.created;
    ++index;
  }
  return {};
}

} // namespace portique::image
