// CSAF 2.0 and 2.1: https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html (product tree 3.2.2,
// vulnerabilities 3.2.3, the VEX profile 4.5). A product is named by the id that the product tree
// gives it; a relationship makes a new id of a component inside a product or on a platform.

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <unordered_map>

#include "portique/advisory/vex_formats.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace json = boost::json;

namespace {

/// Branches nest as deep as the JSON reader goes; a component in a module in a product on a
/// platform is the longest chain in use.
constexpr int kMaxDepth = 64;
constexpr int kMaxChain = 8;

struct StatusList {
  std::string_view name;
  model::VexStatus status;
};

constexpr std::array kStatusLists{
    StatusList{"known_not_affected", model::VexStatus::NotAffected},
    StatusList{"fixed", model::VexStatus::Fixed},
    StatusList{"first_fixed", model::VexStatus::Fixed},
    StatusList{"known_affected", model::VexStatus::Affected},
    StatusList{"first_affected", model::VexStatus::Affected},
    StatusList{"last_affected", model::VexStatus::Affected},
    StatusList{"under_investigation", model::VexStatus::UnderInvestigation},
};

std::string_view text_of(const json::value& value) {
  if (!value.is_string()) return {};
  const json::string& text = value.get_string();
  return {text.data(), text.size()};
}

/// A module stream of an rpm distribution.
bool is_module(const VexComponent& component) {
  return !component.purls.empty() &&
         std::ranges::all_of(component.purls,
                             [](const model::Purl& purl) { return purl.type == "rpmmod"; });
}

/// What the product tree says of each product id.
class ProductTree {
public:
  explicit ProductTree(const json::object& tree) {
    add_branches(base::json_items(&tree, "branches"), 1);
    for (const json::value& item : base::json_items(&tree, "full_product_names"))
      add_product(base::json_object(&item), {});
    for (const json::value& item : base::json_items(&tree, "relationships"))
      add_relationship(base::json_object(&item));
    for (const json::value& item : base::json_items(&tree, "product_groups")) {
      const json::object* group = base::json_object(&item);
      auto& members = groups_[std::string(base::json_string(group, "group_id"))];
      for (const json::value& id : base::json_items(group, "product_ids"))
        members.emplace_back(text_of(id));
    }
  }

  [[nodiscard]] const std::vector<std::string>& group(std::string_view id) const {
    static const std::vector<std::string> kNone;
    const auto found = groups_.find(std::string(id));
    return found == groups_.end() ? kNone : found->second;
  }

  /// The innermost component of the chain, inside the product around it, on the platforms above.
  /// What is around a component must be something that can be checked, else nothing matches.
  [[nodiscard]] VexProduct product(std::string_view id) const {
    const std::vector<const VexComponent*> chain = chain_of(id);
    VexProduct product;
    if (chain.empty()) return product;
    product.product = *chain.front();
    bool checkable = chain.size() == 1;
    for (const VexComponent* around : std::span(chain).subspan(1)) {
      if (is_module(*around)) continue; // the package's own release tells its build apart
      if (around->is_identified()) {
        if (!product.subcomponents.empty()) return {};
        product.subcomponents.push_back(std::move(product.product));
        product.product = *around;
        checkable = true;
      } else if (!around->cpes.empty()) {
        product.platforms.insert(product.platforms.end(), around->cpes.begin(), around->cpes.end());
        checkable = true;
      }
    }
    return checkable ? product : VexProduct{};
  }

private:
  void add_branches(const json::array& branches, int depth) {
    for (const json::value& item : branches) {
      const json::object* branch = base::json_object(&item);
      if (branch == nullptr) continue;
      if (const auto* product = base::json_object(base::json_member(branch, "product"))) {
        const bool is_range = base::json_string(branch, "category") == "product_version_range";
        add_product(product, is_range ? base::json_string(branch, "name") : std::string_view{});
      }
      if (depth < kMaxDepth) add_branches(base::json_items(branch, "branches"), depth + 1);
    }
  }

  void add_product(const json::object* product, std::string_view range) {
    const std::string_view id = base::json_string(product, "product_id");
    if (id.empty()) return;
    const json::object& helper = base::json_fields(product, "product_identification_helper");
    VexComponent component;
    add_identifier(component, base::json_string(&helper, "purl"));
    for (const json::value& purl : base::json_items(&helper, "purls")) // CSAF 2.1
      add_identifier(component, text_of(purl));
    add_identifier(component, base::json_string(&helper, "cpe"));
    for (const json::value& file : base::json_items(&helper, "hashes"))
      for (const json::value& hash : base::json_items(base::json_object(&file), "file_hashes"))
        add_hash(component,
                 base::json_string(base::json_object(&hash), "algorithm"),
                 base::json_string(base::json_object(&hash), "value"));
    if (!range.empty()) narrow(component, range);
    components_.insert_or_assign(std::string(id), std::move(component));
  }

  /// A range that cannot be read leaves a product that matches nothing.
  static void narrow(VexComponent& component, std::string_view range) {
    auto vers = parse_vers(range);
    if (vers)
      component.ranges.push_back(*std::move(vers));
    else
      component = {};
  }

  void add_relationship(const json::object* relationship) {
    const json::object& name = base::json_fields(relationship, "full_product_name");
    const std::string id(base::json_string(&name, "product_id"));
    if (id.empty()) return;
    relations_.insert_or_assign(
        id,
        Relation{std::string(base::json_string(relationship, "product_reference")),
                 std::string(base::json_string(relationship, "relates_to_product_reference"))});
    if (base::json_member(&name, "product_identification_helper") != nullptr)
      add_product(&name, {});
  }

