#pragma once

// One thread's runs of a program.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/policy/program.h"

namespace portique::policy {

class PatternScratch;

class Evaluation {
public:
  /// `program` must be finished and outlive this.
  explicit Evaluation(const Program& program);
  Evaluation(Evaluation&&) noexcept;
  Evaluation& operator=(Evaluation&&) noexcept;
  ~Evaluation();

  /// Forgets the last run. `source` must outlive what is asked until the next begin().
  void begin(const FieldSource& source);

  /// Whether a condition holds.
  [[nodiscard]] bool holds(std::uint32_t condition);

  /// The conditions that hold, in their order; with `wanted`, one flag a condition, only of these.
  /// Borrowed until the next run.
  [[nodiscard]] std::span<const std::uint32_t> matches(const std::vector<bool>* wanted = nullptr);

  /// For explanations.
  [[nodiscard]] bool term_holds(std::uint32_t term);
  [[nodiscard]] Value operand_value(std::uint32_t operand);

private:
  struct Slot {
    std::string text;
    std::vector<Value> items;
  };

  bool decide(const Term& term);
  /// `whole`: the value is all of its operand, not one item of a list.
  bool test_value(const Term& term, const Value& value, bool whole);
  static bool test_text(const Term& term, std::string_view text);
  bool test_operands(const Term& term, const Value& value);
  /// Nothing if the automaton cannot say.
  std::optional<bool> in_group(const Term& term, std::string_view text);
  Value compute(std::uint32_t operand);
  Value transform(const Operand& operand, Slot& slot);
  Value concat(const Operand& operand, Slot& slot);
  Value join(const Operand& operand, Slot& slot);
  void add_candidates(std::span<const std::uint32_t> conditions, const std::vector<bool>* wanted);

  const Program* program_;
  const FieldSource* source_ = nullptr;
  std::uint32_t run_ = 0; ///< results of other runs do not count
  std::vector<std::uint32_t> term_runs_;
  std::vector<std::uint8_t> term_results_;
  std::vector<std::uint32_t> operand_runs_;
  std::vector<Value> operand_values_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> group_runs_;
  std::vector<std::vector<std::uint64_t>> group_bits_;
  std::vector<std::uint32_t> candidate_runs_;
  std::vector<std::uint32_t> candidates_;
  std::vector<std::uint32_t> matches_;
  std::unique_ptr<PatternScratch> scratch_;
};

} // namespace portique::policy
