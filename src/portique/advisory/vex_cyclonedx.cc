// VEX inside CycloneDX 1.4 and later: https://cyclonedx.org/docs/1.6/json/#vulnerabilities
// `affects` points to a component of the same document by its bom-ref, or to one of another by a
// BOM-Link (https://cyclonedx.org/capabilities/bomlink/) whose fragment is the bom-ref there; by
// custom that is the component's purl.

#include <algorithm>
#include <map>
#include <unordered_map>

#include "portique/advisory/vex_formats.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace json = boost::json;

namespace {

/// Components may hold components; deeper than that the JSON reader does not go either.
constexpr int kMaxDepth = 64;

std::optional<model::VexStatus> status_of(std::string_view state) {
  if (state == "resolved" || state == "resolved_with_pedigree") return model::VexStatus::Fixed;
  if (state == "exploitable") return model::VexStatus::Affected;
  if (state == "in_triage") return model::VexStatus::UnderInvestigation;
  if (state == "false_positive" || state == "not_affected") return model::VexStatus::NotAffected;
  return std::nullopt;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view digits = text.substr(i + 1, 2);
    const auto byte = text[i] == '%' && digits.size() == 2
                          ? base::parse_int<unsigned char>(digits, 16)
                          : std::nullopt;
    out += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return out;
}

class Reader {
public:
  explicit Reader(const json::object& document) : document_(&document) {
    const json::object& metadata = base::json_fields(&document, "metadata");
    time_ = base::parse_time(base::json_string(&metadata, "timestamp"));
    if (const auto* subject = base::json_object(base::json_member(&metadata, "component"))) {
      subject_ref_ = base::json_string(subject, "bom-ref");
      subject_ = read_component(*subject);
      add_components(base::json_items(subject, "components"), 1);
    }
    add_components(base::json_items(&document, "components"), 1);
  }

  base::Result<VexDocument> run() {
    VexDocument result;
    result.format = "CycloneDX VEX";
    const json::array* list = base::json_array(base::json_member(document_, "vulnerabilities"));
    if (list == nullptr)
      return base::fail(base::Code::Unsupported,
                        "a CycloneDX document without vulnerabilities is no VEX");
    std::size_t without_analysis = 0;
    for (const json::value& item : *list) {
      const json::object* vulnerability = base::json_object(&item);
      if (vulnerability == nullptr)
        return base::fail(base::Code::Malformed, "a vulnerability is no object");
      if (!read_vulnerability(*vulnerability, result.statements)) ++without_analysis;
    }
    if (without_analysis > 0)
      result.notes.push_back(std::to_string(without_analysis) + " of " +
                             std::to_string(list->size()) +
                             " vulnerabilities have no analysis and say nothing");
    return result;
  }

private:
  static VexComponent read_component(const json::object& object) {
    VexComponent component;
    add_identifier(component, base::json_string(&object, "purl"));
    add_identifier(component, base::json_string(&object, "cpe"));
    for (const json::value& hash : base::json_items(&object, "hashes"))
      add_hash(component,
               base::json_string(base::json_object(&hash), "alg"),
               base::json_string(base::json_object(&hash), "content"));
    return component;
  }

  void add_components(const json::array& components, int depth) {
    for (const json::value& item : components) {
      const json::object* object = base::json_object(&item);
      if (object == nullptr) continue;
      const std::string_view ref = base::json_string(object, "bom-ref");
      if (!ref.empty()) components_.emplace(ref, read_component(*object));
      if (depth < kMaxDepth) add_components(base::json_items(object, "components"), depth + 1);
    }
  }

