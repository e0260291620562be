#pragma once

// Which SBOM a JSON document is, and what is wrapped around it.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "portique/base/limits.h"
#include "portique/inventory/sbom/base64_pieces.h"
#include "portique/inventory/sbom/json_items.h"
#include "portique/inventory/sbom/sbom_format.h"

namespace portique::inventory {

/// Reads one JSON document: an SBOM, an in-toto statement about one, a DSSE envelope or a Sigstore
/// bundle around such a statement, or an answer of GitHub's SBOM API.
class SbomJson : public JsonItems {
public:
  /// `depth`: how many envelopes this document lies in.
  SbomJson(const base::Limits& limits, int depth);
  ~SbomJson() override;
  SbomJson(SbomJson&&) = delete;
  SbomJson& operator=(SbomJson&&) = delete;
  SbomJson(const SbomJson&) = delete;
  SbomJson& operator=(const SbomJson&) = delete;

  Want want(std::string_view path) override;
  base::Result<void> take(std::string_view path, const boost::json::value& value) override;
  base::Result<void> take_text(std::string_view path, std::string_view piece) override;
  void too_large(std::string_view path) override;
  base::Result<void> leave(std::string_view path) override;

  /// The document ends, whole or broken.
  void end(const base::Result<void>& read);

  /// What it says; nothing if it is none that is known. `broken`: a document that ends early may
  /// lack what it would have been known by.
  std::optional<SbomDocument> finish(bool broken);

  /// The version of SPDX that is not read, "" if it is not of such.
  [[nodiscard]] const std::string& unread_version() const { return unread_version_; }

private:
  struct Inner;

  SbomFormat* format_at(std::string_view path);
  void feed_inner(std::string_view text);

  const base::Limits* limits_;
  int depth_;
  std::array<std::unique_ptr<SbomFormat>, 4> formats_;
  SbomFormat* owner_ = nullptr; ///< who wanted the present value
  std::size_t prefix_ = 0;      ///< bytes of the present path that belong to what is wrapped around
  std::string unread_version_;
  Base64Pieces base64_;
  std::unique_ptr<Inner> inner_; ///< the document inside an envelope
};

} // namespace portique::inventory
