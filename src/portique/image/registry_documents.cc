// Token: https://distribution.github.io/distribution/spec/auth/token/ and .../oauth/.
// Errors and pages: https://github.com/opencontainers/distribution-spec/blob/main/spec.md.

#include "portique/image/registry_documents.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::image {

namespace json = boost::json;
using base::Code;
using base::fail;

namespace {

constexpr std::size_t kShownCodes = 3;
constexpr std::size_t kCodeBytes = 40;
constexpr std::size_t kMirrors = 32;

bool is_error_code(std::string_view code) {
  return !code.empty() && code.size() <= kCodeBytes &&
         std::ranges::all_of(code, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

/// Whether the parameters behind a link's target ('; rel="next"') say that it leads on.
bool is_next_link(std::string_view parameters) {
  for (std::string_view parameter : base::split(parameters, ';')) {
    const std::string_view name = base::trim(base::take_until(parameter, '='));
    // The last parameter has the comma before the next link behind it.
    std::string_view relation = base::trim(base::take_until(parameter, ','));
    if (relation.size() >= 2 && relation.starts_with('"') && relation.ends_with('"'))
      relation = relation.substr(1, relation.size() - 2);
    if (base::equals_ignore_case(name, "rel") && base::equals_ignore_case(relation, "next"))
      return true;
  }
  return false;
}

} // namespace

base::Result<TokenAnswer> parse_token_answer(std::string_view text) {
  const json::value value = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&value);
  TokenAnswer answer;
  answer.token = base::json_string(object, "token");
  if (answer.token.empty()) answer.token = base::json_string(object, "access_token");
  if (!base::is_word(answer.token)) return fail(Code::Malformed, "the answer has no usable token");
  // Docker's specification: a lifetime below 60 seconds is taken for 60.
  const std::int64_t seconds = base::json_integer(object, "expires_in").value_or(60);
  answer.lifetime = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 60, 86'400));
  return answer;
}

std::string registry_error_codes(std::string_view text) {
  const auto value = base::parse_json(text);
  if (!value) return {};
  std::string codes;
  std::size_t count = 0;
  for (const json::value& item : base::json_items(base::json_object(&*value), "errors")) {
    const std::string_view code = base::json_string(base::json_object(&item), "code");
    if (!is_error_code(code) || ++count > kShownCodes) continue;
    codes += (codes.empty() ? "" : ", ") + std::string(code);
  }
  return codes;
}

base::Result<std::vector<std::string>> parse_daemon_mirrors(std::string_view text) {
  std::vector<std::string> mirrors;
  if (base::trim(text).empty()) return mirrors; // the daemon takes an empty file
  const json::value value = PQ_TRY(base::parse_json(text));
  for (const json::value& item : base::json_items(base::json_object(&value), "registry-mirrors"))
    if (item.is_string() && mirrors.size() < kMirrors) mirrors.emplace_back(item.get_string());
  return mirrors;
}

std::string next_page(std::string_view header) {
  while (true) {
    const std::size_t open = header.find('<');
    if (open == std::string_view::npos) return {};
    header.remove_prefix(open + 1);
    const std::size_t close = header.find('>');
    if (close == std::string_view::npos) return {};
    const std::string_view target = header.substr(0, close);
    header.remove_prefix(close + 1);
    if (is_next_link(header.substr(0, header.find('<')))) return std::string(target);
  }
}

} // namespace portique::image
