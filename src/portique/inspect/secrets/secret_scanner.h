#pragma once

// Looks for secrets in contents that arrive in pieces.
//
// Text is looked at in blocks that overlap, so that neither memory nor time depend on a file's
// size. In each block Hyperscan finds where rules may match, RE2 says what the secret is, and what
// is no secret after all is sorted out (entropy, placeholders, checksums, allowances). What was
// found is kept until the file ends and then reported without the secret itself. Archives are held
// until they end, and then looked into file by file.

#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/byte_reader.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inspect/secrets/secret_hit.h"
#include "portique/inspect/secrets/secret_rules.h"
#include "portique/inspect/secrets/secret_salt.h"
#include "portique/model/issue.h"

namespace portique::inspect {

/// The sets that count together: the built-in one and the user's.
struct SecretRuleBook {
  std::vector<std::shared_ptr<const SecretRules>> sets; ///< shared by the scanners of all threads
  std::set<std::string, std::less<>> disabled;          ///< ids that do not count

  /// Changes with any change of what is found.
  [[nodiscard]] std::string version() const;
};

/// What was found in one file or text.
struct SecretFindings {
  std::vector<SecretHit> hits;
  std::vector<model::Issue> issues;
};

/// For one thread.
class SecretScanner {
public:
  /// The book must outlive the scanner.
  static base::Result<SecretScanner>
  make(const SecretRuleBook& book, const SecretSalt& salt, const base::Limits& limits);

  ~SecretScanner();
  SecretScanner(SecretScanner&&) noexcept;
  SecretScanner& operator=(SecretScanner&&) noexcept;

  /// Begins a file; false if files that begin like this hold nothing that can be found: what is
  /// compressed but for gzip and zip, pictures, sound, fonts. Of a hit inside an archive `path` is
  /// the archive, and the note says in which of its files it is.
  bool begin(std::string_view path, base::Bytes first);
  void content(base::Bytes piece);
  SecretFindings end();

  /// A text of an image's configuration. Each occurrence of a secret is replaced by its mask.
  SecretFindings scan_config(std::string_view field, std::string& text);

private:
  struct State;
  explicit SecretScanner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

} // namespace portique::inspect
