#include "portique/version/dpkg.h"

#include <algorithm>
#include <cstdint>

#include "portique/base/text.h"
#include "portique/version/digits.h"

namespace portique::version {

namespace {

struct Parts {
  std::string_view epoch; ///< "" is 0
  std::string_view upstream;
  std::string_view revision; ///< "" is "0"
};

Parts split(std::string_view version) {
  Parts parts;
  if (const std::size_t colon = version.find(':'); colon != std::string_view::npos) {
    parts.epoch = version.substr(0, colon);
    version.remove_prefix(colon + 1);
  }
  const std::size_t dash = version.rfind('-');
  parts.upstream = version.substr(0, dash);
  if (dash != std::string_view::npos) parts.revision = version.substr(dash + 1);
  return parts;
}

/// '~' before the end, the end and digits before letters, letters before all else.
int weight(char c) {
  if (c == '~') return -1;
  if (base::is_digit(c)) return 0;
  if (base::is_alpha(c)) return static_cast<unsigned char>(c);
  return static_cast<unsigned char>(c) + 256;
}

int weight_at(std::string_view text, std::size_t at) {
  return at < text.size() ? weight(text[at]) : 0;
}

std::strong_ordering compare_part(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    while ((i < a.size() && !base::is_digit(a[i])) || (j < b.size() && !base::is_digit(b[j]))) {
      const int left = weight_at(a, i);
      const int right = weight_at(b, j);
      if (left != right) return left <=> right;
      ++i;
      ++j;
    }
    i = std::min(i, a.size());
    j = std::min(j, b.size());
    const auto order = compare_digits(take_digits(a, i), take_digits(b, j));
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

bool is_upstream_character(char c) {
  return base::is_alnum(c) || c == '-' || c == '+' || c == '.' || c == '~' || c == ':';
}

bool is_revision_character(char c) {
  return base::is_alnum(c) || c == '+' || c == '.' || c == '~';
}

} // namespace

std::strong_ordering compare_dpkg(std::string_view a, std::string_view b) {
  const Parts left = split(a);
  const Parts right = split(b);
  if (const auto order = compare_digits(left.epoch, right.epoch); order != 0) return order;
  if (const auto order = compare_part(left.upstream, right.upstream); order != 0) return order;
  return compare_part(left.revision, right.revision);
}

bool valid_dpkg(std::string_view version) {
  const bool has_epoch = version.find(':') != std::string_view::npos;
  const bool has_revision = version.rfind('-') != std::string_view::npos;
  const Parts parts = split(version);
  // dpkg keeps the epoch in an int.
  if (has_epoch && !base::parse_int<std::int32_t>(parts.epoch)) return false;
  if (has_epoch && !std::ranges::all_of(parts.epoch, base::is_digit)) return false;
  if (parts.upstream.empty() || (has_revision && parts.revision.empty())) return false;
  return std::ranges::all_of(parts.upstream, is_upstream_character) &&
         std::ranges::all_of(parts.revision, is_revision_character);
}

} // namespace portique::version
