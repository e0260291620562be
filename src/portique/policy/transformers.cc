#include "portique/policy/transformers.h"

#include <array>

namespace portique::policy {

namespace {

struct Row {
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array<Row, kTransformerCount> kRows{
    Row{"val", "the field itself: proc.name = val(proc.pname)"},
    Row{"tolower", "ASCII letters in lower case"},
    Row{"toupper", "ASCII letters in upper case"},
    Row{"basename", "what follows the last slash"},
    Row{"b64", "base64 decoded; absent if it is none"},
    Row{"len", "bytes of a text, or how many values a list has"},
    Row{"concat", "all arguments, one behind the other; absent if one is"},
    Row{"join", "join(separator, list): the values with the separator between them"},
};

} // namespace

std::optional<Transformer> find_transformer(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].name == name) return static_cast<Transformer>(i);
  return std::nullopt;
}

std::string_view transformer_name(Transformer transformer) {
  return kRows.at(static_cast<std::size_t>(transformer)).name;
}

std::string transformer_names() {
  std::string all;
  for (const Row& row : kRows) {
    if (!all.empty()) all += ", ";
    all += row.name;
    all += "()";
  }
  return all;
}

std::string_view transformer_meaning(Transformer transformer) {
  return kRows.at(static_cast<std::size_t>(transformer)).meaning;
}

} // namespace portique::policy
