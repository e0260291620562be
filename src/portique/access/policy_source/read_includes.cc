// What a policy includes is read by its origin, all of it at one moment, so that what is signed,
// kept and approved is what serves.

#include <deque>
#include <filesystem>

#include "portique/access/policy_source/policy_origin.h"
#include "portique/base/digest.h"

namespace portique::access {

using base::Code;
using base::fail;

namespace {

/// "../more.yaml" of "team/more.yaml" as seen from "team/x/access.yaml".
std::string seen_from(const std::string& policy, const std::string& name) {
  // Of addresses the host is the same.
  const std::filesystem::path folder =
      std::filesystem::path(policy).lexically_normal().parent_path();
  const auto relative = std::filesystem::path(name).lexically_normal().lexically_relative(
      folder.empty() ? std::filesystem::path(".") : folder);
  return relative.empty() ? name : relative.string();
}

} // namespace

base::Result<policy::IncludedFiles>
read_includes(const std::string& name,
              const std::string& text,
              const std::function<base::Result<std::string>(const std::string& name)>& read) {
  policy::IncludedFiles files;
  std::uint64_t bytes = text.size();
  std::deque<std::pair<std::string, const std::string*>> ahead{{name, &text}};
  while (!ahead.empty()) {
    const auto [from, content] = ahead.front();
    ahead.pop_front();
    // What does not parse is complained of by whoever loads it.
    const auto names = policy::includes_of(*content, {});
    if (!names) continue;
    for (const std::string& written : *names) {
      const std::string inside = PQ_TRY(policy::included_name(from, written));
      if (inside == name || files.contains(inside)) continue;
      if (files.size() >= kMostIncludes)
        return fail(Code::LimitExceeded,
                    "the policy includes more than " + std::to_string(kMostIncludes) + " files");
      auto content_read = read(inside);
      // A word without an ending may be a ready set of constraints.
      if (!content_read && written.find_first_of("./") == std::string::npos) continue;
      auto& kept = files[inside] = PQ_TRY(
          base::at("'" + written + "', which " + from + " includes", std::move(content_read)));
      bytes += kept.size();
      if (bytes > kPolicyBytes)
        return fail(Code::LimitExceeded, "the policy and what it includes exceed 16 MiB");
      ahead.emplace_back(inside, &kept);
    }
  }
  return files;
}

std::string policy_document(const std::string& name,
                            const std::string& text,
                            const policy::IncludedFiles& included) {
  if (included.empty()) return text;
  const auto line = [&](const std::string& file, const std::string& content) {
    return base::digest_of(base::as_bytes(content)).text() + " " + seen_from(name, file) + "\n";
  };
  std::string document = line(name, text);
  std::map<std::string, std::string> lines;
  for (const auto& [file, content] : included)
    lines[seen_from(name, file)] = line(file, content);
  for (const auto& [file, one] : lines)
    document += one;
  return document;
}

} // namespace portique::access
