#pragma once

// Vulnerability Exploitability eXchange: what a vendor or the user says about whether a
// vulnerability matters in a product. OpenVEX, CycloneDX and CSAF become one form. docs/vex.md.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/vers.h"
#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/base/time.h"
#include "portique/model/finding.h"
#include "portique/model/purl.h"

namespace portique::advisory {

/// One piece of software, by every name that the document gives it: any of them identifies it.
struct VexComponent {
  std::vector<model::Purl> purls;      ///< of packages and images (pkg:oci, pkg:docker)
  std::vector<std::string> references; ///< image references: "ghcr.io/org/app:1.2"
  std::vector<std::string> digests;    ///< of images: "sha256:..."
  std::vector<std::string> cpes;
  /// Only versions in one of these; empty: as the purl says.
  std::vector<Vers> ranges;

  /// Whether there is anything that a package or an image can be compared with.
  [[nodiscard]] bool is_identified() const {
    return !purls.empty() || !references.empty() || !digests.empty();
  }
};

/// A product, or some of its parts.
struct VexProduct {
  VexComponent product;
  std::vector<VexComponent> subcomponents; ///< empty: the product as a whole
  std::vector<std::string> platforms;      ///< CPEs of the system that it must run on; empty: any
};

struct VexStatement {
  std::vector<std::string> vulnerabilities; ///< its name, then its aliases
  std::vector<VexProduct> products;
  model::VexStatus status = model::VexStatus::UnderInvestigation;
  std::string justification; ///< as the format words it: "vulnerable_code_not_present"
  std::string text;          ///< impact, action or analysis in the author's words, one line
  std::optional<base::Time> timestamp;
};

struct VexDocument {
  std::string format; ///< "OpenVEX", "CycloneDX VEX", "CSAF"
  std::string name;   ///< as reports should call it
  std::vector<VexStatement> statements;
  std::vector<std::string> notes; ///< what a user of the document should know
};

/// Reads one file: a document, or signed or unsigned attestations (in-toto, DSSE, Sigstore bundle;
/// one or one a line) around it. Signatures are not verified, which a note says. Code::Malformed,
/// Code::Unsupported for JSON that is no VEX.
base::Result<std::vector<VexDocument>>
parse_vex(std::string_view name, std::string_view text, const base::Limits& limits);

/// Reads and parses a file.
base::Result<std::vector<VexDocument>> read_vex(const std::filesystem::path& file,
                                                const base::Limits& limits);

} // namespace portique::advisory
