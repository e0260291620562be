#pragma once

// Which VEX statement counts for a finding.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/advisory/vex.h"
#include "portique/model/report.h"

namespace portique::advisory {

/// What a statement about an image or a package is held against.
struct VexSubject {
  std::vector<std::string> references; ///< every name of the image: "ghcr.io/org/app:1.2"
  std::vector<std::string> digests;    ///< of its index, manifest and config: "sha256:..."
  std::string architecture;
  model::Distro distro;
};

/// The subject of a report.
VexSubject vex_subject(const model::Report& report);

/// "index.docker.io/library/alpine:3.19@sha256:..." -> "docker.io/library/alpine": how names of
/// repositories are compared.
std::string repository_of(std::string_view reference);

/// The purls that a package answers to.
struct PackagePurls {
  model::Purl own;
  std::optional<model::Purl> source; ///< of its source package, without the architecture
};

PackagePurls purls_of(const model::Package& package);

/// Whether a purl of a document means the package: type, namespace and name must be the same, and
/// so must version, qualifiers and subpath where the document gives them. Qualifiers that only
/// describe (where it was downloaded from) count if both have them. One that says arch=src or
/// arch=source is held against the source package.
bool purl_matches(const model::Purl& wanted,
                  const PackagePurls& package,
                  const model::Distro& distro);

/// Whether a CPE of a document means the distribution: the same vendor and product, and a version
/// that is a part of its version ("9" means 9.4).
bool cpe_matches_distro(std::string_view cpe, const model::Distro& distro);

/// Whether a purl of a document (pkg:oci, pkg:docker) means the image.
bool image_purl_matches(const model::Purl& wanted, const VexSubject& subject);

/// Looks findings up in VEX documents.
class VexMatcher {
public:
  /// Borrows the documents and the report's packages.
  VexMatcher(std::span<const VexDocument> documents, const model::Report& report);
  ~VexMatcher();
  VexMatcher(const VexMatcher&) = delete;
  VexMatcher& operator=(const VexMatcher&) = delete;

  struct Match {
    const VexDocument* document = nullptr;
    const VexStatement* statement = nullptr;
  };

  /// The latest statement about the finding: by its time, then by its place in the files. Both
  /// pointers are null if there is none.
  Match find(const model::Finding& finding);

  /// How many statements of a document were about some finding that was asked for.
  [[nodiscard]] std::size_t used(const VexDocument& document) const;

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
