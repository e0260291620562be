// The common beginning and end are found, and what lies between is one change: enough for
// configuration files in which one place is edited.

#include "portique/access/install/file_diff.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "portique/base/text.h"

namespace portique::access {

namespace {

constexpr std::size_t kAround = 3;

std::vector<std::string_view> lines_of(const std::optional<std::string>& text) {
  if (!text || text->empty()) return {};
  auto lines = base::split(*text, '\n');
  if (lines.back().empty()) lines.pop_back();
  return lines;
}

std::string place(std::size_t start, std::size_t count) {
  return std::to_string(count == 0 ? start : start + 1) + "," + std::to_string(count);
}

} // namespace

std::string unified_diff(const std::string& path,
                         const std::optional<std::string>& before,
                         const std::optional<std::string>& after) {
  if (before == after) return "";
  const auto old_lines = lines_of(before);
  const auto new_lines = lines_of(after);
  const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
  std::size_t head = 0;
  while (head < shorter && old_lines[head] == new_lines[head])
    ++head;
  std::size_t tail = 0;
  while (tail < shorter - head &&
         old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  const std::size_t start = head - std::min(head, kAround);
  const std::size_t after_end = std::min(tail, kAround);
  std::string text =
      "--- " + (before ? path : "/dev/null") + "\n+++ " + (after ? path : "/dev/null") + "\n";
  text += "@@ -" + place(start, old_lines.size() - tail + after_end - start) + " +" +
          place(start, new_lines.size() - tail + after_end - start) + " @@\n";
  const auto add = [&text](char sign, std::string_view line) {
    text += sign;
    text += line;
    text += '\n';
  };
  for (std::size_t i = start; i < head; ++i)
    add(' ', old_lines[i]);
  for (std::size_t i = head; i < old_lines.size() - tail; ++i)
    add('-', old_lines[i]);
  for (std::size_t i = head; i < new_lines.size() - tail; ++i)
    add('+', new_lines[i]);
  for (std::size_t i = 0; i < after_end; ++i)
    add(' ', old_lines[old_lines.size() - tail + i]);
  return text;
}

} // namespace portique::access
