#include "portique/access/audit/chain_check.h"

#include <algorithm>

#include <fmt/format.h>

namespace portique::access {

namespace {

constexpr std::size_t kMostRuns = 100'000;

std::string numbers_text(std::uint64_t first, std::uint64_t last) {
  return first == last ? fmt::format("{}", first) : fmt::format("{} to {}", first, last);
}

std::string lines_text(std::uint64_t first, std::uint64_t last) {
  return (first == last ? "line " : "lines ") + numbers_text(first, last);
}

} // namespace

std::string_view defect_name(DefectKind kind) {
  switch (kind) {
  case DefectKind::Changed:
    return "changed";
  case DefectKind::Removed:
    return "removed";
  case DefectKind::Inserted:
    return "inserted";
  case DefectKind::Moved:
    return "moved";
  case DefectKind::Torn:
    return "torn";
  case DefectKind::Signature:
    return "signature";
  }
  return "changed";
}

bool ChainCheck::add(const LineStart& start, const Hash& hash, LinePlace place) {
  if (!runs_.empty()) {
    Run& run = runs_.back();
    if (!run.is_junk && start.number == run.last + 1 && start.previous == run.hash) {
      run.last = start.number;
      run.before_last = start.previous;
      run.hash = hash;
      run.end = place;
      return true;
    }
  }
  const bool is_beginning = runs_.empty();
  runs_.push_back({.first = start.number,
                   .last = start.number,
                   .before = start.previous,
                   .before_last = start.previous,
                   .hash = hash,
                   .begin = place,
                   .end = place,
                   .order = runs_.size()});
  return is_beginning;
}

void ChainCheck::add_junk(LinePlace place) {
  runs_.push_back({.is_junk = true, .begin = place, .end = place, .order = runs_.size()});
}

std::uint64_t ChainCheck::seams() const {
  return runs_.empty() ? 0 : runs_.size() - 1 + (runs_.front().is_junk ? 1 : 0);
}

bool ChainCheck::is_hopeless() const {
  return runs_.size() >= kMostRuns;
}

std::uint64_t ChainCheck::first() const {
  std::uint64_t least = 0;
  for (const Run& run : runs_)
    if (!run.is_junk && !run.is_explained && (least == 0 || run.first < least)) least = run.first;
  return least;
}

std::uint64_t ChainCheck::last() const {
  std::uint64_t most = 0;
  for (const Run& run : runs_)
    most = std::max(most, run.last);
  return most;
}

/// Puts the findings together.
class ChainCheck::Report {
public:
  explicit Report(const ChainCheck& check) : check_(check), runs_(check.runs_) {
    for (const Run& run : runs_)
      if (!run.is_junk) firsts_.push_back(run.first);
    std::ranges::sort(firsts_);
  }

  std::vector<TrailDefect> make() {
    explain_single_lines();
    for (const Run& run : runs_)
      if (run.is_junk && !run.is_explained)
        say(DefectKind::Inserted, 0, 0, run.begin, "not a line of a trail");
    std::vector<Run> sorted;
    std::ranges::copy_if(runs_, std::back_inserter(sorted), [](const Run& run) {
      return !run.is_junk && !run.is_explained;
    });
    std::ranges::stable_sort(sorted, {}, &Run::first);
    for (std::size_t i = 0; i < sorted.size(); ++i)
      fit(sorted[i], i + 1 < sorted.size() ? &sorted[i + 1] : nullptr);
    std::ranges::stable_sort(found_, {}, &TrailDefect::first);
    return std::move(found_);
  }

private:
  void
  say(DefectKind kind, std::uint64_t first, std::uint64_t last, LinePlace place, std::string text) {
    found_.push_back({kind, first, last, check_.files_.at(place.file), place.row, std::move(text)});
  }

