#include "portique/advisory/range_check.h"

#include <algorithm>

namespace portique::advisory {

using model::EventKind;

namespace {

struct RangeState {
  bool affected = false;
  std::string_view fixed;
  std::string_view bad_bound;
};

/// Puts a comparison down for whoever wants to know why.
void note(model::ExplainedRange* trace,
          const AffectedRecord::Event& event,
          std::optional<std::strong_ordering> order) {
  if (trace != nullptr) trace->bounds.push_back({event.kind, std::string(event.version), order});
}

/// Whether the version lies before one of the range's limits; a range without limits has none.
bool before_limits(const AffectedRecord::Range& range,
                   const version::SchemeInfo& scheme,
                   std::string_view version,
                   model::ExplainedRange* trace) {
  bool limited = false;
  for (const AffectedRecord::Event& event : range.events) {
    if (event.kind != EventKind::Limit) continue;
    const bool endless = event.version == "*";
    const bool comparable = !endless && scheme.valid(event.version);
    const auto order =
        comparable ? scheme.compare(version, event.version) : std::strong_ordering::less;
    note(trace, event, comparable || endless ? std::optional(order) : std::nullopt);
    if (order < 0) return true;
    limited = true;
  }
  return !limited;
}

bool from_the_start(const AffectedRecord::Event& event) {
  return event.kind == EventKind::Introduced && event.version == "0";
}

/// The first bound that is no version of the scheme; "" if all are.
std::string_view bad_bound(const AffectedRecord::Range& range, const version::SchemeInfo& scheme) {
  for (const AffectedRecord::Event& event : range.events)
    if (event.kind != EventKind::Limit && !from_the_start(event) && !scheme.valid(event.version))
      return event.version;
  return {};
}

/// Whether the version lies before all that the range introduces, so that no bound can change it.
bool before_range(const AffectedRecord::Range& range,
                  const version::SchemeInfo& scheme,
                  std::string_view version) {
  return std::ranges::all_of(range.events, [&](const AffectedRecord::Event& event) {
    return event.kind != EventKind::Introduced ||
           (!from_the_start(event) && scheme.valid(event.version) &&
            scheme.compare(version, event.version) < 0);
  });
}

/// Events are sorted, so the last one at or below the version decides and the first fixed one above
/// it is the fix. A range with a bound that cannot be compared decides nothing.
RangeState check_range(const AffectedRecord::Range& range,
                       const version::SchemeInfo& scheme,
                       std::string_view version,
                       model::ExplainedRange* trace) {
  RangeState state;
  state.bad_bound = bad_bound(range, scheme);
  if (!state.bad_bound.empty()) {
    for (const AffectedRecord::Event& event : range.events)
      note(trace, event, std::nullopt);
    if (before_range(range, scheme, version)) state.bad_bound = {};
    return state;
  }
  for (const AffectedRecord::Event& event : range.events) {
    if (event.kind == EventKind::Limit) continue;
    const auto order = from_the_start(event) ? std::strong_ordering::greater
                                             : scheme.compare(version, event.version);
    note(trace, event, order);
    if (event.kind == EventKind::LastAffected) {
      if (order > 0) state.affected = false;
    } else if (order >= 0) {
      state.affected = event.kind == EventKind::Introduced;
    } else if (event.kind == EventKind::Fixed && state.fixed.empty()) {
      state.fixed = event.version;
    }
  }
  if (state.affected && !before_limits(range, scheme, version, trace)) state.affected = false;
  if (trace != nullptr) trace->affected = state.affected;
  return state;
}

} // namespace

RangeVerdict check_ranges(const AffectedRecord& record,
                          const version::SchemeInfo& scheme,
                          std::string_view version,
                          model::ExplainedEntry* trace) {
  RangeVerdict verdict;
  const auto take_fix = [&](std::string_view fixed) {
    if (fixed.empty()) return;
    if (verdict.fixed.empty() || scheme.compare(fixed, verdict.fixed) < 0) verdict.fixed = fixed;
  };
  std::string_view fix_elsewhere;
  for (const AffectedRecord::Range& range : record.ranges) {
    model::ExplainedRange* range_trace = trace == nullptr ? nullptr : &trace->ranges.emplace_back();
    const RangeState state = check_range(range, scheme, version, range_trace);
    if (!state.bad_bound.empty()) verdict.bad_bound = state.bad_bound;
    if (state.affected) {
      verdict.affected = Affectedness::Affected;
      take_fix(state.fixed);
    } else if (!state.fixed.empty() && fix_elsewhere.empty()) {
      fix_elsewhere = state.fixed;
    }
  }
  if (trace != nullptr) trace->listed_versions = record.versions.size();
  if (verdict.affected == Affectedness::Affected) return verdict;
  const bool listed = std::ranges::any_of(record.versions, [&](std::string_view listed_version) {
    return listed_version == version ||
           (scheme.valid(listed_version) && scheme.compare(listed_version, version) == 0);
  });
  if (trace != nullptr) trace->is_listed = listed;
  if (listed) {
    verdict.affected = Affectedness::Affected;
    take_fix(fix_elsewhere);
  } else if (!verdict.bad_bound.empty()) {
    verdict.affected = Affectedness::Undetermined;
  }
  return verdict;
}

} // namespace portique::advisory
