// File format (base/codec.h): hexadecimal SHA-256 of the rest, the location, text, signature,
// revision, approvals, serial, and then the file's name, the names of what it includes and their
// texts. Files of before includes were kept end with the serial number. The hash tells a torn file,
// it is no protection: the folder's owner is.

#include "portique/access/policy_source/last_good_policy.h"

#include <sys/stat.h>

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/codec.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

namespace fs = std::filesystem;

/// Text, signature and what is around them.
constexpr std::uint64_t kFileBytes = 2 * kPolicyBytes + (1ULL << 20U);

} // namespace

LastGoodStore::LastGoodStore(const fs::path& folder, std::string_view location)
    : location_(location) {
  if (folder.empty()) return;
  const std::string name(base::digest_of(base::as_bytes(location)).hex());
  file_ = folder / ("policy-" + name.substr(0, 32));
}

base::Result<std::optional<LastGoodPolicy>> LastGoodStore::load() const {
  if (file_.empty()) return std::nullopt;
  std::error_code error;
  if (!fs::exists(file_, error)) {
    if (error) return fail(Code::Io, "cannot look for " + file_.string() + ": " + error.message());
    return std::nullopt;
  }
  const std::string file = PQ_TRY(base::read_file(file_, kFileBytes));
  std::string hash;
  std::string content;
  std::string location;
  LastGoodPolicy policy;
  std::vector<std::string> names;
  std::vector<std::string> texts;
  const auto read = [&](auto&... further) {
    return base::decode(base::as_bytes(content),
                        location,
                        policy.text,
                        policy.signature,
                        policy.revision,
                        policy.approvals,
                        policy.serial,
                        further...)
        .has_value();
  };
  if (!base::decode(base::as_bytes(file), hash, content) ||
      hash != base::digest_of(base::as_bytes(content)).hex() ||
      (!read(policy.name, names, texts) && !read()) || location != location_ ||
      names.size() != texts.size())
    return fail(Code::Malformed,
                "the last good policy in " + file_.string() +
                    " is damaged; remove the file to begin anew");
  if (policy.name.empty()) policy.name = location_;
  for (std::size_t i = 0; i < names.size(); ++i)
    policy.included[names[i]] = texts[i];
  return policy;
}

base::Result<void> LastGoodStore::store(const LastGoodPolicy& policy) const {
  if (file_.empty()) return {};
  std::error_code error;
  if (fs::create_directories(file_.parent_path(), error); error)
    return fail(Code::Io,
                "cannot make the folder " + file_.parent_path().string() + ": " + error.message());
  std::vector<std::string> names;
  std::vector<std::string> texts;
  for (const auto& [name, text] : policy.included) {
    names.push_back(name);
    texts.push_back(text);
  }
  const std::string content = base::encode(location_,
                                           policy.text,
                                           policy.signature,
                                           policy.revision,
                                           policy.approvals,
                                           policy.serial,
                                           policy.name,
                                           names,
                                           texts);
  const std::string hash(base::digest_of(base::as_bytes(content)).hex());
  PQ_TRY(base::write_file_atomically(file_, base::encode(hash, content)));
  fs::permissions(file_, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error)
    return fail(Code::Io, "cannot close " + file_.string() + " to others: " + error.message());
  return {};
}

} // namespace portique::access