  /// Lines that are no line any more, or have another number, where exactly as many are missing.
  void explain_single_lines() {
    for (std::size_t i = 0; i + 2 < runs_.size(); ++i) {
      const Run& left = runs_[i];
      if (left.is_junk) continue;
      std::size_t behind = i + 1;
      while (behind < runs_.size() && is_out_of_range(runs_[behind], left))
        ++behind;
      if (behind == i + 1 || behind == runs_.size()) continue;
      const std::uint64_t odd = behind - i - 1;
      if (runs_[behind].is_junk || runs_[behind].first != left.last + odd + 1) continue;
      // They may stand somewhere else.
      const auto elsewhere = std::ranges::lower_bound(firsts_, left.last + 1);
      if (elsewhere != firsts_.end() && *elsewhere <= left.last + odd) continue;
      for (std::uint64_t k = 0; k < odd; ++k) {
        Run& run = runs_[i + 1 + k];
        const std::uint64_t number = left.last + 1 + k;
        run.is_explained = true;
        explained_.push_back(number);
        say(DefectKind::Changed,
            number,
            number,
            run.begin,
            run.is_junk
                ? fmt::format("line {} was changed: it is no line of a trail any more", number)
                : fmt::format("line {} was changed: it says that it is {}", number, run.first));
      }
    }
  }

  /// Whether a run is one line that cannot stand behind `left`.
  static bool is_out_of_range(const Run& run, const Run& left) {
    return run.is_junk ||
           (run.first == run.last && run.first != left.last + 1 && run.first != left.last + 2);
  }

  /// Holds the next run by number against the one that the chain has reached.
  void fit(const Run& run, const Run* next) {
    if (!reached_) {
      reached_ = run;
      return;
    }
    const Run& left = *reached_;
    if (run.first <= left.last) {
      overlap(run, next);
      return;
    }
    if (run.first == left.last + 1)
      seam(run, next);
    else
      gap(left.last + 1, run.first - 1, run);
    if (run.order < highest_order_)
      say(DefectKind::Moved,
          run.first,
          run.last,
          run.begin,
          fmt::format("{} {} been moved",
                      lines_text(run.first, run.last),
                      run.first == run.last ? "has" : "have"));
    highest_order_ = std::max(highest_order_, run.order);
    reached_ = run;
  }

  /// The numbers follow each other; do the hashes?
  void seam(const Run& run, const Run* next) {
    const Run& left = *reached_;
    if (run.before == left.hash) return;
    const bool is_alone = run.first == run.last && next != nullptr && next->first == run.last + 1 &&
                          next->before != run.hash;
    if (is_alone) {
      say(DefectKind::Changed,
          run.first,
          run.first,
          run.begin,
          fmt::format("line {} was changed: neither does it fit the line before, nor the line "
                      "behind fit it",
                      run.first));
      is_told_ = run.first;
      return;
    }
    if (is_told_ == left.last) return;
    say(DefectKind::Changed,
        left.last,
        left.last,
        left.end,
        fmt::format(
            "line {} was changed: line {} was written behind another one", left.last, run.first));
  }

  void gap(std::uint64_t first, std::uint64_t last, const Run& run) {
    // Without what was explained as changed.
    while (first <= last && std::ranges::find(explained_, first) != explained_.end())
      ++first;
    while (first <= last && std::ranges::find(explained_, last) != explained_.end())
      --last;
    if (first > last) return;
    say(DefectKind::Removed,
        first,
        last,
        run.begin,
        fmt::format("{} {} missing", lines_text(first, last), first == last ? "is" : "are"));
  }

  /// Two lines claim one number.
  void overlap(const Run& run, const Run* next) {
    const Run& left = *reached_;
    const bool goes_on = run.last > left.last;
    const bool is_wanted = next != nullptr && run.last == left.last &&
                           next->first == run.last + 1 && next->before == run.hash &&
                           next->before != left.hash;
    if (!goes_on && !is_wanted) {
      say(DefectKind::Inserted,
          run.first,
          run.last,
          run.begin,
          fmt::format("a line that says it is {} was put in here",
                      numbers_text(run.first, run.last)));
      return;
    }
    say(DefectKind::Inserted,
        run.first,
        left.last,
        left.end,
        fmt::format("a line that says it is {} was put in before {}, with which the trail goes on",
                    numbers_text(run.first, left.last),
                    lines_text(run.first, run.first)));
    highest_order_ = std::max(highest_order_, run.order);
    reached_ = run;
  }

  const ChainCheck& check_;
  std::vector<Run> runs_;
  std::vector<std::uint64_t> firsts_; ///< sorted
  std::vector<TrailDefect> found_;
  std::vector<std::uint64_t> explained_;
  std::optional<Run> reached_;
  std::size_t highest_order_ = 0;
  std::uint64_t is_told_ = 0; ///< a line that was named as changed already
};

std::vector<TrailDefect> ChainCheck::defects() const {
  if (seams() == 0) return {};
  return Report(*this).make();
}

} // namespace portique::access
