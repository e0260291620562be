#include "portique/access/roles/approvals.h"

#include <algorithm>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "portique policy approval 1";
/// A thousand approvals; older ones may be taken out.
constexpr std::size_t kMostBytes = 512ULL << 10U;

std::string signed_lines(std::string_view person, std::string_view digest, std::string_view time) {
  std::string lines(kFormat);
  lines.append("\nperson ").append(person);
  lines.append("\ndigest ").append(digest);
  lines.append("\ntime ").append(time).append("\n");
  return lines;
}

base::Result<json::array> read_approvals(std::string_view text) {
  if (base::trim(text).empty()) return json::array();
  if (text.size() > kMostBytes)
    return base::fail(base::Code::LimitExceeded, "the approvals are too long");
  const json::value document = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&document);
  if (base::json_string(object, "format") != kFormat)
    return base::fail(base::Code::Malformed, "this holds no approvals of policies");
  return base::json_items(object, "approvals");
}

base::Result<PublicKey> key_of(const ApprovalRule& rule, std::string_view person) {
  const auto found = std::ranges::find(rule.people, person, &ApprovalPerson::name);
  if (found == rule.people.end())
    return base::fail(base::Code::NotFound,
                      "'" + base::printable(person.substr(0, 80)) +
                          "' is none of the people who may approve this policy");
  PublicKey key = PQ_TRY(base::at("key of " + found->name, PublicKey::parse(found->key)));
  if (key.kind() != KeyKind::Ed25519)
    return base::fail(base::Code::Unsupported, "approvals are signed with Ed25519 keys");
  return key;
}

} // namespace

base::Result<std::string> approve(const AccessPolicy& policy,
                                  std::string_view person,
                                  const PrivateKey& key,
                                  std::string_view approvals,
                                  base::Time now) {
  if (!policy.approvals())
    return base::fail(base::Code::InvalidArgument, "this policy asks for no approval");
  const PublicKey known = PQ_TRY(key_of(*policy.approvals(), person));
  if (known.id() != key.public_key().id())
    return base::fail(base::Code::InvalidArgument,
                      "the policy names another key for " + std::string(person));
  json::array records = PQ_TRY(read_approvals(approvals));
  const std::string& digest = policy.written_digest();
  const auto is_same = [&](const json::value& record) {
    const json::object* object = base::json_object(&record);
    return base::json_string(object, "person") == person &&
           base::json_string(object, "digest") == digest;
  };
  records.erase(std::remove_if(records.begin(), records.end(), is_same), records.end());
  const std::string time = base::format_time(now);
  const std::string signature = PQ_TRY(key.sign(signed_lines(person, digest, time)));
  records.push_back(json::object{{"person", person},
                                 {"digest", digest},
                                 {"time", time},
                                 {"signature", base::to_base64(signature)}});
  return base::pretty_json(json::object{{"format", kFormat}, {"approvals", std::move(records)}});
}

base::Result<std::vector<std::string>>
approved_by(const ApprovalRule& rule, std::string_view digest, std::string_view approvals) {
  const json::array records = PQ_TRY(read_approvals(approvals));
  std::vector<std::string> people;
  for (const json::value& record : records) {
    const json::object* object = base::json_object(&record);
    const std::string_view person = base::json_string(object, "person");
    if (base::json_string(object, "digest") != digest ||
        std::ranges::find(people, person) != people.end())
      continue;
    const auto key = key_of(rule, person);
    const auto signature = base::from_base64(base::json_string(object, "signature"));
    if (key && signature &&
        key->verify(signed_lines(person, digest, base::json_string(object, "time")), *signature))
      people.emplace_back(person);
  }
  return people;
}

base::Result<void> check_approvals(const ApprovalRule& rule,
                                   std::string_view author,
                                   std::string_view digest,
                                   std::string_view approvals) {
  const std::vector<std::string> people = PQ_TRY(approved_by(rule, digest, approvals));
  const std::string shown = base::printable(author.substr(0, 80));
  if (std::ranges::find(people, author) == people.end())
    return base::fail(base::Code::InvalidArgument,
                      "the policy's author '" + shown + "' has not signed it");
  // Two names with one key are one person.
  std::vector<std::string> keys;
  for (const std::string& person : people)
    if (const auto key = key_of(rule, person);
        key && std::ranges::find(keys, key->id()) == keys.end())
      keys.push_back(key->id());
  if (keys.size() < rule.needed + 1)
    return base::fail(base::Code::InvalidArgument,
                      "the policy needs " + std::to_string(rule.needed) +
                          " approvals besides its author's, and has " +
                          std::to_string(keys.size() - 1) + "; see portique authz approve");
  return {};
}

} // namespace portique::access