  /// False if it says nothing about whether it matters.
  bool read_vulnerability(const json::object& object, std::vector<VexStatement>& statements) {
    VexStatement common;
    if (const auto id = base::json_string(&object, "id"); !id.empty())
      common.vulnerabilities.emplace_back(id);
    for (const json::value& reference : base::json_items(&object, "references"))
      if (const auto id = base::json_string(base::json_object(&reference), "id"); !id.empty())
        common.vulnerabilities.emplace_back(id);
    const json::object& analysis = base::json_fields(&object, "analysis");
    const auto status = status_of(base::json_string(&analysis, "state"));
    common.justification = vex_text(base::json_string(&analysis, "justification"));
    common.text = vex_text(base::json_string(&analysis, "detail"));
    for (const auto& text : {base::json_string(&analysis, "lastUpdated"),
                             base::json_string(&analysis, "firstIssued"),
                             base::json_string(&object, "updated")})
      if (!common.timestamp) common.timestamp = base::parse_time(text);
    if (!common.timestamp) common.timestamp = time_;
    std::map<model::VexStatus, std::vector<VexProduct>> products;
    for (const json::value& item : base::json_items(&object, "affects"))
      if (const json::object* affects = base::json_object(&item))
        add_products(*affects, status, products);
    if (common.vulnerabilities.empty() || products.empty()) return false;
    for (auto& [product_status, list] : products) {
      VexStatement statement = common;
      statement.status = product_status;
      statement.products = std::move(list);
      statements.push_back(std::move(statement));
    }
    return true;
  }

  /// `versions` limits what the analysis is about. A version that is `unaffected` is not affected
  /// whatever the state says; one that is `affected` is what the state is about.
  void add_products(const json::object& affects,
                    std::optional<model::VexStatus> status,
                    std::map<model::VexStatus, std::vector<VexProduct>>& products) {
    const VexProduct product = product_of(base::json_string(&affects, "ref"));
    const json::array& versions = base::json_items(&affects, "versions");
    if (versions.empty() && status) products[*status].push_back(product);
    for (const json::value& item : versions) {
      const json::object* version = base::json_object(&item);
      const bool unaffected = base::json_string(version, "status") == "unaffected";
      const auto own = unaffected ? std::optional(model::VexStatus::NotAffected) : status;
      if (!own) continue;
      VexProduct narrowed = product;
      VexComponent& component =
          narrowed.subcomponents.empty() ? narrowed.product : narrowed.subcomponents.front();
      if (narrow(component, version)) products[*own].push_back(std::move(narrowed));
    }
  }

  /// False if nothing is left that the statement could be about.
  static bool narrow(VexComponent& component, const json::object* version) {
    if (!component.is_identified()) return true; // told in the notes
    if (const auto range = base::json_string(version, "range"); !range.empty()) {
      auto vers = parse_vers(range);
      if (vers) component.ranges.push_back(*std::move(vers));
      return vers.has_value();
    }
    const std::string_view exact = base::json_string(version, "version");
    if (exact.empty()) return false;
    for (model::Purl& purl : component.purls)
      if (purl.version.empty()) purl.version = exact;
    std::erase_if(component.purls, [&](const model::Purl& purl) { return purl.version != exact; });
    return component.is_identified();
  }

  [[nodiscard]] VexProduct product_of(std::string_view ref) const {
    if (!ref.empty() && ref == subject_ref_) return {subject_, {}, {}};
    VexComponent component;
    if (const auto known = components_.find(std::string(ref)); known != components_.end())
      component = known->second;
    else if (ref.starts_with("urn:cdx:"))
      component = linked_component(ref);
    else
      add_identifier(component, ref);
    // A component of a product that can be told is meant inside that product only.
    if (!subject_.is_identified()) return {std::move(component), {}, {}};
    return {subject_, {std::move(component)}, {}};
  }

  /// What stands behind '#' may be percent-encoded once more, since a purl has reserved characters.
  static VexComponent linked_component(std::string_view link) {
    VexComponent component;
    const std::size_t hash = link.find('#');
    if (hash == std::string_view::npos) return component;
    std::string fragment(link.substr(hash + 1));
    if (!fragment.starts_with("pkg:")) fragment = percent_decoded(fragment);
    if (fragment.starts_with("pkg:")) add_identifier(component, fragment);
    return component;
  }

  const json::object* document_;
  std::optional<base::Time> time_;
  std::string subject_ref_;
  VexComponent subject_;
  std::unordered_map<std::string, VexComponent> components_;
};

} // namespace

base::Result<VexDocument> read_cyclonedx_vex(const json::object& document) {
  return Reader(document).run();
}

} // namespace portique::advisory