  /// From the innermost component outwards; empty if an id is not known or the chain has no end.
  [[nodiscard]] std::vector<const VexComponent*> chain_of(std::string_view id) const {
    std::vector<const VexComponent*> chain;
    if (!append_chain(id, chain, 0)) chain.clear();
    return chain;
  }

  bool append_chain(std::string_view id, std::vector<const VexComponent*>& chain, int depth) const {
    if (depth > kMaxChain || chain.size() > 2 * kMaxChain) return false;
    const auto relation = relations_.find(std::string(id));
    const auto component = components_.find(std::string(id));
    if (relation == relations_.end()) {
      if (component == components_.end()) return false;
      chain.push_back(&component->second);
      return true;
    }
    // A helper of the relationship itself names the component more exactly.
    if (component != components_.end() && component->second.is_identified())
      chain.push_back(&component->second);
    else if (!append_chain(relation->second.component, chain, depth + 1))
      return false;
    return append_chain(relation->second.inside, chain, depth + 1);
  }

  struct Relation {
    std::string component;
    std::string inside;
  };

  std::unordered_map<std::string, VexComponent> components_;
  std::unordered_map<std::string, Relation> relations_;
  std::unordered_map<std::string, std::vector<std::string>> groups_;
};

/// Texts that a vulnerability gives to single products: flags, impacts, remediations.
class ProductTexts {
public:
  explicit ProductTexts(const ProductTree& tree) : tree_(&tree) {}

  void add(const json::object* item, std::string_view text) {
    const std::string line = vex_text(text);
    if (line.empty()) return;
    const json::array& ids = base::json_items(item, "product_ids");
    const json::array& groups = base::json_items(item, "group_ids");
    if (ids.empty() && groups.empty() && for_all_.empty()) for_all_ = line;
    for (const json::value& id : ids)
      by_product_.try_emplace(std::string(text_of(id)), line);
    for (const json::value& group : groups)
      for (const std::string& id : tree_->group(text_of(group)))
        by_product_.try_emplace(id, line);
  }

  [[nodiscard]] const std::string& of(std::string_view id) const {
    const auto found = by_product_.find(std::string(id));
    return found == by_product_.end() ? for_all_ : found->second;
  }

private:
  const ProductTree* tree_;
  std::unordered_map<std::string, std::string> by_product_;
  std::string for_all_;
};

std::vector<std::string> ids_of(const json::object& vulnerability) {
  std::vector<std::string> ids;
  if (const auto cve = base::json_string(&vulnerability, "cve"); !cve.empty())
    ids.emplace_back(cve);
  for (const json::value& item : base::json_items(&vulnerability, "ids")) {
    const std::string_view text = base::json_string(base::json_object(&item), "text");
    // Numbers of bug trackers and addresses name no vulnerability.
    if (!text.empty() && base::is_alpha(text.front()) && text.find('-') != std::string_view::npos &&
        text.find("://") == std::string_view::npos && base::is_word(text))
      ids.emplace_back(text);
  }
  return ids;
}

void read_vulnerability(const json::object& vulnerability,
                        const ProductTree& tree,
                        std::optional<base::Time> time,
                        std::vector<VexStatement>& statements) {
  const std::vector<std::string> ids = ids_of(vulnerability);
  if (ids.empty()) return;
  ProductTexts flags(tree);
  ProductTexts impacts(tree);
  ProductTexts remedies(tree);
  for (const json::value& item : base::json_items(&vulnerability, "flags"))
    flags.add(base::json_object(&item), base::json_string(base::json_object(&item), "label"));
  for (const json::value& item : base::json_items(&vulnerability, "threats"))
    if (base::json_string(base::json_object(&item), "category") == "impact")
      impacts.add(base::json_object(&item), base::json_string(base::json_object(&item), "details"));
  for (const json::value& item : base::json_items(&vulnerability, "remediations"))
    remedies.add(base::json_object(&item), base::json_string(base::json_object(&item), "details"));

  const json::object& lists = base::json_fields(&vulnerability, "product_status");
  for (const StatusList& list : kStatusLists) {
    // Products that the same words are said about share a statement.
    std::map<std::pair<std::string, std::string>, std::size_t> known;
    for (const json::value& item : base::json_items(&lists, list.name)) {
      const std::string_view id = text_of(item);
      const bool not_affected = list.status == model::VexStatus::NotAffected;
      const std::string& label = not_affected ? flags.of(id) : std::string();
      const std::string& text = not_affected ? impacts.of(id) : remedies.of(id);
      const auto [slot, is_new] = known.try_emplace({label, text}, statements.size());
      if (is_new) statements.push_back({ids, {}, list.status, label, text, time});
      statements[slot->second].products.push_back(tree.product(id));
    }
  }
}

} // namespace

base::Result<VexDocument> read_csaf(const json::object& document) {
  VexDocument result;
  result.format = "CSAF";
  const json::object& head = base::json_fields(&document, "document");
  const json::object& tracking = base::json_fields(&head, "tracking");
  auto time = base::parse_time(base::json_string(&tracking, "current_release_date"));
  if (!time) time = base::parse_time(base::json_string(&tracking, "initial_release_date"));
  const json::array* list = base::json_array(base::json_member(&document, "vulnerabilities"));
  if (list == nullptr)
    return base::fail(base::Code::Unsupported,
                      "a CSAF document without vulnerabilities says nothing about any");
  const ProductTree tree(base::json_fields(&document, "product_tree"));
  for (const json::value& item : *list) {
    const json::object* vulnerability = base::json_object(&item);
    if (vulnerability == nullptr)
      return base::fail(base::Code::Malformed, "a vulnerability is no object");
    read_vulnerability(*vulnerability, tree, time, result.statements);
  }
  return result;
}

} // namespace portique::advisory
