// Dates are those of the distributions' own release pages: the end of the free support. Debian's
// goes on, from the same archive, as long term support: https://wiki.debian.org/LTS.

#include <algorithm>
#include <array>
#include <string_view>

#include "portique/advisory/ecosystem.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

struct Row {
  std::string_view id;
  std::string_view release; ///< VERSION_ID, or the front of it up to a dot
  std::string_view date;
};

constexpr std::array kRows{
    Row{"debian", "7", "2018-05-31"},
    Row{"debian", "8", "2020-06-30"},
    Row{"debian", "9", "2022-06-30"},
    Row{"debian", "10", "2024-06-30"},
    Row{"debian", "11", "2026-08-31"},
    Row{"debian", "12", "2028-06-30"},
    Row{"debian", "13", "2030-06-30"},
    Row{"ubuntu", "14.04", "2019-04-25"},
    Row{"ubuntu", "16.04", "2021-04-30"},
    Row{"ubuntu", "18.04", "2023-05-31"},
    Row{"ubuntu", "20.04", "2025-05-31"},
    Row{"ubuntu", "22.04", "2027-06-01"},
    Row{"ubuntu", "23.04", "2024-01-25"},
    Row{"ubuntu", "23.10", "2024-07-11"},
    Row{"ubuntu", "24.04", "2029-05-31"},
    Row{"ubuntu", "24.10", "2025-07-10"},
    Row{"ubuntu", "25.04", "2026-01-15"},
    Row{"alpine", "3.4", "2018-05-01"},
    Row{"alpine", "3.5", "2018-11-01"},
    Row{"alpine", "3.6", "2019-05-01"},
    Row{"alpine", "3.7", "2019-11-01"},
    Row{"alpine", "3.8", "2020-05-01"},
    Row{"alpine", "3.9", "2020-11-01"},
    Row{"alpine", "3.10", "2021-05-01"},
    Row{"alpine", "3.11", "2021-11-01"},
    Row{"alpine", "3.12", "2022-05-01"},
    Row{"alpine", "3.13", "2022-11-01"},
    Row{"alpine", "3.14", "2023-05-01"},
    Row{"alpine", "3.15", "2023-11-01"},
    Row{"alpine", "3.16", "2024-05-23"},
    Row{"alpine", "3.17", "2024-11-22"},
    Row{"alpine", "3.18", "2025-05-09"},
    Row{"alpine", "3.19", "2025-11-01"},
    Row{"alpine", "3.20", "2026-04-01"},
    Row{"alpine", "3.21", "2026-11-01"},
    Row{"alpine", "3.22", "2027-05-01"},
    Row{"almalinux", "8", "2029-03-01"},
    Row{"almalinux", "9", "2032-05-31"},
    Row{"almalinux", "10", "2035-05-31"},
    Row{"rocky", "8", "2029-05-31"},
    Row{"rocky", "9", "2032-05-31"},
    Row{"rocky", "10", "2035-05-31"},
    Row{"rhel", "6", "2020-11-30"},
    Row{"rhel", "7", "2024-06-30"},
    Row{"rhel", "8", "2029-05-31"},
    Row{"rhel", "9", "2032-05-31"},
    Row{"rhel", "10", "2035-05-31"},
    Row{"centos", "6", "2020-11-30"},
    Row{"centos", "7", "2024-06-30"},
    Row{"centos", "8", "2021-12-31"},
    Row{"sles", "12.5", "2024-10-31"},
    Row{"sles", "15.3", "2022-12-31"},
    Row{"sles", "15.4", "2023-12-31"},
    Row{"sles", "15.5", "2024-12-31"},
    Row{"sles", "15.6", "2025-12-31"},
    Row{"sles", "15.7", "2031-07-31"},
    Row{"opensuse-leap", "15.3", "2022-12-31"},
    Row{"opensuse-leap", "15.4", "2023-12-07"},
    Row{"opensuse-leap", "15.5", "2024-12-31"},
    Row{"opensuse-leap", "15.6", "2026-04-30"},
    Row{"mageia", "8", "2023-11-30"},
    Row{"photon", "3.0", "2024-03-01"},
    Row{"mariner", "2.0", "2025-07-31"},
};

/// "12.5" is a release of "12"; "3.40" is none of "3.4".
bool is_of(std::string_view version_id, std::string_view release) {
  return version_id.starts_with(release) &&
         (version_id.size() == release.size() || version_id[release.size()] == '.');
}

} // namespace

std::optional<base::Time> end_of_life(const model::Distro& distro) {
  const std::string id = base::to_lower(distro.id);
  const auto row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.id == id && is_of(distro.version_id, candidate.release);
  });
  if (row == kRows.end()) return std::nullopt;
  return base::parse_time(row->date);
}

} // namespace portique::advisory
