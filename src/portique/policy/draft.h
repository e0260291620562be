#pragma once

// A policy as its files say it, before its conditions are looked at. Both kinds of files -
// portique's own and Falco's - become the same draft.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/time.h"
#include "portique/base/yaml.h"
#include "portique/model/severity.h"
#include "portique/model/verdict.h"
#include "portique/policy/diagnostic.h"
#include "portique/policy/field_table.h"
#include "portique/policy/included_files.h"

namespace portique::policy {

/// Where something stands. The file is shared by all that was written in it.
struct Origin {
  std::shared_ptr<const SourceFile> file;
  base::YamlPlace place;
};

struct ExceptionDraft {
  ConditionText when; ///< empty: the whole rule
  model::RuleException says;
  Origin origin;
};

/// An exception of a Falco rule: a table of values that fields are compared with.
struct FalcoException {
  std::string name;
  std::vector<std::string> fields;
  std::vector<std::string> comparisons;
  bool is_single = false; ///< `fields` was one field, not a list

  /// A row for each line of `values`; a cell holds one value, or those of a list.
  struct Cell {
    std::vector<std::string> values;
    bool is_list = false;
  };

  std::vector<std::vector<Cell>> rows;
  Origin origin;
};

/// An input that a rule must or must not match.
struct Example {
  bool must_match = true;
  boost::json::object input;
  Origin origin;
};

struct RuleDraft {
  std::string name;
  Domain domain = Domain::Image;
  model::Decision action = model::Decision::Deny;
  ConditionText condition;
  std::string message;
  Origin message_origin;
  bool percent_fields = false; ///< the message names fields as Falco does: %proc.name
  model::Severity severity = model::Severity::Medium;
  std::string priority; ///< Falco's word
  std::vector<std::string> tags;
  std::string explanation;
  std::vector<ExceptionDraft> exceptions;
  std::vector<FalcoException> falco_exceptions;
  std::vector<Example> examples;
  bool enabled = true;
  bool is_falco = false;   ///< what it asks for and we do not offer is no error
  std::string unsupported; ///< why it cannot be offered, whatever its condition says
  Origin origin;
};

struct MacroDraft {
  std::string name;
  ConditionText condition;
  Origin origin;
};

struct ListDraft {
  std::string name;
  std::vector<std::string> items;
  Origin origin;
};

/// The name that stands for standard input.
inline constexpr std::string_view kStandardInput = "-";

struct PolicyDraft {
  std::string name;
  std::string description;
  std::string file; ///< "" for one inside the program
  bool audit = false;
  std::vector<RuleDraft> rules;
  std::vector<MacroDraft> macros;
  std::vector<ListDraft> lists;
  std::vector<std::shared_ptr<const SourceFile>> files; ///< shared with origins; in reading order
  std::vector<Diagnostic> diagnostics;
  const IncludedFiles* included = nullptr; ///< all that may be included; null: what is on disk

  RuleDraft* find_rule(std::string_view rule);
  MacroDraft* find_macro(std::string_view macro);
  ListDraft* find_list(std::string_view list);
  void complain(Level level, const Origin& origin, std::string message);
  void complain(Level level, const ConditionText& text, const Complaint& complaint);

  /// Whether one more complaint is worth its place: a broken file can give rise to thousands, of
  /// which the first say all. There is always room for the first error.
  [[nodiscard]] bool wants(Level level) const;
};

/// Reads the documents of one file into the draft. Includes are followed.
void read_policy_text(const std::shared_ptr<const SourceFile>& file,
                      const base::Limits& limits,
                      PolicyDraft& draft);

/// A mapping: portique's own form.
void read_portique_policy(const std::shared_ptr<const SourceFile>& file,
                          const base::YamlNode& root,
                          const base::Limits& limits,
                          PolicyDraft& draft);

/// A sequence: a Falco rule file.
void read_falco_rules(const std::shared_ptr<const SourceFile>& file,
                      const base::YamlNode& root,
                      PolicyDraft& draft);

/// `examples:` of either form.
void read_examples(const std::shared_ptr<const SourceFile>& file,
                   const base::YamlNode& node,
                   RuleDraft& rule,
                   PolicyDraft& draft);

/// The text of a file that another one includes. Complains if there is none.
std::optional<std::string> included_text(const std::string& name,
                                         const Origin& from,
                                         const base::Limits& limits,
                                         PolicyDraft& draft);

/// A file on disk or among those that came along, or the name of a ready policy. Complains if there
/// is none.
void include_policy(std::string_view name,
                    const Origin* from,
                    const base::Limits& limits,
                    PolicyDraft& draft);

} // namespace portique::policy
