#include "portique/model/finding.h"

namespace portique::model {

std::string_view finding_kind_name(FindingKind kind) {
  switch (kind) {
  case FindingKind::Vulnerability:
    return "vulnerability";
  case FindingKind::Secret:
    return "secret";
  case FindingKind::Malware:
    return "malware";
  case FindingKind::Misconfiguration:
    return "misconfiguration";
  case FindingKind::Isolation:
    return "isolation";
  case FindingKind::Runtime:
    return "runtime";
  case FindingKind::Access:
    return "access";
  }
  return "unknown";
}

std::string_view fix_state_name(FixState state) {
  switch (state) {
  case FixState::Fixed:
    return "fixed";
  case FixState::NotFixed:
    return "not-fixed";
  case FixState::EndOfLife:
    return "end-of-life";
  }
  return "not-fixed";
}

std::string_view vex_status_name(VexStatus status) {
  switch (status) {
  case VexStatus::NotAffected:
    return "not_affected";
  case VexStatus::Affected:
    return "affected";
  case VexStatus::Fixed:
    return "fixed";
  case VexStatus::UnderInvestigation:
    return "under_investigation";
  }
  return "under_investigation";
}

} // namespace portique::model
