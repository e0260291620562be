// YAML (https://yaml.org/spec/1.2.2/) by yaml-cpp's event reader, which hands over one event after
// the other, so that budgets are checked while it reads and not after. Merge keys are those of
// https://yaml.org/type/merge.html.
#include "portique/base/yaml.h"

#include <algorithm>
#include <array>
#include <exception>
#include <sstream>
#include <unordered_map>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "portique/base/text.h"

namespace portique::base {

namespace {

/// Leaves yaml-cpp from inside a handler; caught in read_documents().
struct Stopped : std::exception {
  explicit Stopped(Error why) : error(std::move(why)) {}

  Error error;
};

YamlPlace place_of(const YAML::Mark& mark) {
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

[[noreturn]] void stop(Code code, std::string message, YamlPlace place) {
  throw Stopped(Error(code, std::move(message)).at(yaml_place_text(place)));
}

/// "key 'x'", safe to show and not too long.
std::string key_text(std::string_view key) {
  constexpr std::size_t kShown = 80;
  return "key '" + printable(key.substr(0, kShown)) + "'";
}

/// Builds trees out of events. Nothing here recurses deeper than the depth that was checked.
class TreeBuilder final : public YAML::EventHandler {
public:
  TreeBuilder(const Limits& limits, DuplicateKeys duplicates)
      : limits_(&limits), duplicates_(duplicates) {}

  std::vector<YamlDocument> take() { return std::move(documents_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_.size() >= limits_->yaml_documents)
      stop(Code::LimitExceeded,
           "more than " + std::to_string(limits_->yaml_documents) + " documents",
           place_of(mark));
    documents_.emplace_back();
    anchors_.clear();
    open_.clear();
  }

  void OnDocumentEnd() override { anchors_.clear(); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.place = place_of(mark);
    // yaml-cpp gives the place of what follows; that of the key says more.
    if (!open_.empty() && open_.back().key) node.place = open_.back().key->place;
    pay(1, 0, node.place);
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const YamlPlace place = place_of(mark);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) stop(Code::Malformed, "an alias inside its own anchor", place);
    const Anchored& anchored = found->second;
    pay(anchored.nodes, anchored.bytes, place);
    check_depth(open_.size() + anchored.depth, place);
    YamlNode copy = anchored.node;
    add(std::move(copy), YAML::NullAnchor);
  }

  void OnScalar(const YAML::Mark& mark,
                const std::string& tag,
                YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::Scalar;
    node.place = place_of(mark);
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    pay(1, value.size(), node.place);
    node.text = value;
    add(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark,
                       const std::string& /*tag*/,
                       YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    begin(YamlNode::Kind::Sequence, place_of(mark), anchor);
  }

  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark,
                  const std::string& /*tag*/,
                  YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    begin(YamlNode::Kind::Mapping, place_of(mark), anchor);
  }

  void OnMapEnd() override {
    finish_mapping(open_.back().node);
    end();
  }

private:
  struct Key {
    std::string text;
    YamlPlace place;
    bool merge = false;
  };

  /// A sequence or mapping whose end has not come yet.
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<Key> key; ///< waits for its value
    /// Where its own nodes begin in the budgets.
    std::uint64_t nodes_before = 0;
    std::uint64_t bytes_before = 0;
    std::size_t deepest = 0; ///< depth of the deepest node below, counted from this one
  };

  struct Anchored {
    YamlNode node;
    std::uint64_t nodes = 1;
    std::uint64_t bytes = 0;
    std::size_t depth = 1;
  };

