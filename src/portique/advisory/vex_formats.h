#pragma once

// The readers behind parse_vex(), one a format. Each takes a document that is parsed and known to
// be of its format, and fills in all but the document's name.

#include <string_view>

#include <boost/json.hpp>

#include "portique/advisory/vex.h"

namespace portique::advisory {

/// What an attestation says it is about: the product of statements that name none.
base::Result<VexDocument> read_openvex(const boost::json::object& document,
                                       const std::vector<VexProduct>& subjects);
base::Result<VexDocument> read_cyclonedx_vex(const boost::json::object& document);
base::Result<VexDocument> read_csaf(const boost::json::object& document);

/// The status by its name in OpenVEX, which CSAF and CycloneDX are translated to.
std::optional<model::VexStatus> parse_vex_status(std::string_view name);

/// Every run of blanks and line ends as one blank, cut to a length that a report can show.
std::string vex_text(std::string_view text);

/// Adds a text that identifies something: a purl, a digest, a CPE, or else an image reference.
void add_identifier(VexComponent& component, std::string_view text);

/// A digest by the name of its algorithm ("sha-256", "SHA256") and its hexadecimal value; others
/// than SHA-256 and SHA-512 name no image and are left out.
void add_hash(VexComponent& component, std::string_view algorithm, std::string_view value);

} // namespace portique::advisory
