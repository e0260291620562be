#pragma once

#include <memory>
#include <string_view>

#include "portique/base/limits.h"
#include "portique/base/result.h"
#include "portique/model/advisory.h"

namespace portique::advisory {

/// Reads OSV records (schema 1.7, https://ossf.github.io/osv-schema/) one after another, keeping
/// its buffers. One thread uses it.
class OsvParser {
public:
  OsvParser();
  ~OsvParser();
  OsvParser(OsvParser&&) noexcept;
  OsvParser& operator=(OsvParser&&) noexcept;

  /// Unknown members are passed over. A record without id or `modified`, of the wrong shape, or
  /// over the limits is refused.
  base::Result<model::Advisory> parse(std::string_view json, const base::Limits& limits);

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::advisory
