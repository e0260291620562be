// What rules know by its form (tokens, keys) they find anywhere. A password has no form: it is
// known by its place, behind an option or a variable that is named after it.

#include "portique/access/audit/event_mask.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <vector>

#include "portique/access/redaction.h"
#include "portique/access/secret_names.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

bool is_name(char c) {
  return base::is_alnum(c) || c == '_' || c == '-' || c == '.';
}

/// Cheap, and no for nearly all of what is written down: whether there is anything that assigns, an
/// option, or a word as long as a token.
bool may_hold_secret(std::string_view text) {
  constexpr std::size_t kToken = 16; // the shortest of those that are known without a name
  if (text.find_first_of("=:") != std::string_view::npos ||
      text.find("--") != std::string_view::npos)
    return true;
  std::size_t run = 0;
  for (const char c : text) {
    run = base::is_alnum(c) || c == '_' || c == '-' || c == '+' ? run + 1 : 0;
    if (run == kToken) return true;
  }
  return false;
}

/// Where a value that begins at `begin` ends: at its closing quote, else at a blank or another end
/// of a word.
std::size_t end_of_value(std::string_view text, std::size_t begin) {
  if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) {
    const std::size_t quote = text.find(text[begin], begin + 1);
    return quote == std::string_view::npos ? text.size() : quote + 1;
  }
  const std::size_t end = text.find_first_of(" \t\n;&|\"'`,}", begin);
  return end == std::string_view::npos ? text.size() : end;
}

/// "NAME=value", "--name value", "\"name\": \"value\"" where the name says that it is a secret.
std::string mask_named(std::string_view text) {
  std::string masked;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_name(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && is_name(text[end]))
      ++end;
    const std::string_view name = text.substr(at, end - at);
    std::size_t value = end;
    while (value < text.size() && (text[value] == '"' || text[value] == '\''))
      ++value;
    const bool is_assigned = value < text.size() && (text[value] == '=' || text[value] == ':');
    const bool is_option = name.starts_with("--") && value < text.size() && text[value] == ' ';
    at = end;
    if (!(is_assigned || is_option) || !names_a_secret(name)) continue;
    ++value;
    while (value < text.size() && text[value] == ' ')
      ++value;
    const std::size_t value_end = end_of_value(text, value);
    // Another option behind it: then the first one had no value.
    if (value == value_end || (is_option && text[value] == '-')) continue;
    masked += text.substr(kept, value - kept);
    masked += kRedacted;
    kept = value_end;
    at = value_end;
  }
  masked += text.substr(kept);
  return masked;
}

/// What stands behind "Bearer" or "Basic", whatever header it is sent in.
void mask_authorizations(std::string& text) {
  constexpr std::size_t kShortest = 6;
  for (const std::string_view scheme : {"bearer ", "basic "}) {
    const std::string lower = base::to_lower(text);
    std::string masked;
    std::size_t kept = 0;
    for (std::size_t at = lower.find(scheme); at != std::string::npos;
         at = lower.find(scheme, at + 1)) {
      const std::size_t value = at + scheme.size();
      const std::size_t end = end_of_value(text, value);
      if (at < kept || (at > 0 && is_name(text[at - 1])) || end < value + kShortest) continue;
      masked.append(text, kept, value - kept).append(kRedacted);
      kept = end;
    }
    if (kept > 0) text = masked.append(text, kept);
  }
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = base::parse_int<std::uint8_t>(text.substr(i + 1, 2), 16)) {
        decoded += static_cast<char>(*byte);
        i += 2;
        continue;
      }
    }
    decoded += text[i] == '+' ? ' ' : text[i];
  }
  return decoded;
}

/// Every text of a document that was parsed, and so is of bounded depth.
void mask_texts(boost::json::value& value,
                std::string_view name,
                const std::function<void(std::string&)>& mask_text) {
  if (value.is_string()) {
    std::string text(value.get_string());
    if (names_a_secret(name))
      text = kRedacted;
    else
      mask_text(text);
    value = text;
  } else if (value.is_array()) {
    for (boost::json::value& one : value.get_array())
      mask_texts(one, name, mask_text);
  } else if (value.is_object()) {
    for (auto& member : value.get_object())
      mask_texts(member.value(), member.key(), mask_text);
  }
}

/// The record must stay JSON: it is taken apart only if there is anything in it to be masked.
void mask_record(std::string& record, const std::function<void(std::string&)>& mask_text) {
  std::string probe = record;
  mask_text(probe);
  if (probe == record) return;
  auto parsed = base::parse_json(record);
  if (!parsed) {
    record.clear();
    return;
  }
  mask_texts(*parsed, "", mask_text);
  record = boost::json::serialize(*parsed);
}

} // namespace

struct EventMask::State {
  inspect::SecretRuleBook book;
  base::Limits limits;
  inspect::SecretSalt salt;
  std::mutex mutex;
  std::vector<inspect::SecretScanner> idle; ///< guarded by the mutex; one for each thread at a time

  base::Result<inspect::SecretScanner> take();
  void give_back(inspect::SecretScanner scanner);
};

base::Result<inspect::SecretScanner> EventMask::State::take() {
  {
    const std::scoped_lock lock(mutex);
    if (!idle.empty()) {
      inspect::SecretScanner scanner = std::move(idle.back());
      idle.pop_back();
      return scanner;
    }
  }
  return inspect::SecretScanner::make(book, salt, limits);
}

void EventMask::State::give_back(inspect::SecretScanner scanner) {
  const std::scoped_lock lock(mutex);
  idle.push_back(std::move(scanner));
}

EventMask::EventMask(std::unique_ptr<State> state) : state_(std::move(state)) {}

EventMask::~EventMask() = default;

base::Result<std::shared_ptr<EventMask>> EventMask::make(inspect::SecretRuleBook book,
                                                         const base::Limits& limits) {
  auto state = std::make_unique<State>();
  state->book = std::move(book);
  state->limits = limits;
  // One now: rules that cannot be used must not be found out about by the first request.
  state->give_back(PQ_TRY(state->take()));
  return std::shared_ptr<EventMask>(new EventMask(std::move(state)));
}

void EventMask::mask(AuditEvent& event) {
  auto scanner = state_->take();
  const auto mask_text = [&](std::string& text) {
    mask_authorizations(text);
    if (!may_hold_secret(text)) return;
    mask_logins(text);
    if (!scanner) {
      text = kRedacted;
      return;
    }
    text = mask_named(text);
    (void)scanner->scan_config({}, text);
  };
  for (std::string* text : {&event.command, &event.resource, &event.decision.reason})
    mask_text(*text);
  std::ranges::for_each(event.decision.warnings, mask_text);
  mask_record(event.facts, mask_text);
  // A query is searched as the engine reads it; a value that holds a secret goes as a whole.
  const std::size_t query_at = event.target.find('?');
  std::string target = event.target.substr(0, query_at);
  mask_text(target);
  if (query_at != std::string::npos) {
    char separator = '?';
    for (const std::string_view part :
         base::split(std::string_view(event.target).substr(query_at + 1), '&')) {
      target += std::exchange(separator, '&');
      const std::size_t equals = part.find('=');
      const std::string whole = percent_decoded(part);
      std::string decoded = whole;
      mask_text(decoded);
      if (decoded == whole)
        target += part;
      else
        target += std::string(part.substr(0, equals)) + "=" + std::string(kRedacted);
    }
  }
  event.target = std::move(target);
  if (scanner) state_->give_back(*std::move(scanner));
}

} // namespace portique::access
