#include "portique/inspect/secrets/secret_scanner.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <tuple>
#include <unordered_set>

#include <re2/re2.h>

#include "portique/base/text.h"
#include "portique/inspect/published_file.h"
#include "portique/inspect/secrets/content_form.h"
#include "portique/inspect/secrets/packed_files.h"
#include "portique/inspect/secrets/secret_checks.h"
#include "portique/inspect/secrets/secret_filter.h"

namespace portique::inspect {

namespace {

/// Raise it with any change of what is looked into: layers are cached by it.
constexpr const char* kEngineVersion = "2 ";
/// Bytes that are looked at together: little enough for the processor's cache.
constexpr std::size_t kBlock = 256 * 1024;
/// What a block repeats of the one before it: longer than any match.
constexpr std::size_t kOverlap = 20 * 1024;
/// Where a NUL tells that a file is no text.
constexpr std::size_t kLooksLikeText = 8192;
/// Groups of one expression that are looked at; users' expressions may have more, to no avail.
constexpr std::size_t kGroups = 10;
/// What trying a rule on a whole block counts for, against the same bytes tried around triggers.
constexpr std::size_t kWholeBlockShare = 16;
/// What stands for a secret.
constexpr std::string_view kMask = "****";
/// Of a line around a match, for allowances that ask for it.
constexpr std::size_t kLineBytes = 4096;

/// What the archives of one scanner may unpack to together: a layer full of them must not take
/// longer than half a minute.
constexpr std::uint64_t kUnpackedTogether = 4ULL << 30U;
/// Of the name of a file inside an archive, in what is said of it.
constexpr std::size_t kShownName = 200;

/// Manuals are compressed, many, and the same for everybody.
bool is_manual(std::string_view path) {
  return path.starts_with("usr/share/man/") || path.starts_with("usr/share/doc/") ||
         path.starts_with("usr/share/info/");
}

bool is_archive(ContentForm kind) {
  return kind == ContentForm::Gzip || kind == ContentForm::Zip;
}

/// A match that passed every test.
struct Candidate {
  const SecretRule* rule = nullptr;
  std::uint64_t begin = 0; ///< of the secret in the file
  std::uint64_t end = 0;
  std::uint32_t line = 0;
  model::Severity severity = model::Severity::Unknown;
  std::string secret;
  std::string shown; ///< what may stand before the mask
  std::string note;
};

/// Characters that stay readable: the known beginning of a token ("ghp_", "AKIA"), or the name to
/// which the secret is assigned.
std::string shown_of(const SecretRule& rule, std::string_view secret, std::string_view before) {
  if (rule.rank == RuleRank::Token) {
    // Only what the rule itself spells out; its expression is `boundary(token)boundary`.
    const std::size_t open = rule.regex.find(")(");
    if (open == std::string::npos) return {};
    std::string_view spelled = std::string_view(rule.regex).substr(open + 2);
    std::size_t length = 0;
    while (length < spelled.size() && length < secret.size() && length < 12 &&
           (base::is_alnum(spelled[length]) || spelled[length] == '_' || spelled[length] == '-') &&
           spelled[length] == secret[length])
      ++length;
    if (length < spelled.size() && (spelled[length] == '?' || spelled[length] == '{')) --length;
    return std::string(secret.substr(0, length));
  }
  constexpr std::size_t kLongestName = 40;
  std::size_t end = before.size();
  while (end > 0 && !base::is_alnum(before[end - 1]) && before[end - 1] != '_')
    --end;
  std::size_t begin = end;
  while (
      begin > 0 && end - begin < kLongestName &&
      (base::is_alnum(before[begin - 1]) || before[begin - 1] == '_' || before[begin - 1] == '-'))
    --begin;
  if (begin == end) return {};
  return std::string(before.substr(begin, end - begin)) + "=";
}

std::string_view line_around(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t lowest = begin > kLineBytes ? begin - kLineBytes : 0;
  std::size_t first = begin;
  while (first > lowest && text[first - 1] != '\n')
    --first;
  std::size_t last = end;
  while (last < text.size() && last < end + kLineBytes && text[last] != '\n')
    ++last;
  return text.substr(first, last - first);
}

} // namespace

std::string SecretRuleBook::version() const {
  std::string version = kEngineVersion;
  for (const auto& set : sets)
    version += set->version() + ' ';
  for (const std::string& id : disabled)
    version += "-" + id + ' ';
  return version;
}

struct SecretScanner::State : PatternScanner::Listener {
  class Members;

