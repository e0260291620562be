// https://docs.docker.com/reference/cli/docker/ (configuration files) and containers-auth.json(5).
// The protocol of helpers: https://github.com/docker/docker-credential-helpers.

#include "portique/image/docker_config.h"

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/image/reference.h"

namespace portique::image {

namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

DockerConfig::Entry parse_entry(const json::object& object) {
  DockerConfig::Entry entry;
  Credentials& credentials = entry.credentials;
  credentials.user = base::json_string(&object, "username");
  credentials.password = base::json_string(&object, "password");
  credentials.identity_token = base::json_string(&object, "identitytoken");
  credentials.registry_token = base::json_string(&object, "registrytoken");
  const std::string_view coded = base::json_string(&object, "auth");
  if (coded.empty()) return entry;
  const auto plain = base::from_base64(base::trim(coded));
  const std::size_t colon = plain ? plain->find(':') : std::string::npos;
  if (colon == std::string::npos || colon == 0) {
    entry.broken = true;
    return entry;
  }
  credentials.user = plain->substr(0, colon);
  credentials.password = plain->substr(colon + 1);
  // Docker's own files had zeros behind the password once.
  if (const std::size_t end = credentials.password.find('\0'); end != std::string::npos)
    credentials.password.resize(end);
  return entry;
}

/// A helper's name becomes part of a program's: no path, no flag.
bool is_helper_name(std::string_view name) {
  return base::is_word(name) && !name.contains('/') && name.size() < 100;
}

} // namespace

std::string normal_registry_key(std::string_view key) {
  for (const std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
  while (key.ends_with('/'))
    key.remove_suffix(1);
  for (const std::string_view version : {"/v1", "/v2"})
    if (key.ends_with(version)) key.remove_suffix(version.size());
  std::string_view path = key;
  const std::string_view host = base::take_until(path, '/');
  if (!is_docker_hub(host)) return std::string(key);
  return path.empty() ? "docker.io" : "docker.io/" + std::string(path);
}

base::Result<DockerConfig> parse_docker_config(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  if (object == nullptr) return fail(Code::Malformed, "not a JSON object");
  DockerConfig config;
  for (const json::key_value_pair& member : base::json_fields(object, "auths")) {
    const json::object* fields = base::json_object(&member.value());
    if (fields == nullptr) continue;
    DockerConfig::Entry entry = parse_entry(*fields);
    // With a store, Docker leaves empty entries behind.
    if (entry.credentials.empty() && !entry.broken) continue;
    config.auths.insert_or_assign(normal_registry_key(member.key()), std::move(entry));
  }
  for (const json::key_value_pair& member : base::json_fields(object, "credHelpers")) {
    if (!member.value().is_string()) continue;
    const std::string_view helper = member.value().get_string();
    if (!helper.empty() && !is_helper_name(helper))
      return fail(Code::Malformed, "credHelpers has a helper of an impossible name");
    config.helpers.insert_or_assign(normal_registry_key(member.key()), std::string(helper));
  }
  config.store = base::json_string(object, "credsStore");
  if (!config.store.empty() && !is_helper_name(config.store))
    return fail(Code::Malformed, "credsStore has an impossible name");
  return config;
}

base::Result<Credentials> parse_helper_answer(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  Credentials credentials;
  credentials.user = base::json_string(object, "Username");
  const std::string_view secret = base::json_string(object, "Secret");
  if (credentials.user == "<token>") {
    credentials.user.clear();
    credentials.identity_token = secret;
  } else {
    credentials.password = secret;
  }
  if (secret.empty()) return fail(Code::Malformed, "the answer has no secret");
  return credentials;
}

} // namespace portique::image
