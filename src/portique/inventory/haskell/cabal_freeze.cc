// cabal.project.freeze, which "cabal freeze" writes:
// https://cabal.readthedocs.io/en/stable/cabal-commands.html#cabal-freeze
//
//   constraints: any.HTTP ==4000.3.16,
//                tls +compat -hans,
//                any.base installed
//
// Flags and what comes with the compiler ("installed") name no version.
#include "portique/inventory/haskell/cabal_freeze.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/declared_packages.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

namespace {

using base::Code;

class FreezeReader {
public:
  FreezeReader(DeclaredPackages& declared, Analysis& analysis)
      : declared_(&declared), analysis_(&analysis) {}

  void read(std::string_view text) {
    while (!text.empty() && !is_full_) {
      ++line_;
      const std::string_view line = base::take_until(text, '\n');
      const std::string_view content = base::trim(line);
      if (content.empty() || content.starts_with("--")) continue;
      read_line(content, !base::is_space(line.front()));
    }
    if (!saw_field_) add_issue(*analysis_, Code::Malformed, "this is no freeze file of cabal");
  }

private:
  /// Fields begin in the first column.
  void read_line(std::string_view content, bool begins) {
    if (begins) {
      const std::size_t colon = content.find(':');
      if (colon == std::string_view::npos) {
        in_constraints_ = false;
        return;
      }
      saw_field_ = true;
      in_constraints_ = base::trim(content.substr(0, colon)) == "constraints";
      content.remove_prefix(colon + 1);
    }
    while (in_constraints_ && !content.empty())
      read_constraint(base::trim(base::take_until(content, ',')));
  }

  void read_constraint(std::string_view text) {
    const std::size_t equals = text.find("==");
    if (equals == std::string_view::npos) return;
    std::string_view name = base::trim(text.substr(0, equals));
    const std::string_view version = base::trim(text.substr(equals + 2));
    if (version.ends_with(".*") || version.contains("||")) return; // a range
    // "any.HTTP", "setup.HTTP", "HTTP:setup.Cabal": what it is asked for by.
    if (const std::size_t dot = name.rfind('.'); dot != std::string_view::npos)
      name.remove_prefix(dot + 1);
    if (!base::is_word(name) || !base::is_word(version) ||
        version.find_first_not_of("0123456789.") != std::string_view::npos) {
      if (!issues_are_full(*analysis_))
        add_issue(*analysis_,
                  Code::Malformed,
                  fmt::format("line {}: {} is no package with its version", line_, excerpt(text)));
      return;
    }
    is_full_ = !declared_->add(
        {.type = "hackage", .name = utf8_value(name), .version = utf8_value(version)});
  }

  DeclaredPackages* declared_;
  Analysis* analysis_;
  std::size_t line_ = 0;
  bool saw_field_ = false;
  bool in_constraints_ = false;
  bool is_full_ = false;
};

} // namespace

Analysis analyze_cabal_freeze(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  std::string buffer;
  const auto text = read_text(file, buffer, analysis);
  if (!text) return analysis;
  DeclaredPackages declared(file.path(), limits, analysis);
  FreezeReader(declared, analysis).read(*text);
  declared.finish();
  return analysis;
}

} // namespace portique::inventory
