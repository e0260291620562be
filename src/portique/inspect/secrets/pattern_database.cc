#include "portique/inspect/secrets/pattern_database.h"

#include <cstdlib>
#include <limits>
#include <vector>

#include <hs/hs.h>

#include "portique/base/text.h"

namespace portique::inspect {

using base::Code;
using base::fail;

namespace {

/// Hyperscan reads literals as expressions as well.
std::string escaped(std::string_view literal) {
  std::string expression;
  for (const char c : literal) {
    if (base::is_alnum(c)) {
      expression += c;
      continue;
    }
    expression += "\\x";
    expression += base::to_hex(std::string_view(&c, 1));
  }
  return expression;
}

std::string expression_of(const Pattern& pattern) {
  return pattern.literal ? escaped(pattern.expression) : pattern.expression;
}

unsigned flags_of(const Pattern& pattern) {
  return HS_FLAG_DOTALL | HS_FLAG_MULTILINE | (pattern.caseless ? HS_FLAG_CASELESS : 0U);
}

base::Error refusal(const Pattern* pattern, hs_compile_error_t* error) {
  std::string message = "Hyperscan refuses the patterns";
  if (pattern != nullptr)
    message = "Hyperscan refuses the pattern '" + base::printable(pattern->expression) + "'";
  if (error != nullptr && error->message != nullptr) message += ": " + std::string(error->message);
  hs_free_compile_error(error);
  return {Code::Malformed, std::move(message)};
}

int report(unsigned id, unsigned long long, unsigned long long to, unsigned, void* listener) {
  static_cast<PatternScanner::Listener*>(listener)->matched(id, to);
  return 0;
}

} // namespace

struct PatternDatabase::State {
  hs_database_t* database = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() { hs_free_database(database); }
};

struct PatternScanner::State {
  hs_scratch_t* scratch = nullptr;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() { hs_free_scratch(scratch); }
};

base::Result<std::uint32_t> pattern_width(const Pattern& pattern, std::uint32_t cap) {
  hs_expr_info_t* info = nullptr;
  hs_compile_error_t* error = nullptr;
  if (hs_expression_info(expression_of(pattern).c_str(), flags_of(pattern), &info, &error) !=
      HS_SUCCESS)
    return std::unexpected(refusal(&pattern, error));
  const unsigned width = info->max_width;
  std::free(info); // NOLINT(cppcoreguidelines-no-malloc): Hyperscan's allocator
  return std::min<std::uint32_t>(width, cap);
}

PatternDatabase::PatternDatabase(std::unique_ptr<State> state) : state_(std::move(state)) {}

PatternDatabase::~PatternDatabase() = default;
PatternDatabase::PatternDatabase(PatternDatabase&&) noexcept = default;
PatternDatabase& PatternDatabase::operator=(PatternDatabase&&) noexcept = default;

base::Result<PatternDatabase> PatternDatabase::compile(std::span<const Pattern> patterns,
                                                       PatternPlatform platform) {
  auto state = std::make_unique<State>();
  if (patterns.empty()) return PatternDatabase(std::move(state));
  std::vector<std::string> texts;
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const Pattern& pattern : patterns) {
    texts.push_back(expression_of(pattern));
    flags.push_back(flags_of(pattern));
    ids.push_back(pattern.id);
  }
  for (const std::string& text : texts)
    expressions.push_back(text.c_str());
  hs_platform_info_t any{};
  any.tune = HS_TUNE_FAMILY_GENERIC;
  hs_compile_error_t* error = nullptr;
  const hs_error_t outcome = hs_compile_multi(expressions.data(),
                                              flags.data(),
                                              ids.data(),
                                              static_cast<unsigned>(expressions.size()),
                                              HS_MODE_BLOCK,
                                              platform == PatternPlatform::Any ? &any : nullptr,
                                              &state->database,
                                              &error);
  if (outcome == HS_SUCCESS) return PatternDatabase(std::move(state));
  const Pattern* culprit = nullptr;
  if (error != nullptr && error->expression >= 0 &&
      static_cast<std::size_t>(error->expression) < patterns.size())
    culprit = &patterns[static_cast<std::size_t>(error->expression)];
  return std::unexpected(refusal(culprit, error));
}

base::Result<PatternDatabase> PatternDatabase::deserialize(base::Bytes bytes) {
  auto state = std::make_unique<State>();
  if (bytes.empty()) return PatternDatabase(std::move(state));
  if (hs_valid_platform() != HS_SUCCESS)
    return fail(Code::Unsupported, "secrets are searched for with SSSE3, which this CPU lacks");
  const std::string_view text = base::as_text(bytes);
  if (const hs_error_t outcome =
          hs_deserialize_database(text.data(), text.size(), &state->database);
      outcome != HS_SUCCESS)
    return fail(Code::Malformed,
                "Hyperscan refuses the built-in patterns (" + std::to_string(outcome) + ")");
  return PatternDatabase(std::move(state));
}

base::Result<std::string> PatternDatabase::serialize() const {
  if (empty()) return std::string();
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(state_->database, &bytes, &size) != HS_SUCCESS)
    return fail(Code::Io, "Hyperscan cannot write its patterns");
  std::string serialized(bytes, size);
  std::free(bytes); // NOLINT(cppcoreguidelines-no-malloc): Hyperscan's allocator
  return serialized;
}

bool PatternDatabase::empty() const {
  return state_->database == nullptr;
}

PatternScanner::PatternScanner(std::unique_ptr<State> state) : state_(std::move(state)) {}

PatternScanner::~PatternScanner() = default;
PatternScanner::PatternScanner(PatternScanner&&) noexcept = default;
PatternScanner& PatternScanner::operator=(PatternScanner&&) noexcept = default;

base::Result<PatternScanner>
PatternScanner::make(std::span<const PatternDatabase* const> databases) {
  auto state = std::make_unique<State>();
  for (const PatternDatabase* database : databases) {
    if (database->empty()) continue;
    if (hs_alloc_scratch(database->state_->database, &state->scratch) != HS_SUCCESS)
      return fail(Code::Io, "there is no memory to search for secrets");
  }
  return PatternScanner(std::move(state));
}

base::Result<void>
PatternScanner::scan(const PatternDatabase& database, base::Bytes bytes, Listener& listener) {
  if (database.empty() || bytes.empty()) return {};
  if (bytes.size() > std::numeric_limits<unsigned>::max())
    return fail(Code::LimitExceeded, "too much to search at once");
  const hs_error_t outcome = hs_scan(database.state_->database,
                                     base::as_text(bytes).data(),
                                     static_cast<unsigned>(bytes.size()),
                                     0,
                                     state_->scratch,
                                     report,
                                     &listener);
  if (outcome != HS_SUCCESS)
    return fail(Code::Io, "Hyperscan failed (" + std::to_string(outcome) + ")");
  return {};
}

} // namespace portique::inspect
