// Any text, drawn at any width: no control character gets through, no line is wider than the
// terminal, and as JSON the text reads back as base::to_utf8 has it.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/report/display_width.h"
#include "portique/report/json_writer.h"
#include "portique/report/terminal.h"

namespace {

namespace base = portique::base;
namespace report = portique::report;

template <typename Write> std::string written(Write write) {
  std::string text;
  const report::Sink sink = [&](std::string_view bytes) -> base::Result<void> {
    text += bytes;
    return {};
  };
  report::Output out(sink);
  write(out);
  if (!out.finish()) std::abort();
  return text;
}

void draw(const std::string& text, std::size_t width, bool unicode) {
  const std::string drawn = written([&](report::Output& out) {
    report::Terminal terminal(out, {.unicode = unicode, .width = width});
    const std::string half = text.substr(text.size() / 2);
    const std::vector<report::Piece> pieces{{text}, {half}, {text}};
    terminal.line(pieces);
    terminal.line_with_right(pieces, {{half}});
    terminal.flow(pieces);
    terminal.paragraph({half}, {text});
    report::Columns columns({8, 30, 0});
    columns.measure(pieces);
    terminal.line(columns.row(pieces, terminal));
  });
  for (const std::string_view line : base::split(drawn, '\n')) {
    if (base::printable(line) != line) std::abort();
    if (report::display_width(line) > width) std::abort();
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  draw(text, 1 + data[0] % 128U, data[0] >= 128);

  const std::string json = written([&](report::Output& out) {
    report::JsonWriter writer(out);
    writer.element(text);
  });
  const auto value = base::parse_json(json);
  if (!value || std::string_view(value->as_string()) != base::to_utf8(text)) std::abort();
  return 0;
}
