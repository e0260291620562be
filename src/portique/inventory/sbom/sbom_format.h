#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/inventory/sbom/json_items.h"
#include "portique/inventory/sbom/sbom_document.h"

namespace portique::inventory {

/// Reads one SBOM format from the values of a JSON document, which come in the document's order.
/// Nothing is known of the format until the end: a document that is of another one may hold values
/// at the same paths.
class SbomFormat {
public:
  virtual ~SbomFormat() = default;

  virtual Want want(std::string_view path) = 0;
  virtual void take(std::string_view path, const boost::json::value& value) = 0;

  /// Whether the document says that it is of this format; `broken`: or would have said so, for all
  /// that is there of it.
  [[nodiscard]] virtual bool recognised(bool broken) const = 0;

  /// Something could not be read.
  virtual void complain(const base::Error& error) = 0;

  /// What the document says; to be called once.
  virtual SbomDocument finish() = 0;
};

std::unique_ptr<SbomFormat> make_cyclonedx_format(const base::Limits& limits);
std::unique_ptr<SbomFormat> make_spdx_format(const base::Limits& limits);
std::unique_ptr<SbomFormat> make_syft_format(const base::Limits& limits);
std::unique_ptr<SbomFormat> make_trivy_format(const base::Limits& limits);

} // namespace portique::inventory
