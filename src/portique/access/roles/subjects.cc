#include "portique/access/roles/subjects.h"

#include <algorithm>

#include "portique/access/image_names.h"
#include "portique/base/text.h"
#include "portique/policy/matchers.h"

namespace portique::access {

namespace {

bool fits_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    return pattern == text || policy::fits_wildcard(pattern, text);
  });
}

bool fits(const CertificateSubject& subject, const Identity& caller) {
  if (!subject.fingerprint.empty() && subject.fingerprint != caller.certificate) return false;
  if (!subject.common_name.empty() && subject.common_name != caller.user) return false;
  return subject.organization.empty() ||
         std::ranges::find(caller.groups, subject.organization) != caller.groups.end();
}

bool fits(const ContainerSubject& subject, const Resource& container) {
  const bool fits_its_name =
      subject.name.empty() || std::ranges::any_of(container.names, [&](const std::string& name) {
        return policy::fits_wildcard(subject.name, name);
      });
  // Of an image with several names each has to fit: anybody may have given it one of them.
  const bool fits_its_image =
      subject.image.empty() || (!container.images.empty() &&
                                std::ranges::all_of(container.images, [&](const std::string& name) {
                                  return fits_image(std::span(&subject.image, 1), name);
                                }));
  return fits_its_name && fits_its_image &&
         (subject.owner.empty() || subject.owner == container.owner);
}

} // namespace

bool Subjects::empty() const {
  return users.empty() && groups.empty() && certificates.empty() && uids.empty() &&
         containers.empty() && !socket;
}

bool Subjects::include(const RequestView& request) const {
  const Identity& caller = *request.caller;
  if (caller.local && !caller.local->container.empty()) {
    const Resource* container = request.caller_container;
    return container != nullptr &&
           std::ranges::any_of(containers, [&](const ContainerSubject& subject) {
             return fits(subject, *container);
           });
  }
  if (caller.proof == Proof::None) return socket;
  if (caller.local && std::ranges::find(uids, caller.local->uid) != uids.end()) return true;
  if (caller.proof == Proof::Certificate &&
      std::ranges::any_of(certificates,
                          [&](const CertificateSubject& subject) { return fits(subject, caller); }))
    return true;
  if (!caller.user.empty() && fits_any(users, caller.user)) return true;
  return std::ranges::any_of(caller.groups,
                             [&](const std::string& group) { return fits_any(groups, group); });
}

std::string Subjects::text() const {
  constexpr std::size_t kShown = 4;
  std::vector<std::string> all = users;
  for (const std::string& group : groups)
    all.push_back("group " + group);
  for (const CertificateSubject& subject : certificates)
    all.push_back("certificate " + (subject.common_name.empty() ? subject.fingerprint.substr(0, 16)
                                                                : subject.common_name));
  for (const std::uint32_t uid : uids)
    all.push_back("uid " + std::to_string(uid));
  for (const ContainerSubject& subject : containers)
    all.push_back("container " + (subject.name.empty() ? "*" : subject.name));
  if (socket) all.emplace_back("the engine's own socket");
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < kShown; ++i)
    text += (i == 0 ? "" : ", ") + base::printable(all[i].substr(0, 80));
  if (all.size() > kShown) text += ", ...";
  return text;
}

std::string common_subject(const Subjects& a, const Subjects& b) {
  const auto common = [](const auto& some, const auto& others) {
    return std::ranges::find_if(
        some, [&](const auto& one) { return std::ranges::find(others, one) != others.end(); });
  };
  for (const std::string& user : a.users)
    if (fits_any(b.users, user)) return user;
  for (const std::string& user : b.users)
    if (fits_any(a.users, user)) return user;
  for (const std::string& group : a.groups)
    if (fits_any(b.groups, group)) return "group " + group;
  for (const std::string& group : b.groups)
    if (fits_any(a.groups, group)) return "group " + group;
  if (const auto uid = common(a.uids, b.uids); uid != a.uids.end())
    return "uid " + std::to_string(*uid);
  if (common(a.certificates, b.certificates) != a.certificates.end()) return "a certificate";
  if (common(a.containers, b.containers) != a.containers.end()) return "a container";
  return a.socket && b.socket ? "the engine's own socket" : "";
}

} // namespace portique::access
