// A changelog is prose. These are the rules by which it is read:
//
// - Whatever CVE an entry mentions, the entry's version has fixed, and the first fixed version is
//   the smallest of those. "Drop CVE-1.patch, applied upstream" counts too: that version has the
//   fix, and an older entry that added the patch is smaller anyway.
// - A sentence that says a CVE is not fixed or does not matter ("not affected by", "still
//   unfixed") is passed over. Sentences are taken apart, because one item often names the fixed
//   and the unaffected ones.
// - A sentence that takes a fix back ("Revert the fix for CVE-1") voids all older mentions; the
//   smallest version after it that mentions the CVE again is the fixed one. If there is none, the
//   CVE counts as not fixed. A sentence that takes back and replaces ("revert the patch for CVE-1
//   and use the correct one") is a fix.
// - Entries are newest first, so the package has all of them. An entry that rebuilds the one below
//   it for a release (5.10-1~deb12u1 above 5.10-1) has its fixes at the smaller version, and no
//   first fixed version lies above the newest entry's.
//
// Not read: shortened ids ("CVE-2021-1234/1235"), the CAN- ids from before 2005, and advisories
// (DSA) without the ids of what they fix.

#include "portique/advisory/changelog.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>

#include "portique/base/text.h"
#include "portique/version/schemes.h"

