#include "portique/policy/pattern_group.h"

#include <algorithm>
#include <limits>

#include <hs/hs.h>

namespace portique::policy {

namespace {

int on_match(unsigned int id,
             unsigned long long /*from*/,
             unsigned long long /*to*/,
             unsigned int /*flags*/,
             void* context) {
  auto& bits = *static_cast<std::vector<std::uint64_t>*>(context);
  bits[id / 64] |= 1ULL << (id % 64);
  return 0;
}

} // namespace

std::unique_ptr<PatternGroup> PatternGroup::compile(std::span<const GroupPattern> patterns) {
  if (hs_valid_platform() != HS_SUCCESS) return nullptr;
  std::vector<const char*> expressions;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
  for (const GroupPattern& pattern : patterns) {
    expressions.push_back(pattern.regex.c_str());
    flags.push_back(HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL | HS_FLAG_ALLOWEMPTY |
                    (pattern.ignore_case ? HS_FLAG_CASELESS : 0));
    ids.push_back(static_cast<unsigned>(ids.size()));
  }
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const hs_error_t code = hs_compile_multi(expressions.data(),
                                           flags.data(),
                                           ids.data(),
                                           static_cast<unsigned>(expressions.size()),
                                           HS_MODE_BLOCK,
                                           nullptr,
                                           &database,
                                           &error);
  if (error != nullptr) hs_free_compile_error(error);
  if (code != HS_SUCCESS) return nullptr;
  return std::unique_ptr<PatternGroup>(new PatternGroup(database, patterns.size()));
}

PatternGroup::~PatternGroup() {
  hs_free_database(database_);
}

PatternScratch::~PatternScratch() {
  hs_free_scratch(scratch_);
}

bool PatternScratch::reserve_for(const PatternGroup& group) {
  return hs_alloc_scratch(group.database_, &scratch_) == HS_SUCCESS;
}

bool PatternScratch::scan(const PatternGroup& group,
                          std::string_view text,
                          std::vector<std::uint64_t>& bits) {
  if (scratch_ == nullptr || text.empty() || text.size() > std::numeric_limits<unsigned>::max())
    return false;
  std::ranges::fill(bits, 0);
  return hs_scan(group.database_,
                 text.data(),
                 static_cast<unsigned>(text.size()),
                 0,
                 scratch_,
                 on_match,
                 &bits) == HS_SUCCESS;
}

} // namespace portique::policy
