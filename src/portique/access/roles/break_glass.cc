// A grant is a JSON file, ID.json, in the folder: {"format": "portique break-glass 1", "user": ...,
// "role": ..., "reason": ..., "taken_by": ..., "from": "2026-01-31T12:00:00Z", "until": ...}.
#include "portique/access/roles/break_glass.h"

#include <algorithm>
#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

#include "portique/access/roles/access_policy.h"
#include "portique/access/roles/own_file.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::string_view kFormat = "portique break-glass 1";
/// A reason of two pages fits.
constexpr std::uint64_t kGrantBytes = 16ULL << 10U;
constexpr std::size_t kReasonBytes = 4096;
/// Emergencies come one at a time; more files are some other folder.
constexpr std::size_t kMostGrants = 1000;

base::Result<Grant> parse_grant(std::string_view text) {
  const json::value document = PQ_TRY(base::parse_json(text));
  const json::object* object = base::json_object(&document);
  if (base::json_string(object, "format") != kFormat)
    return base::fail(base::Code::Malformed, "no break-glass grant");
  Grant grant;
  grant.user = base::json_string(object, "user");
  grant.role = base::json_string(object, "role");
  grant.reason = base::json_string(object, "reason");
  grant.taken_by = base::json_string(object, "taken_by");
  const auto from = base::parse_time(base::json_string(object, "from"));
  const auto until = base::parse_time(base::json_string(object, "until"));
  if (grant.user.empty() || grant.role.empty() || grant.reason.empty() || !from || !until ||
      *until <= *from)
    return base::fail(base::Code::Malformed,
                      "a break-glass grant without user, role, reason or time");
  grant.from = *from;
  grant.until = *until;
  return grant;
}

base::Result<Grant> read_grant(const fs::path& file) {
  const auto text = PQ_TRY(read_own_file(file, kGrantBytes));
  if (!text) return base::fail(base::Code::NotFound, "it is gone");
  Grant grant = PQ_TRY(parse_grant(*text));
  grant.id = file.stem().string();
  return grant;
}

} // namespace

base::Result<Grant> take_break_glass(const AccessPolicy& policy,
                                     const RequestView& caller,
                                     const fs::path& folder,
                                     std::string_view role,
                                     std::string_view reason,
                                     std::chrono::seconds length) {
  using base::Code;
  const std::string who = caller_text(*caller.caller);
  if (base::trim(reason).empty())
    return base::fail(Code::InvalidArgument, "break-glass rights need a reason");
  if (reason.size() > kReasonBytes || !base::is_utf8(reason))
    return base::fail(Code::InvalidArgument, "the reason is too long, or no text");
  const BreakGlassRule* found = nullptr;
  for (const BreakGlassRule& rule : policy.break_glass())
    if (policy.roles()[rule.role].name == role && rule.subjects.include(caller) &&
        (found == nullptr || rule.longest > found->longest))
      found = &rule;
  if (found == nullptr || caller.caller->user.empty())
    return base::fail(Code::InvalidArgument,
                      "the policy does not let " + who + " take the role " +
                          base::printable(role.substr(0, 80)));
  if (length <= std::chrono::seconds(0) || length > found->longest)
    return base::fail(Code::InvalidArgument,
                      "the role can be taken for " + std::to_string(found->longest.count() / 60) +
                          " minutes at most");
  Grant grant;
  grant.user = caller.caller->user;
  grant.role = role;
  grant.reason = base::trim(reason);
  grant.from = caller.now;
  grant.until = caller.now + length;
  grant.taken_by = grant.user;
  if (caller.caller->local && caller.caller->local->login_uid)
    grant.taken_by = "uid " + std::to_string(*caller.caller->local->login_uid);
  const std::string text =
      base::pretty_json(json::object{{"format", kFormat},
                                     {"user", grant.user},
                                     {"role", grant.role},
                                     {"reason", grant.reason},
                                     {"taken_by", grant.taken_by},
                                     {"from", base::format_time(grant.from)},
                                     {"until", base::format_time(grant.until)}});
  grant.id = base::format_date(grant.from) + "-" +
             std::string(base::digest_of(base::as_bytes(text)).hex().substr(0, 16));
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return base::fail_errno("cannot make " + folder.string(), error.value());
  const fs::path file = folder / (grant.id + ".json");
  PQ_TRY(base::write_file_atomically(file, text));
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return base::fail_errno("cannot protect " + file.string(), error.value());
  return grant;
}

base::Result<void> end_break_glass(const fs::path& folder, std::string_view id) {
  const bool is_plain =
      !id.empty() && std::ranges::all_of(id, [](char c) { return base::is_alnum(c) || c == '-'; });
  if (!is_plain) return base::fail(base::Code::InvalidArgument, "no id of a grant");
  const fs::path file = folder / (std::string(id) + ".json");
  if (::unlink(file.c_str()) != 0) return base::fail_errno("cannot remove " + file.string(), errno);
  return {};
}

base::Result<Grants> read_grants(const fs::path& folder, base::Time now) {
  Grants found;
  struct stat st{};
  if (::lstat(folder.c_str(), &st) != 0) {
    if (errno == ENOENT) return found;
    return base::fail_errno("cannot look at " + folder.string(), errno);
  }
  if (!S_ISDIR(st.st_mode) || !is_ours(st))
    return base::fail(base::Code::InvalidArgument,
                      folder.string() + " is no folder that only root can write");
  std::error_code error;
  std::size_t count = 0;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
       entries.increment(error)) {
    const fs::path file = entries->path();
    if (file.extension() != ".json") continue;
    if (++count > kMostGrants)
      return base::fail(base::Code::LimitExceeded,
                        folder.string() + " holds more than " + std::to_string(kMostGrants) +
                            " grants");
    auto grant = read_grant(file);
    if (!grant)
      found.issues.push_back(base::printable(file.string()) + ": " + grant.error().text());
    else if (grant->until > now)
      found.grants.push_back(std::move(*grant));
  }
  if (error) return base::fail_errno("cannot read " + folder.string(), error.value());
  std::ranges::sort(found.grants, {}, &Grant::id);
  return found;
}

} // namespace portique::access
