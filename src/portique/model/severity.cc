#include "portique/model/severity.h"

#include <array>

#include "portique/base/text.h"

namespace portique::model {

namespace {

struct Word {
  std::string_view word;
  Severity severity;
};

constexpr std::array kWords{
    Word{"unknown", Severity::Unknown},
    Word{"untriaged", Severity::Unknown},
    Word{"negligible", Severity::Negligible},
    Word{"unimportant", Severity::Negligible},
    Word{"none", Severity::Negligible},
    Word{"info", Severity::Negligible},
    Word{"low", Severity::Low},
    Word{"medium", Severity::Medium},
    Word{"moderate", Severity::Medium},
    Word{"high", Severity::High},
    Word{"important", Severity::High},
    Word{"critical", Severity::Critical},
};

} // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
  case Severity::Unknown:
    return "unknown";
  case Severity::Negligible:
    return "negligible";
  case Severity::Low:
    return "low";
  case Severity::Medium:
    return "medium";
  case Severity::High:
    return "high";
  case Severity::Critical:
    return "critical";
  }
  return "unknown";
}

std::optional<Severity> parse_severity(std::string_view word) {
  for (const Word& known : kWords)
    if (base::equals_ignore_case(known.word, word)) return known.severity;
  return std::nullopt;
}

} // namespace portique::model
