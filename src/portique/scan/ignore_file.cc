// One entry a line:  ID [exp:YYYY-MM-DD] [reason]
// '#' starts a comment; behind an id the comment is the reason, unless words stand before it.
// As in Trivy, `exp:` is honoured wherever it stands in the line, and the entry ends when its day
// begins (UTC).
#include "portique/scan/ignore_file.h"

#include <algorithm>
#include <span>
#include <unordered_map>

#include <fmt/format.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/scan/ignore_yaml.h"

namespace portique::scan {

namespace {

/// The longest ids in use ("openSUSE-SU-2024:13999-1", rule ids of secrets) stay far below.
constexpr std::size_t kMaxIdBytes = 200;

bool is_id(std::string_view text) {
  constexpr std::string_view kMarks = "-._:/+@";
  return !text.empty() && text.size() <= kMaxIdBytes && base::is_alnum(text.front()) &&
         std::ranges::all_of(text, [&](char c) {
           return base::is_alnum(c) || kMarks.find(c) != std::string_view::npos;
         });
}

/// The next run of characters that are not blank, taken off `rest`.
std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const auto end = std::ranges::find_if(rest, base::is_space);
  const std::string_view word = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
  rest.remove_prefix(word.size());
  return word;
}

void append_word(std::string& text, std::string_view word) {
  if (!text.empty()) text += ' ';
  text += word;
}

/// Moves `exp:` out of the words and joins the others.
base::Result<std::string> take_expiry(std::string_view words, std::optional<base::Time>& expires) {
  constexpr std::string_view kMark = "exp:";
  std::string others;
  while (true) {
    std::string_view word = take_word(words);
    if (word.empty()) return others;
    if (!word.starts_with(kMark)) {
      append_word(others, word);
      continue;
    }
    word.remove_prefix(kMark.size());
    const auto date = word.size() == 10 ? base::parse_time(word) : std::nullopt;
    if (!date)
      return base::fail(base::Code::Malformed,
                        fmt::format("'{}' is not a date; write exp:YYYY-MM-DD",
                                    base::printable(word.substr(0, kMaxIdBytes))));
    if (expires)
      return base::fail(base::Code::Malformed, "more than one expiry date for the same id");
    expires = date;
  }
}

/// Nothing for a blank line or a comment.
base::Result<std::optional<IgnoreEntry>> parse_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view before = base::take_until(rest, '#');
  const std::string_view comment = rest;
  std::string_view words = before;
  const std::string_view id = take_word(words);
  if (id.empty()) return std::nullopt;
  if (!is_id(id))
    return base::fail(base::Code::Malformed,
                      fmt::format("'{}' is not the id of a finding; write one id a line, such as "
                                  "CVE-2024-12345",
                                  base::printable(id.substr(0, kMaxIdBytes))));
  IgnoreEntry entry{.id = std::string(id)};
  entry.reason = PQ_TRY(take_expiry(words, entry.expires));
  const std::string from_comment = PQ_TRY(take_expiry(comment, entry.expires));
  if (entry.reason.empty()) entry.reason = from_comment;
  return entry;
}

/// At most ten of them, for a note: "CVE-1 (line 3), CVE-2 (line 9) and 4 more".
std::string list_entries(std::span<const IgnoreEntry* const> entries) {
  constexpr std::size_t kShown = 10;
  std::string out;
  for (const IgnoreEntry* entry : entries.first(std::min(entries.size(), kShown)))
    out += fmt::format("{}{} (line {})",
                       out.empty() ? "" : ", ",
                       entry->id.empty() ? "a rule" : entry->id,
                       entry->line);
  if (entries.size() > kShown) out += fmt::format(" and {} more", entries.size() - kShown);
  return out;
}

void add_note(model::Report& report,
              const IgnoreFile& file,
              std::span<const IgnoreEntry* const> entries,
              std::string_view one,
              std::string_view several) {
  if (entries.empty()) return;
  report.notes.push_back(fmt::format("{}: {} {}: {}",
                                     file.name,
                                     entries.size(),
                                     entries.size() == 1 ? one : several,
                                     list_entries(entries)));
}

/// Entries of one file by their ids in lower case, and which of them a finding has met.
class EntryIndex {
public:
  EntryIndex(const IgnoreFile& file, const model::Report& report)
      : file_(file), report_(report), used_(file.entries.size()) {
    for (std::size_t i = 0; i < file.entries.size(); ++i) {
      // Parsing has compiled it once, so this does not fail; if it did, the entry must not count.
      auto compiled = ConditionMatcher::compile(file.entries[i].conditions);
      conditions_.push_back(compiled ? std::optional(*std::move(compiled)) : std::nullopt);
      by_id_[base::to_lower(file.entries[i].id)].push_back(i);
    }
  }

