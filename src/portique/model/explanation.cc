#include "portique/model/explanation.h"

namespace portique::model {

std::string_view entry_outcome_name(EntryOutcome outcome) {
  switch (outcome) {
  case EntryOutcome::Affected:
    return "affected";
  case EntryOutcome::NotAffected:
    return "not-affected";
  case EntryOutcome::Undetermined:
    return "undetermined";
  case EntryOutcome::OtherRelease:
    return "other-release";
  case EntryOutcome::OtherBuild:
    return "other-build";
  case EntryOutcome::Cleared:
    return "cleared";
  }
  return "undetermined";
}

std::string_view explained_verdict_name(ExplainedVerdict verdict) {
  switch (verdict) {
  case ExplainedVerdict::Affected:
    return "affected";
  case ExplainedVerdict::Suppressed:
    return "suppressed";
  case ExplainedVerdict::NotAffected:
    return "not-affected";
  case ExplainedVerdict::Undetermined:
    return "undetermined";
  case ExplainedVerdict::NotInstalled:
    return "not-installed";
  case ExplainedVerdict::Withdrawn:
    return "withdrawn";
  case ExplainedVerdict::NotKnown:
    return "not-known";
  }
  return "not-known";
}

} // namespace portique::model