  void pay(std::uint64_t nodes, std::uint64_t bytes, YamlPlace place) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits_->yaml_nodes)
      stop(Code::LimitExceeded,
           "more than " + std::to_string(limits_->yaml_nodes) + " values, aliases resolved",
           place);
    if (bytes_ > limits_->yaml_text_bytes)
      stop(Code::LimitExceeded,
           "more than " + std::to_string(limits_->yaml_text_bytes) +
               " bytes of text, aliases resolved",
           place);
  }

  void check_depth(std::size_t depth, YamlPlace place) const {
    if (depth > limits_->yaml_depth)
      stop(Code::LimitExceeded,
           "nested deeper than " + std::to_string(limits_->yaml_depth) + " levels",
           place);
  }

  void begin(YamlNode::Kind kind, YamlPlace place, YAML::anchor_t anchor) {
    check_depth(open_.size() + 1, place);
    Open opened;
    opened.nodes_before = nodes_;
    opened.bytes_before = bytes_;
    pay(1, 0, place);
    opened.node.kind = kind;
    opened.node.place = place;
    opened.anchor = anchor;
    open_.push_back(std::move(opened));
  }

  void end() {
    Open closed = std::move(open_.back());
    open_.pop_back();
    const std::size_t depth = closed.deepest + 1;
    if (!open_.empty()) open_.back().deepest = std::max(open_.back().deepest, depth);
    remember(closed.anchor,
             {.node = {},
              .nodes = nodes_ - closed.nodes_before,
              .bytes = bytes_ - closed.bytes_before,
              .depth = depth},
             closed.node);
    place_value(std::move(closed.node));
  }

  /// A node that is whole at once.
  void add(YamlNode node, YAML::anchor_t anchor) {
    if (!open_.empty()) open_.back().deepest = std::max(open_.back().deepest, depth_of(node));
    remember(anchor, {.node = {}, .nodes = 1, .bytes = node.text.size(), .depth = 1}, node);
    place_value(std::move(node));
  }

  static std::size_t depth_of(const YamlNode& node) {
    std::size_t deepest = 0;
    for (const YamlNode& item : node.items)
      deepest = std::max(deepest, depth_of(item));
    for (const YamlMember& member : node.members)
      deepest = std::max(deepest, depth_of(member.value));
    return deepest + 1;
  }

  /// The copy that an anchor keeps is paid for like any other.
  void remember(YAML::anchor_t anchor, Anchored anchored, const YamlNode& node) {
    if (anchor == YAML::NullAnchor) return;
    pay(anchored.nodes, anchored.bytes, node.place);
    anchored.node = node;
    anchors_.insert_or_assign(anchor, std::move(anchored));
  }

  void place_value(YamlNode node) {
    if (open_.empty()) {
      documents_.back().root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      if (node.is_sequence() || node.is_mapping())
        stop(Code::Unsupported, "a key must be a single value", node.place);
      const bool merge = !node.quoted && node.text == "<<";
      parent.key = Key{std::move(node.text), node.place, merge};
    } else {
      if (parent.key->merge) check_mergeable(node);
      YamlMember member;
      member.key = std::move(parent.key->text);
      member.place = parent.key->place;
      member.merged = parent.key->merge;
      member.value = std::move(node);
      parent.node.members.push_back(std::move(member));
      parent.key.reset();
    }
  }

  static void check_mergeable(const YamlNode& node) {
    const bool fits = node.is_mapping() || (node.is_sequence() &&
                                            std::ranges::all_of(node.items, &YamlNode::is_mapping));
    if (!fits) stop(Code::Malformed, "'<<' takes a mapping or a list of mappings", node.place);
  }

  /// Resolves merge keys and duplicates. Until now `merged` marks the merge keys themselves.
  void finish_mapping(YamlNode& mapping) {
    std::vector<YamlMember> written = std::move(mapping.members);
    mapping.members.clear();
    std::unordered_map<std::string, std::size_t> known;
    std::vector<YamlNode> sources;
    for (YamlMember& member : written) {
      if (member.merged) {
        if (member.value.is_mapping())
          sources.push_back(std::move(member.value));
        else
          std::ranges::move(member.value.items, std::back_inserter(sources));
        continue;
      }
      const auto [slot, is_new] = known.try_emplace(member.key, mapping.members.size());
      if (is_new)
        mapping.members.push_back(std::move(member));
      else
        take_duplicate(mapping.members[slot->second], std::move(member));
    }
    for (YamlNode& source : sources)
      for (YamlMember& member : source.members)
        if (known.try_emplace(member.key, mapping.members.size()).second) {
          member.merged = true;
          mapping.members.push_back(std::move(member));
        }
  }

  void take_duplicate(YamlMember& first, YamlMember second) {
    if (duplicates_ == DuplicateKeys::Refuse)
      stop(Code::Malformed,
           key_text(second.key) + " stands here and in line " + std::to_string(first.place.line),
           second.place);
    documents_.back().duplicates.push_back({second.key, first.place, second.place});
    first = std::move(second);
  }

  const Limits* limits_;
  DuplicateKeys duplicates_;
  std::vector<YamlDocument> documents_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchored> anchors_;
  std::uint64_t nodes_ = 0;
  std::uint64_t bytes_ = 0;
};

