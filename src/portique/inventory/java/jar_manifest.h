#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portique::inventory {

/// The main section of a jar's META-INF/MANIFEST.MF: what the archive says of itself as a whole.
class JarManifest {
public:
  JarManifest() = default;

  /// Reads what can be read: a manifest has no other use here than to be asked for a few values.
  explicit JarManifest(std::string_view text);

  /// Of an attribute, whatever its letter case; "" if there is none. Blanks at the ends are gone,
  /// and so are values that a build left unresolved ("${project.version}").
  [[nodiscard]] std::string_view get(std::string_view name) const;

private:
  std::vector<std::pair<std::string, std::string>> attributes_;
};

} // namespace portique::inventory