  /// One rule to be tried on a part of the block.
  struct Trial {
    std::uint32_t rule = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  State(const SecretRuleBook& rules, const SecretSalt& secret_salt, const base::Limits& bounds)
      : book(&rules), salt(secret_salt), limits(bounds) {}

  void matched(std::uint32_t id, std::uint64_t end) override;
  void scan_block(std::string_view block, bool is_last);
  void scan_with(const SecretRules& rules, std::string_view block, bool is_last);
  void try_rule(const SecretRules& rules, const Trial& trial, std::string_view block, bool is_last);
  void judge(const SecretRules& rules,
             std::uint32_t index,
             std::string_view block,
             re2::StringPiece match,
             re2::StringPiece secret);
  bool allowed(std::string_view secret, std::string_view match, std::string_view line) const;
  /// Begins a file that is no archive.
  void begin_file(std::string name, ContentForm kind);
  void add(base::Bytes piece);
  void add_text(std::string_view text);
  SecretFindings end_file();
  SecretFindings end_archive();
  void issue(base::Code code, std::string message);
  void drop_lesser();
  SecretFindings report(std::string_view field);
  void reset();

  const SecretRuleBook* book;
  SecretSalt salt;
  base::Limits limits;
  std::optional<PatternScanner> scanner;

  // of the set that is being applied
  const SecretRules* current = nullptr;
  std::size_t block_size = 0;
  std::vector<Trial> trials;
  std::vector<std::uint32_t> last_trial; ///< rule -> index into trials plus 1

  // of the file
  std::string path;
  std::string buffer;
  std::uint64_t offset = 0; ///< of the buffer's first byte in the file
  std::uint64_t lines = 0;  ///< before it
  bool is_text = true;
  bool in_config = false;
  bool judged = false; ///< whether it is text
  bool full = false;   ///< a budget is used up
  std::uint64_t tried = 0;
  std::vector<Candidate> candidates;
  std::unordered_set<std::string> known; ///< rule and place
  std::vector<model::Issue> issues;
  std::optional<Utf16Decoder> wide; ///< for text in UTF-16
  std::string narrow;               ///< what it made of the last piece

