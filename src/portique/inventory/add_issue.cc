#include "portique/inventory/add_issue.h"

#include <utility>

#include "portique/base/text.h"

namespace portique::inventory {

void add_issue(Analysis& analysis, base::Code code, std::string message) {
  if (issues_are_full(analysis)) return;
  if (analysis.issues.size() + 1 == kIssuesPerFile) {
    message += "; further issues of this file are not listed";
  }
  analysis.issues.push_back({.code = code, .message = std::move(message)});
}

void add_issue(Analysis& analysis, const base::Error& error) {
  add_issue(analysis, error.code(), error.text());
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  std::string quoted = "\"" + base::printable(text.substr(0, kLongest));
  quoted += text.size() > kLongest ? "...\"" : "\"";
  return quoted;
}

std::string utf8_value(std::string_view text) {
  return base::is_utf8(text) ? std::string(text) : base::to_utf8(text);
}

} // namespace portique::inventory
