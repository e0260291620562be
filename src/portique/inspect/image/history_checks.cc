// How the image was built: the instructions of its history.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <re2/re2.h>

#include "portique/base/text.h"
#include "portique/inspect/image/image_checks.h"

namespace portique::inspect {

namespace {

std::string said(std::string_view text) {
  return "the history says \"" + base::printable(text.substr(0, 160)) + "\"";
}

/// Every step that made a layer and fits the pattern. What a step sets in the config alone has
/// left no layer, and is judged by its effect.
void find_steps(const ImageSubject& subject, const RE2& pattern, ImageHits& hits) {
  for (std::size_t i = 0; i < subject.image.layers.size(); ++i) {
    const std::string& step = subject.image.layers[i].created_by;
    re2::StringPiece match;
    if (!pattern.Match(step, 0, step.size(), RE2::UNANCHORED, &match, 1)) continue;
    hits.add(said({match.data(), match.size()}), static_cast<std::int32_t>(i));
  }
}

void adds_from_the_net(const ImageSubject& subject, ImageHits& hits) {
  // The older builder wrote "ADD 8d9a... in /" for what it had fetched.
  static const RE2 kPattern(R"(\bADD (?:--\S+ )*https?://\S+)");
  find_steps(subject, kPattern, hits);
}

void adds_not_copies(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(R"(\bADD (?:--\S+ )*[^\s:]*[^\s:gzt2rx] [^\s]+ # buildkit)");
  for (std::size_t i = 1; i < subject.image.layers.size(); ++i) // the lowest is a root file system
    if (const std::string& step = subject.image.layers[i].created_by;
        RE2::PartialMatch(step, kPattern))
      hits.add(said(step), static_cast<std::int32_t>(i));
}

void upgrades(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(
      R"(\b(?:apt-get|apt|aptitude)(?: -\S+)* (?:dist-upgrade|full-upgrade|upgrade)\b|\bapk(?: -\S+)* upgrade\b)");
  find_steps(subject, kPattern, hits);
}

void pipes_into_shell(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(
      R"((?:curl|wget) [^|;&]*\|\s*(?:sudo )?(?:/(?:usr/)?bin/)?(?:ba|da|z)?sh\b)");
  find_steps(subject, kPattern, hits);
}

void opens_to_all(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(R"(\bchmod (?:-\S+ )*(?:0?777|a\+rwx|ugo\+rwx|o\+w)\b)");
  find_steps(subject, kPattern, hits);
}

void downloads_unverified(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(
      R"(\bcurl\b[^|;&]*\s(?:-[a-zA-Z]*k[a-zA-Z]*\b|--insecure)|--trusted-host\b|--no-check-certificate)");
  find_steps(subject, kPattern, hits);
}

void installs_unverified(const ImageSubject& subject, ImageHits& hits) {
  static const RE2 kPattern(
      R"(--allow-unauthenticated|--force-yes|--nogpgcheck|--no-gpg-checks|--allow-untrusted|\[trusted=yes\]|gpgcheck=0)");
  find_steps(subject, kPattern, hits);
}

void sets_password(const ImageSubject& subject, ImageHits& hits) {
  for (std::size_t i = 0; i < subject.image.layers.size(); ++i)
    if (subject.image.layers[i].created_by.contains("chpasswd"))
      hits.add("the history pipes a password into chpasswd", static_cast<std::int32_t>(i));
}

constexpr std::array kChecks{
    ImageCheck{"PQ-IM-030", adds_from_the_net},
    ImageCheck{"PQ-IM-031", adds_not_copies},
    ImageCheck{"PQ-IM-032", upgrades},
    ImageCheck{"PQ-IM-033", pipes_into_shell},
    ImageCheck{"PQ-IM-034", opens_to_all},
    ImageCheck{"PQ-IM-035", downloads_unverified},
    ImageCheck{"PQ-IM-036", installs_unverified},
    ImageCheck{"PQ-IM-037", sets_password},
};

} // namespace

std::span<const ImageCheck> image_history_checks() {
  return kChecks;
}

} // namespace portique::inspect
