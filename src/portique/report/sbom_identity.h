#pragma once

// What all SBOM formats say of the document and of what it describes. Nothing here is random, and
// the clock is asked only where the subject has no date: the same image gives the same SBOM.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/result.h"
#include "portique/model/report.h"
#include "portique/report/formats.h"
#include "portique/report/sink.h"

namespace portique::report {

/// Whether it is an image or a container, rather than a folder.
bool is_image(const model::Subject& subject);

/// The first tag, else the name that the user gave.
std::string subject_name(const model::Subject& subject);

/// The manifest's digest, else the config's; "" for a folder.
std::string subject_digest(const model::Subject& subject);

/// pkg:oci/...; "" where the image's digest or repository is not known.
std::string subject_purl(const model::Subject& subject);

/// The date of the document: the one demanded, else the image's, else that of the scan.
base::Time sbom_time(const model::Report& report, const WriteOptions& options);

/// A name for each package that no other has: its purl, with a number where several have the same.
std::vector<std::string> component_names(const model::Report& report);

/// A UUID (RFC 9562, version 8) made from what `write` writes: the document without its own name.
base::Result<std::string>
content_uuid(const std::function<base::Result<void>(const Sink& sink)>& write);

} // namespace portique::report