  /// The first entry in the file that is in force and is about the finding, or nullptr.
  const IgnoreEntry* match(const model::Finding& finding, base::Time now) {
    const IgnoreEntry* found = nullptr;
    match_id("", finding, now, found);
    match_id(finding.id, finding, now, found);
    // Of a secret it says which one, and nothing of where.
    if (!finding.fingerprint.empty()) match_id(finding.fingerprint, finding, now, found);
    for (const std::string& alias : finding.aliases)
      match_id(alias, finding, now, found);
    for (const std::string& advisory : finding.advisories)
      match_id(advisory, finding, now, found);
    return found;
  }

  [[nodiscard]] bool used(std::size_t entry) const { return used_[entry]; }

private:
  void match_id(std::string_view id,
                const model::Finding& finding,
                base::Time now,
                const IgnoreEntry*& found) {
    const auto entries = by_id_.find(base::to_lower(id));
    if (entries == by_id_.end()) return;
    for (const std::size_t i : entries->second) {
      if (!conditions_[i] || !conditions_[i]->holds(finding, report_)) continue;
      used_[i] = true;
      const IgnoreEntry& entry = file_.entries[i];
      const bool expired = entry.expires && *entry.expires <= now;
      if (!expired && (found == nullptr || entry.line < found->line)) found = &entry;
    }
  }

  const IgnoreFile& file_;
  const model::Report& report_;
  std::vector<std::optional<ConditionMatcher>> conditions_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_id_;
  std::vector<bool> used_;
};

} // namespace

base::Result<IgnoreFile> parse_ignore_file(std::string name, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  IgnoreFile file{.name = std::move(name)};
  for (std::size_t line = 1; !text.empty(); ++line) {
    auto entry = parse_line(base::take_until(text, '\n'));
    if (!entry)
      return std::unexpected(
          std::move(entry).error().at(fmt::format("line {}", line)).at(file.name));
    if (!*entry) continue;
    (*entry)->line = line;
    file.entries.push_back(**std::move(entry));
  }
  return file;
}

base::Result<IgnoreFile> read_ignore_file(const std::filesystem::path& path,
                                          const base::Limits& limits) {
  const std::string text = PQ_TRY(base::read_file(path, limits.ignore_file_bytes));
  const std::string ending = base::to_lower(path.extension().string());
  if (ending == ".yaml" || ending == ".yml") return parse_ignore_yaml(path.string(), text, limits);
  return parse_ignore_file(path.string(), text);
}

base::Result<std::vector<IgnoreFile>> read_ignore_files_in(const std::filesystem::path& folder,
                                                           const base::Limits& limits) {
  std::vector<IgnoreFile> files;
  for (const char* name : {".portiqueignore", ".trivyignore", ".trivyignore.yaml", ".grype.yaml"}) {
    auto text = base::read_file(folder / name, limits.ignore_file_bytes);
    if (!text && text.error().code() == base::Code::NotFound) continue;
    const std::string content = PQ_TRY(std::move(text));
    const bool is_yaml = std::string_view(name).ends_with(".yaml");
    files.push_back(PQ_TRY(is_yaml ? parse_ignore_yaml(name, content, limits)
                                   : parse_ignore_file(name, content)));
  }
  return files;
}

void apply_ignore_file(const IgnoreFile& file, model::Report& report, base::Time now) {
  std::ranges::copy(file.notes, std::back_inserter(report.notes));
  EntryIndex index(file, report);
  for (model::Finding& finding : report.findings) {
    const IgnoreEntry* entry = index.match(finding, now);
    if (entry == nullptr || finding.suppression) continue;
    finding.suppression = model::Suppression{.by = fmt::format("{}:{}", file.name, entry->line),
                                             .reason = entry->reason,
                                             .until = entry->expires};
  }
  std::vector<const IgnoreEntry*> expired;
  std::vector<const IgnoreEntry*> unused;
  for (std::size_t i = 0; i < file.entries.size(); ++i) {
    const IgnoreEntry& entry = file.entries[i];
    if (entry.expires && *entry.expires <= now)
      expired.push_back(&entry);
    else if (!index.used(i))
      unused.push_back(&entry);
  }
  add_note(report,
           file,
           expired,
           "entry has expired and no longer counts",
           "entries have expired and no longer count");
  add_note(report, file, unused, "entry matches no finding", "entries match no finding");
}

} // namespace portique::scan
