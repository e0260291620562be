#pragma once

// What readers of policy documents share, whatever keys theirs have: complaints at their place, and
// members of a simple kind.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "portique/base/yaml.h"
#include "portique/policy/draft.h"

namespace portique::policy {

/// Reads one file into a draft. What is wrong goes into the draft's diagnostics.
class DocumentReader {
public:
  /// The draft must outlive this.
  DocumentReader(std::shared_ptr<const SourceFile> file, PolicyDraft& draft);

protected:
  void complain(const base::YamlNode& node, std::string message, Level level = Level::Error);

  /// Complains about keys of a mapping that are none of these, with the nearest one.
  void check_keys(const base::YamlNode& node,
                  std::initializer_list<std::string_view> known,
                  std::string_view of_what);

  /// A text, "" if the key is absent.
  std::string text_of(const base::YamlNode& node, std::string_view key);

  std::shared_ptr<const SourceFile> file_; ///< shared with the origins of what was read

private:
  PolicyDraft* diagnostics_to_;
};

} // namespace portique::policy
