#include "portique/inspect/compose/project.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "portique/base/text.h"

namespace portique::inspect::compose {

namespace {

/// "extends" of "extends" of ...: real projects have two or three.
constexpr int kDeepest = 16;
/// A default inside a default.
constexpr int kDeepestDefault = 8;
constexpr std::size_t kLongestText = 64ULL << 10U;

class Interpolation {
public:
  explicit Interpolation(const Environment& environment) : environment_(&environment) {}

  std::string run(std::string_view text, int depth) const {
    std::string out;
    for (std::size_t i = 0; i < text.size() && out.size() < kLongestText;) {
      if (text[i] != '$') {
        out += text[i++];
      } else if (text.substr(i).starts_with("$$")) {
        out += '$';
        i += 2;
      } else if (text.substr(i).starts_with("${")) {
        i = braces(text, i, depth, out);
      } else {
        std::size_t end = i + 1;
        while (end < text.size() && (base::is_alnum(text[end]) || text[end] == '_'))
          ++end;
        const auto found = environment_->find(text.substr(i + 1, end - i - 1));
        out += found != environment_->end() ? std::string_view(found->second)
                                            : text.substr(i, end - i);
        i = end;
      }
    }
    return out;
  }

private:
  std::size_t braces(std::string_view text, std::size_t at, int depth, std::string& out) const {
    int open = 0;
    std::size_t end = at + 1;
    for (; end < text.size(); ++end) {
      if (text[end] == '{') ++open;
      if (text[end] == '}' && --open == 0) break;
    }
    if (end >= text.size() || depth >= kDeepestDefault) {
      out += text.substr(at);
      return text.size();
    }
    const std::string_view inside = text.substr(at + 2, end - at - 2);
    const std::size_t stop = std::min(inside.find_first_of(":-+?"), inside.size());
    const auto found = environment_->find(inside.substr(0, stop));
    std::string_view form = inside.substr(stop);
    const bool colon = form.starts_with(':');
    if (colon) form.remove_prefix(1);
    const bool set = found != environment_->end() && (!colon || !found->second.empty());
    if (form.starts_with('+'))
      out += set ? run(form.substr(1), depth + 1) : std::string();
    else if (set)
      out += found->second;
    else if (form.starts_with('-'))
      out += run(form.substr(1), depth + 1);
    else
      out += text.substr(at, end + 1 - at);
    return end + 1;
  }

  const Environment* environment_;
};

/// Lists of which the last one counts as a whole.
bool is_replaced(std::string_view key) {
  return key == "command" || key == "entrypoint" || key == "test";
}

class ProjectReader {
public:
  ProjectReader(std::string_view path,
                const Environment& environment,
                const OtherFile& other,
                const base::Limits& limits)
      : path_(path), environment_(&environment), other_(&other), left_(limits.yaml_nodes) {}

  Project read(const YamlNode& root) {
    Project project;
    project.partial = path_.contains("override");
    const YamlNode* services = root.find("services");
    for (const YamlMember& service : members(services)) {
      Service out;
      out.name = service.key;
      out.lines = lines_of(service);
      auto node = resolved(services, path_, service.key, 0);
      if (!node || !node->is_mapping()) continue;
      out.node = std::move(*node);
      fill_in(out.node);
      project.services.push_back(std::move(out));
    }
    project.root.kind = YamlNode::Kind::Mapping;
    for (const YamlMember& each : members(&root))
      if (each.key != "services" && pay(each.value)) {
        project.root.members.push_back(each);
        fill_in(project.root.members.back().value);
      }
    project.problems = std::move(problems_);
    return project;
  }

private:
  void problem(const YamlNode& node, std::string message) {
    constexpr std::size_t kKept = 100;
    if (problems_.size() < kKept)
      problems_.push_back("line " + std::to_string(node.place.line) + ": " + std::move(message));
  }

  static std::uint64_t count(const YamlNode& node) {
    std::uint64_t nodes = 1;
    for (const YamlNode& item : node.items)
      nodes += count(item);
    for (const YamlMember& each : node.members)
      nodes += count(each.value);
    return nodes;
  }

  /// Copies are paid for: a large service that many extend would fill any memory.
  bool pay(const YamlNode& node) {
    const std::uint64_t nodes = count(node);
    if (nodes > left_) {
      problem(node, "too much is extended; the rest is left out");
      return false;
    }
    left_ -= nodes;
    return true;
  }

