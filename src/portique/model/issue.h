#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/model/package.h"

namespace portique::model {

/// Something that could not be read or decided: it stands in every report and in the exit code,
/// for "could not read it" is never "found nothing".
struct Issue {
  base::Code code = base::Code::Malformed;
  std::string message;           ///< one sentence
  std::string path;              ///< the file inside the image, "" if it is about no file
  std::int32_t layer = kNoLayer; ///< index into the image's layers

  friend bool operator==(const Issue&, const Issue&) = default;
};

} // namespace portique::model
