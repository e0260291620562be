#pragma once

// Literals and wildcards on one operand, as one Hyperscan automaton: the text is read once, however
// many patterns there are.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct hs_database;
struct hs_scratch;

namespace portique::policy {

/// One of a group's patterns, as a regular expression over bytes.
struct GroupPattern {
  std::string regex;
  bool ignore_case = false;
};

class PatternGroup {
public:
  /// nullptr if the processor or the patterns are none that the library takes.
  static std::unique_ptr<PatternGroup> compile(std::span<const GroupPattern> patterns);

  PatternGroup(const PatternGroup&) = delete;
  PatternGroup& operator=(const PatternGroup&) = delete;
  ~PatternGroup();

  [[nodiscard]] std::size_t size() const { return size_; }

private:
  friend class PatternScratch;

  PatternGroup(hs_database* database, std::size_t size) : database_(database), size_(size) {}

  hs_database* database_;
  std::size_t size_;
};

/// The working memory of one thread for all groups of a program.
class PatternScratch {
public:
  PatternScratch() = default;
  PatternScratch(const PatternScratch&) = delete;
  PatternScratch& operator=(const PatternScratch&) = delete;
  ~PatternScratch();

  /// False if there is no memory for it.
  bool reserve_for(const PatternGroup& group);

  /// Sets the bit of every pattern that the text fits; false if the library refuses.
  bool scan(const PatternGroup& group, std::string_view text, std::vector<std::uint64_t>& bits);

private:
  hs_scratch* scratch_ = nullptr;
};

} // namespace portique::policy