  ContentForm archive = ContentForm::Plain; ///< of the file that was begun, if it is one
  std::string packed;                       ///< its bytes
  std::uint64_t unpacked_left = kUnpackedTogether;
};

/// Trials of one rule that touch become one, so that a block is never tried twice.
void SecretScanner::State::matched(std::uint32_t id, std::uint64_t end) {
  const TriggerReach& reach = current->reaches()[id];
  const SecretRule& rule = current->set().rules[reach.rule];
  Trial trial{reach.rule, 0, block_size};
  if (!rule.whole_block) {
    const auto at = static_cast<std::size_t>(end);
    trial.begin = at > reach.before ? at - reach.before : 0;
    trial.end = std::min(block_size, at + reach.behind);
  }
  std::uint32_t& last = last_trial[reach.rule];
  if (last != 0 && trial.begin <= trials[last - 1].end) {
    trials[last - 1].begin = std::min(trials[last - 1].begin, trial.begin);
    trials[last - 1].end = std::max(trials[last - 1].end, trial.end);
    return;
  }
  trials.push_back(trial);
  last = static_cast<std::uint32_t>(trials.size());
}

void SecretScanner::State::scan_block(std::string_view block, bool is_last) {
  if (full) return;
  for (const auto& set : book->sets)
    scan_with(*set, block, is_last);
}

void SecretScanner::State::scan_with(const SecretRules& rules,
                                     std::string_view block,
                                     bool is_last) {
  current = &rules;
  block_size = block.size();
  trials.clear();
  last_trial.assign(rules.set().rules.size(), 0);
  const PatternDatabase& patterns = is_text ? rules.text_patterns() : rules.binary_patterns();
  const auto scanned = scanner->scan(patterns, base::as_bytes(block), *this);
  if (!scanned) issue(scanned.error().code(), scanned.error().text());
  if (is_text)
    for (const std::uint32_t rule : rules.untriggered())
      trials.push_back({rule, 0, block.size()});
  for (const Trial& trial : trials) {
    const SecretRule& rule = rules.set().rules[trial.rule];
    if (rule.place == RulePlace::Config && !in_config) continue;
    if (rule.place == RulePlace::Files && in_config) continue;
    if (book->disabled.contains(rule.id) || !rules.looks_into(trial.rule, path)) continue;
    // A rule for whole blocks is tried once a block, whatever the file holds.
    const std::size_t bytes = trial.end - trial.begin;
    tried += rule.whole_block ? bytes / kWholeBlockShare : bytes;
    if (tried > limits.secret_tried_bytes) {
      full = true;
      issue(base::Code::LimitExceeded,
            "the file is full of what could be secrets; after " + std::to_string(offset) +
                " bytes it was not searched for secrets any more");
      return;
    }
    try_rule(rules, trial, block, is_last);
  }
}

void SecretScanner::State::try_rule(const SecretRules& rules,
                                    const Trial& trial,
                                    std::string_view block,
                                    bool is_last) {
  const RE2& regex = rules.regex(trial.rule);
  const SecretRule& rule = rules.set().rules[trial.rule];
  const re2::StringPiece text(block.data(), block.size());
  const std::size_t groups =
      std::min<std::size_t>(kGroups, static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
  std::array<re2::StringPiece, kGroups> found;
  std::size_t at = trial.begin;
  while (at < trial.end && !full) {
    if (!regex.Match(text, at, trial.end, RE2::UNANCHORED, found.data(), static_cast<int>(groups)))
      return;
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    const std::size_t end = begin + found[0].size();
    re2::StringPiece secret = found[0];
    if (rule.group != 0 && rule.group < groups)
      secret = found[rule.group];
    else if (rule.group == 0)
      for (std::size_t i = 1; i < groups; ++i)
        if (!found[i].empty()) {
          secret = found[i];
          break;
        }
    // What touches an inner edge of the block is seen whole by one of its neighbours.
    const bool cut = (offset > 0 && begin == 0) || (!is_last && end == block.size());
    if (!cut && !secret.empty()) judge(rules, trial.rule, block, found[0], secret);
    // A separator may end one match and begin the next one.
    const auto secret_end = static_cast<std::size_t>(secret.data() - text.data()) + secret.size();
    at = std::max(at + 1, secret.empty() ? end : secret_end);
  }
}

bool SecretScanner::State::allowed(std::string_view secret,
                                   std::string_view match,
                                   std::string_view line) const {
  return std::ranges::any_of(
      book->sets, [&](const auto& set) { return set->set_allows(path, secret, match, line); });
}

void SecretScanner::State::judge(const SecretRules& rules,
                                 std::uint32_t index,
                                 std::string_view block,
                                 re2::StringPiece match_piece,
                                 re2::StringPiece secret_piece) {
  const SecretRule& rule = rules.set().rules[index];
  const std::string_view match(match_piece.data(), match_piece.size());
  const std::string_view secret(secret_piece.data(), secret_piece.size());
  if (rule.entropy > 0 && entropy_of(secret) < rule.entropy) return;
  const bool any_text = rule.as_written || rule.check == "private-key";
  if (!any_text && is_placeholder(secret, rule.rank)) return;
  Candidate candidate{.rule = &rule, .severity = rule.severity};
  if (const SecretCheck* check = find_secret_check(rule.check)) {
    CheckVerdict verdict = check->judge({secret, match});
    if (!verdict.counts) return;
    if (verdict.severity) candidate.severity = *verdict.severity;
    candidate.note = std::move(verdict.note);
  }
  // Libraries for TLS carry the keys of their self-tests.
  if (!is_text && rule.check == "private-key")
    candidate.severity = std::min(candidate.severity, model::Severity::Medium);
  const auto in_block = static_cast<std::size_t>(secret.data() - block.data());
  const std::string_view line = line_around(block, in_block, in_block + secret.size());
  if (rules.rule_allows(index, path, secret, match, line) || allowed(secret, match, line)) return;
  candidate.begin = offset + in_block;
  candidate.end = candidate.begin + secret.size();
  if (!known.insert(rule.id + '\0' + std::to_string(candidate.begin)).second) return;
  if (candidates.size() >= limits.secrets_in_file) {
    full = true;
    issue(base::Code::LimitExceeded,
          "the file has more than " + std::to_string(limits.secrets_in_file) +
              " secrets; the others are not listed");
    return;
  }
  if (is_text)
    candidate.line = static_cast<std::uint32_t>(
        lines + 1 +
        static_cast<std::uint64_t>(std::ranges::count(block.substr(0, in_block), '\n')));
  candidate.secret = secret;
  const auto match_begin = static_cast<std::size_t>(match.data() - block.data());
  const std::size_t name_begin = in_block > 80 ? std::max(match_begin, in_block - 80) : 0;
  const std::size_t from = std::min(in_block, std::min(match_begin, name_begin));
  // The match may begin in the middle of the name.
  std::size_t word = from;
  while (word > 0 && in_block - word < 80 &&
         (base::is_alnum(block[word - 1]) || block[word - 1] == '_'))
    --word;
  candidate.shown = shown_of(rule, secret, block.substr(word, in_block - word));
  candidates.push_back(std::move(candidate));
}

void SecretScanner::State::issue(base::Code code, std::string message) {
  issues.push_back({code, std::move(message), path, model::kNoLayer});
}

/// Of those that overlap the one that says most stays.
void SecretScanner::State::drop_lesser() {
  const auto weight = [](const Candidate& c) {
    return std::tuple(c.rule->rank, c.severity, c.end - c.begin);
  };
  std::ranges::stable_sort(
      candidates, [&](const Candidate& a, const Candidate& b) { return weight(a) > weight(b); });
  std::vector<Candidate> kept;
  for (Candidate& candidate : candidates) {
    const bool covered = std::ranges::any_of(kept, [&](const Candidate& other) {
      return candidate.begin < other.end && other.begin < candidate.end;
    });
    if (!covered) kept.push_back(std::move(candidate));
  }
  std::ranges::sort(kept, {}, &Candidate::begin);
  candidates = std::move(kept);
}

SecretFindings SecretScanner::State::report(std::string_view field) {
  SecretFindings findings;
  for (const Candidate& candidate : candidates) {
    // A name may itself hold another secret of the file.
    const bool shows = std::ranges::any_of(
        candidates, [&](const Candidate& other) { return candidate.shown.contains(other.secret); });
    SecretHit hit;
    hit.rule = candidate.rule->id;
    hit.title = candidate.rule->title;
    hit.category = candidate.rule->category;
    hit.severity = candidate.severity;
    hit.path = in_config ? std::string() : path;
    hit.field = field;
    hit.line = in_config ? 0 : candidate.line;
    hit.masked = (shows ? std::string() : candidate.shown) + std::string(kMask);
    hit.fingerprint = salt.fingerprint(candidate.secret);
    hit.note = candidate.note;
    findings.hits.push_back(std::move(hit));
  }
  findings.issues = std::move(issues);
  return findings;
}

void SecretScanner::State::reset() {
  buffer.clear();
  offset = 0;
  lines = 0;
  is_text = true;
  in_config = false;
  judged = false;
  full = false;
  tried = 0;
  candidates.clear();
  known.clear();
  issues.clear();
  wide.reset();
}

void SecretScanner::State::begin_file(std::string name, ContentForm kind) {
  reset();
  path = std::move(name);
  if (kind == ContentForm::Utf16Le || kind == ContentForm::Utf16Be)
    wide.emplace(kind == ContentForm::Utf16Be);
}

void SecretScanner::State::add(base::Bytes piece) {
  if (!wide) return add_text(base::as_text(piece));
  narrow.clear();
  wide->decode(piece, narrow);
  add_text(narrow);
}

void SecretScanner::State::add_text(std::string_view text) {
  while (!text.empty() && !full) {
    const std::size_t taken = std::min(text.size(), kBlock - buffer.size());
    buffer.append(text.substr(0, taken));
    text.remove_prefix(taken);
    if (buffer.size() < kBlock || text.empty()) continue; // the last block waits for end_file()
    if (!judged) {
      is_text = !std::string_view(buffer).substr(0, kLooksLikeText).contains('\0');
      judged = true;
    }
    scan_block(buffer, false);
    const std::size_t gone = kBlock - kOverlap;
    lines += static_cast<std::uint64_t>(
        std::ranges::count(std::string_view(buffer).substr(0, gone), '\n'));
    offset += gone;
    buffer.erase(0, gone);
  }
}

SecretFindings SecretScanner::State::end_file() {
  if (!judged) is_text = !std::string_view(buffer).substr(0, kLooksLikeText).contains('\0');
  scan_block(buffer, true);
  drop_lesser();
  SecretFindings findings = report({});
  reset();
  return findings;
}

/// Looks into the files of an archive. Where rules ask for a path it is the archive's, and then the
/// file's inside.
class SecretScanner::State::Members : public PackedFileSink {
public:
  Members(State& state, std::string archive) : state_(&state), archive_(std::move(archive)) {}

  bool begin(std::string_view name, base::Bytes first) override {
    const ContentForm kind = content_form(base::as_text(first));
    if (kind == ContentForm::Opaque || is_archive(kind)) return false;
    name_ = name;
    std::string whole = archive_;
    if (!name.empty()) whole.append("/").append(name);
    if (is_published_test_data(whole)) return false;
    state_->begin_file(std::move(whole), kind);
    return true;
  }

  void content(base::Bytes piece) override { state_->add(piece); }

  void end() override {
    SecretFindings found = state_->end_file();
    for (SecretHit& hit : found.hits) {
      hit.path = archive_;
      if (!name_.empty())
        hit.note += (hit.note.empty() ? "in " : "; in ") +
                    base::printable(std::string_view(name_).substr(0, kShownName));
      if (all_.hits.size() < state_->limits.secrets_in_file)
        all_.hits.push_back(std::move(hit));
      else if (!std::exchange(full_, true))
        issue(base::Code::LimitExceeded,
              "the archive has more than " + std::to_string(state_->limits.secrets_in_file) +
                  " secrets; the others are not listed");
    }
    for (model::Issue& issue : found.issues)
      if (all_.issues.size() < kIssues) this->issue(issue.code, std::move(issue.message));
  }

  void issue(base::Code code, std::string message) {
    all_.issues.push_back({code, std::move(message), archive_, model::kNoLayer});
  }

  SecretFindings take() { return std::move(all_); }

private:
  static constexpr std::size_t kIssues = 3;

  State* state_;
  std::string archive_;
  std::string name_;
  bool full_ = false;
  SecretFindings all_;
};

SecretFindings SecretScanner::State::end_archive() {
  const std::string bytes = std::exchange(packed, {});
  Members members(*this, std::exchange(path, {}));
  const auto read = for_each_packed_file(std::exchange(archive, ContentForm::Plain),
                                         base::as_bytes(bytes),
                                         {},
                                         unpacked_left,
                                         members);
  // Broken and encrypted archives can be read by nobody.
  if (!read && read.error().code() == base::Code::LimitExceeded)
    members.issue(read.error().code(),
                  "the archive was not searched for secrets to its end: " + read.error().text());
  return members.take();
}

SecretScanner::SecretScanner(std::unique_ptr<State> state) : state_(std::move(state)) {}

SecretScanner::~SecretScanner() = default;
SecretScanner::SecretScanner(SecretScanner&&) noexcept = default;
SecretScanner& SecretScanner::operator=(SecretScanner&&) noexcept = default;

base::Result<SecretScanner> SecretScanner::make(const SecretRuleBook& book,
                                                const SecretSalt& salt,
                                                const base::Limits& limits) {
  auto state = std::make_unique<State>(book, salt, limits);
  std::vector<const PatternDatabase*> databases;
  for (const auto& set : book.sets) {
    databases.push_back(&set->text_patterns());
    databases.push_back(&set->binary_patterns());
  }
  state->scanner = PQ_TRY(PatternScanner::make(databases));
  state->buffer.reserve(kBlock);
  return SecretScanner(std::move(state));
}

bool SecretScanner::begin(std::string_view path, base::Bytes first) {
  State& state = *state_;
  const ContentForm kind = content_form(base::as_text(first));
  if (kind == ContentForm::Opaque || (is_archive(kind) && is_manual(path))) return false;
  state.begin_file(std::string(path), kind);
  state.packed.clear();
  state.archive = is_archive(kind) ? kind : ContentForm::Plain;
  return true;
}

void SecretScanner::content(base::Bytes piece) {
  State& state = *state_;
  if (state.archive == ContentForm::Opaque) return;
  if (!is_archive(state.archive)) return state.add(piece);
  if (state.packed.size() + piece.size() > PackedLimits{}.archive_bytes) {
    std::exchange(state.packed, {}).clear();
    state.archive = ContentForm::Opaque;
  } else {
    state.packed += base::as_text(piece);
  }
}

SecretFindings SecretScanner::end() {
  if (state_->archive == ContentForm::Plain) return state_->end_file();
  if (state_->archive == ContentForm::Opaque) return {}; // too large an archive
  return state_->end_archive();
}

SecretFindings SecretScanner::scan_config(std::string_view field, std::string& text) {
  State& state = *state_;
  state.reset();
  state.path.clear();
  state.in_config = true;
  state.scan_block(text, true);
  state.drop_lesser();
  SecretFindings findings = state.report(field);
  for (std::size_t i = state.candidates.size(); i-- > 0;) {
    const Candidate& candidate = state.candidates[i];
    text.replace(candidate.begin, candidate.end - candidate.begin, kMask);
  }
  // The same secret may stand in the text once more, where no rule knows it.
  for (const Candidate& candidate : state.candidates)
    for (std::size_t at = text.find(candidate.secret); at != std::string::npos;
         at = text.find(candidate.secret, at + kMask.size()))
      text.replace(at, candidate.secret.size(), kMask);
  state.reset();
  return findings;
}

} // namespace portique::inspect