namespace portique::advisory {

namespace {

constexpr std::size_t kMentions = 1'000'000;
constexpr std::size_t kVersionBytes = 256;
constexpr std::size_t kRebuildsAbove = 3;

enum class Meaning : unsigned char { Fixed, NotFixed, TakenBack };

struct Mention {
  std::size_t entry = 0; ///< 0 is the newest
  bool taken_back = false;
};

bool contains_any(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// Of a sentence of an item; both in lower case, the item with a blank in front.
Meaning meaning_of(std::string_view sentence, std::string_view item) {
  static constexpr auto kNotFixed = std::to_array<std::string_view>({
      "not affect",
      "n't affect",
      "unaffected",
      "not vulnerable",
      "n't vulnerable",
      "not fixed",
      "n't fixed",
      "unfixed",
      "does not fix",
      "n't fix ",
      "still vulnerable",
      "not exploitab",
      "not applicable",
      "not address",
      "n't address",
      "false positive",
  });
  // With blanks: patches are called revert-foo-CVE-1.patch.
  static constexpr auto kUndo = std::to_array<std::string_view>({" revert ",
                                                                 " reverts ",
                                                                 " reverted ",
                                                                 " reverting ",
                                                                 " back out ",
                                                                 " backed out ",
                                                                 " withdraw",
                                                                 " drop fix for",
                                                                 " drop the fix for",
                                                                 " remove fix for",
                                                                 " remove the fix for",
                                                                 " disable fix for",
                                                                 " disable the fix for",
                                                                 " drop patch for",
                                                                 " drop the patch for",
                                                                 " remove patch for",
                                                                 " remove the patch for"});
  static constexpr auto kReplace = std::to_array<std::string_view>(
      {"upstream",  "applied",   "merged",    "included", "incorporat", "obsolete",
       "supersede", "replac",    "instead",   "correct",  "proper",     "better",
       "improve",   "redundant", "no longer", "newer",    "updated",    "introduc",
       "to fix",    "fixes cve", "reapply",   "re-apply"});
  if (contains_any(sentence, kNotFixed)) return Meaning::NotFixed;
  // What is taken back must be a fix: 'Revert "drm: ..." (CVE-1)' is one itself.
  static constexpr auto kFix = std::to_array<std::string_view>({" fix for",
                                                                " fixes for",
                                                                "patch",
                                                                " for cve-",
                                                                " revert cve-",
                                                                " reverts cve-",
                                                                " reverted cve-",
                                                                " fix of cve-",
                                                                " cve fix",
                                                                " security fix",
                                                                " security change"});
  if (contains_any(sentence, kUndo) && contains_any(sentence, kFix) &&
      !contains_any(item, kReplace))
    return Meaning::TakenBack;
  return Meaning::Fixed;
}

/// The version of "name (version) distribution; urgency=...", or nothing.
std::optional<std::string_view> entry_version(std::string_view line) {
  if (line.empty() || !base::is_alnum(line.front())) return std::nullopt;
  const std::size_t open = line.find(" (");
  const std::size_t close = line.find(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close <= open + 2)
    return std::nullopt;
  if (line.find(';', close) == std::string_view::npos) return std::nullopt;
  const std::string_view version = base::trim(line.substr(open + 2, close - open - 2));
  if (version.size() > kVersionBytes) return std::nullopt;
  const auto& dpkg = version::scheme_info(version::Scheme::Dpkg);
  if (!dpkg.valid(version)) return std::nullopt;
  return version;
}

/// Whether a line of an entry begins a new item rather than continuing the one before.
bool begins_item(std::string_view trimmed) {
  if (trimmed.empty() || trimmed.front() == '[') return true;
  return trimmed.size() > 1 && trimmed[1] == ' ' &&
         std::string_view("*-+~o").find(trimmed.front()) != std::string_view::npos;
}

/// Takes the next "CVE-YYYY-NNNN..." off `text`, in capitals; nothing if there is none left.
std::optional<std::string> take_cve(std::string_view& text) {
  while (true) {
    const std::size_t at = text.find("cve-");
    if (at == std::string_view::npos) return std::nullopt;
    const bool inside_word = at > 0 && base::is_alnum(text[at - 1]);
    text.remove_prefix(at + 4);
    const auto digits = [&] {
      std::size_t count = 0;
      while (count < text.size() && base::is_digit(text[count]))
        ++count;
      return count;
    };
    if (inside_word || digits() != 4 || text.size() < 5 || text[4] != '-') continue;
    const std::string_view year = text.substr(0, 4);
    text.remove_prefix(5);
    const std::size_t length = digits();
    const std::string_view number = text.substr(0, length);
    text.remove_prefix(length);
    if (length < 4 || length > 10 || year < "1999" || year > "2099") continue;
    return "CVE-" + std::string(year) + "-" + std::string(number);
  }
}

/// The front of `text` up to the end of its first sentence, which is taken off.
std::string_view take_sentence(std::string_view& text) {
  std::size_t at = 0;
  while (at + 1 < text.size() && !((text[at] == '.' || text[at] == ';') && text[at + 1] == ' '))
    ++at;
  const std::string_view sentence = text.substr(0, at + 1);
  text.remove_prefix(sentence.size());
  return sentence;
}

class ChangelogScan {
public:
  base::Result<void> line(std::string_view line) {
    if (const auto version = entry_version(line)) {
      PQ_TRY(end_item());
      versions_.push_back(*version);
      return {};
    }
    const std::string_view trimmed = base::trim(line);
    if (begins_item(trimmed) || line.starts_with(" -- ")) PQ_TRY(end_item());
    if (versions_.empty() || line.starts_with(" -- ")) return {};
    item_ += ' ';
    item_ += base::to_lower(trimmed);
    return {};
  }

  base::Result<void> end_item() {
    std::string_view rest = item_;
    while (!rest.empty()) {
      std::string_view sentence = take_sentence(rest);
      if (sentence.find("cve-") == std::string_view::npos) continue;
      const Meaning meaning = meaning_of(sentence, item_);
      if (meaning == Meaning::NotFixed) continue;
      while (const auto cve = take_cve(sentence)) {
        if (++count_ > kMentions)
          return base::fail(base::Code::LimitExceeded, "a changelog mentions too many CVEs");
        mentions_[*cve].push_back({versions_.size() - 1, meaning == Meaning::TakenBack});
      }
    }
    item_.clear();
    return {};
  }

  [[nodiscard]] bool empty() const { return versions_.empty(); }

  [[nodiscard]] std::vector<ChangelogFix> fixes() const {
    std::vector<ChangelogFix> found;
    for (const auto& [cve, mentions] : mentions_)
      found.push_back({cve, std::string(first_fixed(mentions))});
    return found;
  }

private:
  static bool less(std::string_view a, std::string_view b) {
    return version::scheme_info(version::Scheme::Dpkg).compare(a, b) < 0;
  }

  /// The version at which an entry's fixes became available.
  [[nodiscard]] std::string_view available_at(std::size_t entry) const {
    std::string_view version = versions_[entry];
    const std::size_t last = entry - std::min(entry, kRebuildsAbove);
    for (std::size_t i = entry; i > last;) {
      --i;
      const bool rebuild = versions_[i].starts_with(versions_[entry]) &&
                           versions_[i].substr(versions_[entry].size()).starts_with('~');
      if (rebuild && less(versions_[i], version)) version = versions_[i];
    }
    return less(versions_.front(), version) ? versions_.front() : version;
  }

  [[nodiscard]] std::string_view first_fixed(const std::vector<Mention>& mentions) const {
    std::string_view best;
    std::optional<std::size_t> taken_back_in;
    for (const Mention& mention : mentions) { // newest first
      if (taken_back_in && mention.entry != *taken_back_in) break;
      if (mention.taken_back) {
        taken_back_in = mention.entry; // only what the same entry says may still count
        continue;
      }
      const std::string_view version = available_at(mention.entry);
      if (best.empty() || less(version, best)) best = version;
    }
    return best;
  }

  std::vector<std::string_view> versions_; ///< of the entries, newest first; borrowed
  std::string item_;                       ///< in lower case, lines joined
  std::map<std::string, std::vector<Mention>> mentions_;
  std::size_t count_ = 0;
};

} // namespace

base::Result<std::vector<ChangelogFix>> read_changelog(std::string_view text,
                                                       const base::Limits& limits) {
  if (text.size() > limits.text_database_bytes)
    return base::fail(base::Code::LimitExceeded, "the changelog is too large");
  ChangelogScan scan;
  while (!text.empty())
    PQ_TRY(scan.line(base::take_until(text, '\n')));
  PQ_TRY(scan.end_item());
  if (scan.empty()) return base::fail(base::Code::Malformed, "this is not a Debian changelog");
  return scan.fixes();
}

} // namespace portique::advisory
