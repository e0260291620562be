#pragma once

#include "portique/base/limits.h"
#include "portique/inventory/cataloger.h"
#include "portique/inventory/file_content.h"
#include "portique/inventory/sbom/sbom_document.h"

namespace portique::inventory {

/// Reads an SBOM, whoever made it, in whichever form: CycloneDX 1.2 to 1.7 (JSON, XML), SPDX 2.2
/// and 2.3 (JSON, tag-value), Syft's JSON, Trivy's JSON report, and in-toto attestations of these.
/// What cannot be read is an issue; a file that is no SBOM gives an issue and no packages. Large
/// files are read in pieces. Signatures are not verified.
SbomDocument read_sbom_document(const FileContent& file, const base::Limits& limits);

/// The packages, distribution and issues of read_sbom_document(), for an SBOM that is a file of an
/// image: the layers that it speaks of are not that image's, and are left out.
Analysis read_sbom(const FileContent& file, const base::Limits& limits);

} // namespace portique::inventory