/// yaml-cpp takes the byte 4 for the end of the text, and other control characters are no YAML.
Result<void> check_characters(std::string_view text) {
  if (!is_utf8(text)) return fail(Code::Malformed, "not UTF-8");
  std::uint32_t line = 1;
  for (const char c : text) {
    if (c == '\n') ++line;
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F)
      return fail(Code::Malformed,
                  "line " + std::to_string(line) + ": a control character (byte " +
                      std::to_string(byte) + ")");
  }
  return {};
}

Result<std::vector<YamlDocument>>
read_documents(std::string_view text, const Limits& limits, DuplicateKeys duplicates) {
  TreeBuilder builder(limits, duplicates);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (Stopped& stopped) {
    return std::unexpected(std::move(stopped.error));
  } catch (const YAML::DeepRecursion& deep) {
    return std::unexpected(
        Error(Code::LimitExceeded, "nested too deep").at(yaml_place_text(place_of(deep.mark))));
  } catch (const YAML::Exception& error) {
    const std::string message = "not valid YAML: " + printable(error.msg);
    if (error.mark.is_null()) return fail(Code::Malformed, message);
    return std::unexpected(
        Error(Code::Malformed, message).at(yaml_place_text(place_of(error.mark))));
  }
}

struct Word {
  std::string_view word;
  bool value;
};

constexpr std::array kWords{
    Word{"true", true},
    Word{"yes", true},
    Word{"on", true},
    Word{"false", false},
    Word{"no", false},
    Word{"off", false},
};

/// "true", "True" and "TRUE", but not "tRUE".
bool is_cased(std::string_view text, std::string_view lower) {
  if (!equals_ignore_case(text, lower)) return false;
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto uppers = std::ranges::count_if(text, is_upper);
  return uppers == 0 || static_cast<std::size_t>(uppers) == text.size() ||
         (uppers == 1 && is_upper(text.front()));
}

} // namespace

std::string yaml_place_text(YamlPlace place) {
  return "line " + std::to_string(place.line) + ", column " + std::to_string(place.column);
}

bool YamlNode::is_null() const {
  return kind == Kind::Null ||
         (is_scalar() && !quoted && (text.empty() || text == "~" || is_cased(text, "null")));
}

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(members, key, &YamlMember::key);
  return found == members.end() ? nullptr : &found->value;
}

std::optional<bool> YamlNode::boolean() const {
  if (!is_scalar() || quoted) return std::nullopt;
  for (const Word& known : kWords)
    if (is_cased(text, known.word)) return known.value;
  return std::nullopt;
}

std::optional<std::int64_t> YamlNode::integer() const {
  if (!is_scalar() || quoted) return std::nullopt;
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal || text.starts_with("0o")) {
    const std::string_view digits = std::string_view(text).substr(2);
    if (digits.starts_with('-')) return std::nullopt;
    return parse_int<std::int64_t>(digits, hexadecimal ? 16 : 8);
  }
  if (text.starts_with("+-")) return std::nullopt;
  return parse_int<std::int64_t>(std::string_view(text).substr(text.starts_with('+') ? 1 : 0));
}

Result<std::vector<YamlDocument>>
parse_yaml(std::string_view text, const Limits& limits, DuplicateKeys duplicates) {
  if (text.size() > limits.yaml_bytes)
    return fail(Code::LimitExceeded,
                "larger than " + std::to_string(limits.yaml_bytes) + " bytes of YAML");
  PQ_TRY(check_characters(text));
  return read_documents(text, limits, duplicates);
}

Result<YamlDocument>
parse_single_yaml(std::string_view text, const Limits& limits, DuplicateKeys duplicates) {
  std::vector<YamlDocument> documents = PQ_TRY(parse_yaml(text, limits, duplicates));
  if (documents.size() > 1)
    return fail(Code::Malformed,
                std::to_string(documents.size()) + " documents where one is expected");
  return documents.empty() ? YamlDocument{} : std::move(documents.front());
}

} // namespace portique::base
