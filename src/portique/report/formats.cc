#include "portique/report/formats.h"

#include <algorithm>
#include <array>

#include "portique/report/json_report.h"
#include "portique/report/table_report.h"

namespace portique::report {

namespace {

constexpr std::array kFormats{
    Format{"table", "for people", write_table},
    Format{"json", "everything, for programs; docs/json-report.md", write_json},
};

} // namespace

std::span<const Format> formats() {
  return kFormats;
}

const Format* find_format(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &Format::name);
  return found == kFormats.end() ? nullptr : found;
}

base::Result<std::string>
write_text(const Format& format, const model::Report& report, const WriteOptions& options) {
  std::string text;
  PQ_TRY(format.write(report, options, [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  }));
  return text;
}

} // namespace portique::report
