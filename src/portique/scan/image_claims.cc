#include "portique/scan/image_claims.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "portique/base/text.h"
#include "portique/scan/image_finding.h"

namespace portique::scan {

namespace {

constexpr std::string_view kHistory = "PORTIQUE-IMAGE-FORGED-HISTORY";
constexpr std::string_view kFuture = "PORTIQUE-IMAGE-FUTURE-DATE";

/// Clocks of build machines differ by so much.
constexpr std::chrono::hours kClockDrift{24};

/// Instructions that change the config alone, as BuildKit writes them. WORKDIR is none of them: it
/// makes its folder. Builders that write "/bin/sh -c #(nop) CMD" may put a layer down to the last
/// of several instructions.
constexpr std::array<std::string_view, 12> kMetadataOnly{"ENV ",
                                                         "CMD ",
                                                         "ENTRYPOINT ",
                                                         "LABEL ",
                                                         "EXPOSE ",
                                                         "USER ",
                                                         "ARG ",
                                                         "STOPSIGNAL ",
                                                         "HEALTHCHECK ",
                                                         "SHELL ",
                                                         "MAINTAINER ",
                                                         "ONBUILD "};

void add(std::vector<model::Finding>& findings,
         model::Finding finding,
         std::string title,
         std::string evidence,
         std::string remedy) {
  finding.title = std::move(title);
  finding.evidence = std::move(evidence);
  finding.remedy = std::move(remedy);
  set_fingerprint(finding);
  findings.push_back(std::move(finding));
}

void check_history(const model::Image& image,
                   std::span<const LayerEvidence> layers,
                   std::vector<model::Finding>& findings) {
  constexpr std::string_view kRemedy = "Find out who built the image, and from what; build it anew";
  if (image.history_layers != 0 && image.history_layers != image.layers.size())
    add(findings,
        image_finding(kHistory, model::Severity::Medium, {}),
        "The build history does not fit the layers",
        "it tells of " + std::to_string(image.history_layers) + " layers, the image has " +
            std::to_string(image.layers.size()),
        std::string(kRemedy));
  for (std::size_t i = 0; i < std::min(layers.size(), image.layers.size()); ++i) {
    const std::string_view instruction = base::trim(image.layers[i].created_by);
    const bool metadata = std::ranges::any_of(
        kMetadataOnly, [&](std::string_view word) { return instruction.starts_with(word); });
    if (!metadata || layers[i].entries == 0) continue;
    add(findings,
        image_finding(kHistory, model::Severity::High, {}, static_cast<std::int32_t>(i)),
        "A layer holds files, but the build history says that it only sets metadata",
        "\"" + base::printable(instruction.substr(0, 60)) + "\" is said to have made " +
            std::to_string(layers[i].entries) + " files",
        std::string(kRemedy));
  }
}

void check_dates(const model::Image& image, base::Time now, std::vector<model::Finding>& findings) {
  constexpr std::string_view kRemedy = "Set the clock of the machine that builds, and build anew";
  const auto in_future = [&](const std::optional<base::Time>& time) {
    return time && *time > now + kClockDrift;
  };
  if (in_future(image.created)) {
    add(findings,
        image_finding(kFuture, model::Severity::Low, {}),
        "The image says that it was built in the future",
        "it was built at " + base::format_time(*image.created),
        std::string(kRemedy));
    return;
  }
  for (std::size_t i = 0; i < image.layers.size(); ++i)
    if (in_future(image.layers[i].created)) {
      add(findings,
          image_finding(kFuture, model::Severity::Low, {}, static_cast<std::int32_t>(i)),
          "The image says that a layer was built in the future",
          "it was built at " + base::format_time(*image.layers[i].created),
          std::string(kRemedy));
      return;
    }
}

} // namespace

std::vector<model::Finding> check_image_claims(const model::Image& image,
                                               std::span<const LayerEvidence> layers,
                                               base::Time now) {
  std::vector<model::Finding> findings;
  check_history(image, layers, findings);
  check_dates(image, now, findings);
  return findings;
}

} // namespace portique::scan
