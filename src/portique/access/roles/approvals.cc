#include "portique/access/roles/approvals.h"

#include <algorithm>

#include "portique/access/roles/own_file.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

namespace json = boost::json;

constexpr std::string_view kFormat = "portique policy approval 1";
constexpr const char* kInForceFile = "approvals-in-force.json";
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

base::Result<std::optional<ApprovalsInForce>>
read_approvals_in_force(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kInForceFile;
  const auto text = PQ_TRY(base::at(file.string(), read_own_file(file, kMostBytes)));
  if (!text) return std::nullopt;
  const json::value document = PQ_TRY(base::at(file.string(), base::parse_json(*text)));
  const json::object* object = base::json_object(&document);
  ApprovalsInForce found;
  found.digest = base::json_string(object, "digest");
  const auto needed = base::json_integer(object, "needed");
  for (const auto& [name, key] : base::json_fields(object, "people"))
    if (key.is_string()) found.rule.people.push_back({name, std::string(key.get_string())});
  if (!needed || *needed < 1 || found.rule.people.empty())
    return base::fail(base::Code::Malformed, file.string() + " does not say who approves policies");
  found.rule.needed = static_cast<std::size_t>(*needed);
  found.rule.author = base::json_string(object, "author");
  return found;
}

base::Result<void> keep_approvals_in_force(const std::filesystem::path& folder,
                                           const AccessPolicy& policy) {
  const std::filesystem::path file = folder / kInForceFile;
  std::error_code error;
  if (!policy.approvals()) {
    std::filesystem::remove(file, error);
    if (error) return base::fail_errno("cannot remove " + file.string(), error.value());
    return {};
  }
  json::object people;
  for (const ApprovalPerson& person : policy.approvals()->people)
    people[person.name] = person.key;
  std::filesystem::create_directories(folder, error);
  if (error) return base::fail_errno("cannot make " + folder.string(), error.value());
  PQ_TRY(base::write_file_atomically(
      file,
      base::pretty_json(json::object{{"author", policy.approvals()->author},
                                     {"needed", policy.approvals()->needed},
                                     {"digest", policy.written_digest()},
                                     {"people", std::move(people)}})));
  using std::filesystem::perms;
  std::filesystem::permissions(file, perms::owner_read | perms::owner_write, error);
  if (error) return base::fail_errno("cannot protect " + file.string(), error.value());
  return {};
}

} // namespace portique::access
