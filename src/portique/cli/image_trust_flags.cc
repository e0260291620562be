#include "portique/cli/image_trust_flags.h"

#include <utility>

#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/cli/policy_flags.h"

namespace portique::cli {

using base::Code;
using base::fail;

namespace {

/// A key has some 200 bytes.
constexpr std::uint64_t kKeyBytes = 64ULL << 10U;

base::Result<std::pair<std::string, std::string>> name_and_value(const std::string& word,
                                                                 const std::string& form) {
  const std::size_t sign = word.find('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == word.size())
    return fail(Code::InvalidArgument, form + ", not '" + base::printable(word) + "'");
  return std::pair(word.substr(0, sign), word.substr(sign + 1));
}

} // namespace

base::Result<std::vector<access::TrustedKey>> trusted_image_keys(const ImageTrustFlags& flags) {
  std::vector<access::TrustedKey> keys;
  for (const std::string& word : flags.keys) {
    auto [name, file] = PQ_TRY(name_and_value(word, "--image-key is NAME=FILE"));
    const std::string pem = PQ_TRY(base::read_file(file, kKeyBytes));
    keys.push_back({std::move(name), PQ_TRY(base::at(file, access::PublicKey::parse(pem))), {}});
  }
  for (const std::string& word : flags.predicates) {
    const auto [name, type] = PQ_TRY(name_and_value(word, "--image-predicate is NAME=TYPE"));
    bool is_known = false;
    for (access::TrustedKey& key : keys)
      if (key.name == name) {
        key.predicates.push_back(type);
        is_known = true;
      }
    if (!is_known)
      return fail(Code::InvalidArgument,
                  "--image-predicate speaks of the key '" + base::printable(name) +
                      "', and no --image-key has that name");
  }
  return keys;
}

void add_image_key_flags(CLI::App& command, ImageTrustFlags& flags) {
  command
      .add_option("--image-key",
                  flags.keys,
                  "Trusted key that images may be signed with, and what policies call it; several "
                  "times for several")
      ->type_name("NAME=FILE");
  command
      .add_option("--image-predicate",
                  flags.predicates,
                  "Attestations of this predicate type count as that key's signature, such as "
                  "release=https://slsa.dev/provenance/*; then cosign's own "
                  "(https://sigstore.dev/cosign/sign/v1) counts only if it is named as well")
      ->type_name("NAME=TYPE");
}

void add_image_trust_flags(CLI::App& command, ImageTrustFlags& flags) {
  add_image_key_flags(command, flags);
  command
      .add_option("--scan-policy",
                  flags.scan_policies,
                  "Scans of images count only if this policy judged them: a file or a ready policy "
                  "as portique scan --policy takes it, or its version, sha256:... (default: any)")
      ->type_name("FILE|NAME|VERSION");
}

base::Result<access::KnownImagesOptions> image_trust_options(const ImageTrustFlags& flags,
                                                             std::filesystem::path cache_folder,
                                                             const base::Limits& limits,
                                                             base::Time now) {
  access::KnownImagesOptions options;
  options.cache_folder = std::move(cache_folder);
  options.keys = PQ_TRY(trusted_image_keys(flags));
  options.look_up = !options.keys.empty();
  for (const std::string& word : flags.scan_policies) {
    if (const auto version = base::Digest::parse(word)) {
      options.scan_policies.push_back(version->text());
      continue;
    }
    const policy::LoadedPolicy loaded = PQ_TRY(loaded_policy(word, limits, now));
    options.scan_policies.push_back(loaded.policy->version());
  }
  return options;
}

} // namespace portique::cli
