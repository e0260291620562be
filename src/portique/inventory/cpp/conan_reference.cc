#include "portique/inventory/cpp/conan_reference.h"

#include <string>

#include "portique/base/text.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/lock_document.h"

namespace portique::inventory {

std::optional<model::Package> conan_package(std::string_view reference) {
  reference = base::trim(reference.substr(0, reference.find_first_of("#%:")));
  const std::string_view identity = base::take_until(reference, '@');
  const std::size_t slash = identity.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view name = identity.substr(0, slash);
  const std::string_view version = identity.substr(slash + 1);
  if (!base::is_word(name) || !base::is_word(version)) return std::nullopt;
  if (version.find_first_of("/[]*<>~^,|") != std::string_view::npos) return std::nullopt;
  model::Package package{.type = "conan", .name = utf8_value(name), .version = utf8_value(version)};
  // Conan 1 writes "_" for what is not set.
  std::string_view channel = reference;
  const std::string_view user = base::take_until(channel, '/');
  const auto value = [](std::string_view text) {
    return text == "_" || !base::is_word(text) ? std::string{} : utf8_value(text);
  };
  if (!value(user).empty()) set_purl(package, {{"user", value(user)}, {"channel", value(channel)}});
  return package;
}

} // namespace portique::inventory
