#pragma once

// Images in the one form that rules and roles see, however a request writes them.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "portique/access/docker/engine_view.h"
#include "portique/image/reference.h"

namespace portique::access {

/// Whether an engine could find the image of that id by what was written, if it has no such name.
bool begins_image_id(std::string_view written, std::string_view id);

/// A name as registries know it: the host in small letters, and no tag beside a digest, which
/// decides alone. "nginx:*" stands for all tags. Nothing for ids and for what is no name.
std::optional<image::Reference> full_reference(std::string_view written);

/// "docker.io/library/nginx:latest" of "nginx"; "sha256:..." of an id; else the text itself.
std::string full_image_name(std::string_view written);

/// The same of a name that is pulled: without a tag the engine fetches all that there are, and
/// "docker.io/library/nginx:*" says so.
std::string pulled_image_name(std::string_view written);

/// What an image counts as.
struct ImageNaming {
  /// The full name that it was asked for by. If it was asked for by its id, all that it has;
  /// without any the id alone, which no registry fits.
  std::vector<std::string> names;
  bool pinned = false; ///< by a digest or an id
};

/// `known` is what the engine has under what was written: a name, else the beginning of an id.
ImageNaming image_naming(std::string_view written, const std::optional<ImageFacts>& known);

/// Whether a pattern ("*" and "?" stand for others) fits a full name: as it is, without its tag, or
/// in the short form of Docker Hub's.
bool fits_image(std::span<const std::string> patterns, const std::string& name);

} // namespace portique::access
