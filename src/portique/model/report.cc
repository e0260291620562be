#include "portique/model/report.h"

namespace portique::model {

std::string_view scanner_name(Scanner scanner) {
  switch (scanner) {
  case Scanner::Vulnerabilities:
    return "vuln";
  case Scanner::Secrets:
    return "secret";
  case Scanner::Malware:
    return "malware";
  case Scanner::Misconfigurations:
    return "misconfig";
  case Scanner::Integrity:
    break;
  }
  return "integrity";
}

} // namespace portique::model