  /// A service with what it extends.
  std::optional<YamlNode>
  resolved(const YamlNode* services, std::string_view path, std::string_view name, int depth) {
    const YamlNode* service = at(services, {name});
    if (service == nullptr || !pay(*service)) return std::nullopt;
    YamlNode own = *service;
    const YamlMember* extends = member(service, "extends");
    if (extends == nullptr) return own;
    if (depth >= kDeepest) {
      problem(*service, "services extend each other without end");
      return own;
    }
    const YamlNode& what = extends->value;
    const std::string base_name(what.is_scalar() ? text(&what) : text(what.find("service")));
    const std::string file = interpolate(text(what.find("file")), *environment_);
    const YamlNode* from = services;
    std::string from_path(path);
    if (!file.empty()) {
      from_path = normal_path(path.substr(0, path.rfind('/') + 1), file);
      const YamlNode* other = from_path.empty() ? nullptr : (*other_)(from_path);
      from = at(other, {"services"});
      if (from == nullptr) {
        problem(what,
                "the file that is extended is not among those that are checked: " +
                    base::printable(file.substr(0, 200)));
        return own;
      }
    }
    auto base_service = resolved(from, from_path, base_name, depth + 1);
    if (!base_service) {
      problem(what,
              "there is no service '" + base::printable(base_name.substr(0, 80)) + "' to extend");
      return own;
    }
    move_to(*base_service, extends->place);
    merge(*base_service, std::move(own));
    return base_service;
  }

  static void move_to(YamlNode& node, base::YamlPlace place) {
    node.place = place;
    for (YamlNode& item : node.items)
      move_to(item, place);
    for (YamlMember& each : node.members) {
      each.place = place;
      move_to(each.value, place);
    }
  }

  /// `own` goes before what is there: mappings are merged, lists are joined.
  static void merge(YamlNode& into, YamlNode own) {
    into.place = own.place;
    for (YamlMember& each : own.members) {
      const auto found = std::ranges::find(into.members, each.key, &YamlMember::key);
      if (found == into.members.end()) {
        into.members.push_back(std::move(each));
      } else if (found->value.is_mapping() && each.value.is_mapping()) {
        found->place = each.place;
        merge(found->value, std::move(each.value));
      } else if (found->value.is_sequence() && each.value.is_sequence() && !is_replaced(each.key)) {
        std::ranges::move(found->value.items, std::back_inserter(each.value.items));
        *found = std::move(each);
      } else {
        *found = std::move(each);
      }
    }
  }

  void fill_in(YamlNode& node) const {
    if (node.is_scalar() && node.text.contains('$'))
      node.text = interpolate(node.text, *environment_);
    for (YamlNode& item : node.items)
      fill_in(item);
    for (YamlMember& each : node.members)
      fill_in(each.value);
  }

  std::string path_;
  const Environment* environment_;
  const OtherFile* other_;
  std::uint64_t left_;
  std::vector<std::string> problems_;
};

} // namespace

std::string interpolate(std::string_view text, const Environment& environment) {
  return Interpolation(environment).run(text, 0);
}

Environment read_environment(std::string_view text) {
  constexpr std::size_t kMost = 10'000;
  Environment environment;
  while (!text.empty() && environment.size() < kMost) {
    std::string_view line = base::trim(base::take_until(text, '\n'));
    if (line.empty() || line.starts_with('#')) continue;
    if (line.starts_with("export ")) line = base::trim(line.substr(7));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    std::string_view value = base::trim(line.substr(equals + 1));
    const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                        value.back() == value.front();
    if (quoted)
      value = value.substr(1, value.size() - 2);
    else
      value = base::trim(value.substr(0, value.find(" #")));
    if (value.size() <= kLongestText)
      environment.insert_or_assign(std::string(base::trim(line.substr(0, equals))),
                                   std::string(value));
  }
  return environment;
}

std::string normal_path(std::string_view folder, std::string_view path) {
  if (path.starts_with('/')) return {};
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view text, bool may_begin_above) {
    for (const std::string_view part : base::split(text, '/')) {
      if (part.empty() || part == ".") continue;
      const bool above = parts.empty() || parts.back() == "..";
      if (part == ".." && above && !may_begin_above) return false;
      if (part == ".." && !above)
        parts.pop_back();
      else
        parts.push_back(part);
    }
    return true;
  };
  if (!add(folder, !folder.starts_with('/')) || !add(path, false)) return {};
  std::string out;
  for (const std::string_view part : parts)
    out.append(out.empty() ? "" : "/").append(part);
  return folder.starts_with('/') ? "/" + out : out;
}

Project read_project(const YamlNode& root,
                     std::string_view path,
                     const Environment& environment,
                     const OtherFile& other,
                     const base::Limits& limits) {
  return ProjectReader(path, environment, other, limits).read(root);
}

} // namespace portique::inspect::compose
