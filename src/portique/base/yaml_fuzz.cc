// Any text is refused or gives a tree within the budgets, every node of which lies in the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "portique/base/yaml.h"

namespace {

using portique::base::YamlMember;
using portique::base::YamlNode;
using portique::base::YamlPlace;

struct Checker {
  std::uint32_t lines = 1;
  std::uint64_t nodes = 0;

  void check_place(YamlPlace place) const {
    if (place.line == 0 || place.column == 0 || place.line > lines + 1) std::abort();
  }

  void check(const YamlNode& node, std::uint64_t depth) {
    ++nodes;
    check_place(node.place);
    if (depth > portique::base::Limits{}.yaml_depth + 1) std::abort();
    if (!node.items.empty() && !node.is_sequence()) std::abort();
    if (!node.members.empty() && !node.is_mapping()) std::abort();
    if (node.boolean() && node.integer()) std::abort();
    for (const YamlNode& item : node.items)
      check(item, depth + 1);
    for (const YamlMember& member : node.members) {
      check_place(member.place);
      check(member.value, depth + 1);
      if (node.find(member.key) != &member.value) std::abort(); // no key stands twice
    }
  }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace base = portique::base;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  base::Limits limits;
  limits.yaml_nodes = 20'000;
  limits.yaml_text_bytes = 1U << 20U;
  for (const auto duplicates : {base::DuplicateKeys::Refuse, base::DuplicateKeys::KeepLast}) {
    const auto documents = base::parse_yaml(text, limits, duplicates);
    if (!documents) continue;
    Checker checker;
    for (const char c : text)
      if (c == '\n' || c == '\r') ++checker.lines;
    for (const base::YamlDocument& document : *documents) {
      checker.check(document.root, 1);
      if (duplicates == base::DuplicateKeys::Refuse && !document.duplicates.empty()) std::abort();
    }
    if (checker.nodes > limits.yaml_nodes + documents->size()) std::abort();
  }
  return 0;
}
