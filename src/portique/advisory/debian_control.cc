#include "portique/advisory/debian_control.h"

#include "portique/base/digest.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

bool is_continuation(std::string_view line) {
  return !line.empty() && (line.front() == ' ' || line.front() == '\t');
}

} // namespace

std::string_view ControlParagraph::field(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (base::equals_ignore_case(key, name)) return value;
  return {};
}

std::optional<ControlParagraph> ControlReader::next() {
  ControlParagraph paragraph;
  while (!rest_.empty()) {
    const std::string_view line = base::take_until(rest_, '\n');
    if (base::trim(line).empty()) {
      if (!paragraph.empty()) return paragraph;
      continue;
    }
    if (line.front() == '#') continue;
    if (is_continuation(line)) {
      if (paragraph.empty()) continue;
      // The lines of one field lie side by side, so the value grows to the end of this line.
      std::string_view& value = paragraph.fields_.back().second;
      const char* end = line.data() + line.size();
      value = {value.data(), static_cast<std::size_t>(end - value.data())};
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    // An empty value must point into the line, for the continuation above.
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && base::is_space(value.front()))
      value.remove_prefix(1);
    paragraph.fields_.emplace_back(base::trim(line.substr(0, colon)), value);
  }
  if (paragraph.empty()) return std::nullopt;
  return paragraph;
}

std::vector<std::string_view> control_words(std::string_view field) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < field.size()) {
    while (at < field.size() && base::is_space(field[at]))
      ++at;
    const std::size_t start = at;
    while (at < field.size() && !base::is_space(field[at]))
      ++at;
    if (at > start) words.push_back(field.substr(start, at - start));
  }
  return words;
}

std::vector<ControlFile> control_files(std::string_view field) {
  std::vector<ControlFile> files;
  while (!field.empty()) {
    const auto words = control_words(base::take_until(field, '\n'));
    if (words.size() != 3) continue;
    const auto size = base::parse_int<std::uint64_t>(words[1]);
    const auto digest = base::Digest::parse("sha256:" + std::string(words[0]));
    if (!size || !digest) continue;
    files.push_back({std::string(words[0]), *size, std::string(words[2])});
  }
  return files;
}

} // namespace portique::advisory
