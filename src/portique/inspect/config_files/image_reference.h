#pragma once

// Name, tag and digest of an image as configuration files write it.

#include <string_view>

namespace portique::inspect {

/// Each part is "" if it is not given. Borrows the text.
struct ImageReference {
  std::string_view name;
  std::string_view tag;
  std::string_view digest;
};

/// "registry:5000/team/app:1.2@sha256:..." in its parts; nothing is checked.
ImageReference image_reference(std::string_view text);

} // namespace portique::inspect
