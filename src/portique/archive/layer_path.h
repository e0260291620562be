#pragma once

// Paths inside layers. They are text to compare and to report, and are never joined to a path of
// the host.

#include <string>
#include <string_view>

namespace portique::archive {

/// The path as the container sees it, without leading slash: "." and empty components dropped,
/// ".." resolved and stopped at the root, as an extraction chrooted to the root would do.
/// "" is the root itself. `out` is replaced, so that a loop does not allocate.
void clean_path(std::string_view raw, std::string& out);

/// What an entry of a layer does to lower layers (OCI image-spec, layer.md, "Whiteouts").
enum class WhiteoutKind : unsigned char { None, File, Opaque };

struct Whiteout {
  WhiteoutKind kind = WhiteoutKind::None;
  std::string_view path; ///< the path removed (File), or the directory emptied (Opaque); borrowed
                         ///< from `buffer`
};

/// Of a cleaned path. `buffer` holds the removed path.
Whiteout whiteout_of(std::string_view clean, std::string& buffer);

} // namespace portique::archive
