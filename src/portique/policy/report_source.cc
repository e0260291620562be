#include "portique/policy/report_source.h"

#include <algorithm>
#include <array>
#include <deque>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/model/package_name.h"
#include "portique/policy/json_source.h"

namespace portique::policy {

namespace {

/// What values borrow from that is not in the report itself. Kept until the next subject.
class Scratch {
public:
  void clear() {
    texts_.clear();
    lists_.clear();
  }

  Value text(std::string text) { return Value::text(texts_.emplace_back(std::move(text))); }

  template <typename Items, typename Make> Value list(const Items& items, Make make) {
    std::vector<Value>& made = lists_.emplace_back();
    for (const auto& item : items)
      if (const Value value = make(item); !value.is_absent()) made.push_back(value);
    return Value::list(made.data(), made.size());
  }

  Value list(const std::vector<std::string>& items) {
    return list(items, [](const std::string& item) { return Value::text(item); });
  }

private:
  std::deque<std::string> texts_; ///< addresses stay
  std::deque<std::vector<Value>> lists_;
};

using Getter = Value (*)(const ReportView&, const FieldUse&, Scratch&);

struct Row {
  std::string_view name;
  Getter get;
};

Value text_or_absent(std::string_view text) {
  return text.empty() ? Value() : Value::text(text);
}

Value age_of(const std::optional<base::Time>& time, base::Time now) {
  if (!time) return {};
  return Value::integer((now - *time).count());
}

/// "registry.example:5000/team/app:1.2@sha256:..." in parts; Docker's defaults put in.
struct Reference {
  std::string registry;
  std::string repository;
  std::string tag;
};

Reference reference_of(std::string_view name) {
  name = name.substr(0, name.find('@'));
  Reference parts;
  const std::size_t slash = name.find('/');
  const std::string_view first = name.substr(0, slash);
  const bool has_registry =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  parts.registry = has_registry ? std::string(first) : "docker.io";
  if (has_registry) name.remove_prefix(slash + 1);
  const std::size_t colon = name.rfind(':');
  parts.tag = colon == std::string_view::npos ? "latest" : std::string(name.substr(colon + 1));
  parts.repository = name.substr(0, colon);
  if (parts.registry == "docker.io" && parts.repository.find('/') == std::string::npos)
    parts.repository = "library/" + parts.repository;
  return parts;
}

bool is_root(std::string_view user) {
  const std::string_view name = user.substr(0, user.find(':'));
  if (name.empty() || name == "root") return true;
  return std::ranges::all_of(name, [](char c) { return c == '0'; });
}

Value joined(const std::vector<std::string>& words, Scratch& scratch) {
  if (words.empty()) return {};
  std::string all;
  for (const std::string& word : words)
    all += (all.empty() ? "" : " ") + word;
  return scratch.text(std::move(all));
}

/// NAME=VALUE entries, or the value of the one that is asked for.
Value entry_of(const std::vector<std::string>& entries, const FieldUse& use, Scratch& scratch) {
  if (!use.has_argument) return scratch.list(entries);
  for (const std::string& entry : entries)
    if (entry.starts_with(use.argument) && entry.substr(use.argument.size()).starts_with('='))
      return Value::text(std::string_view(entry).substr(use.argument.size() + 1));
  return {};
}

Value label_of(const std::vector<model::ImageLabel>& labels,
               const FieldUse& use,
               Scratch& scratch) {
  if (!use.has_argument)
    return scratch.list(labels, [&](const model::ImageLabel& label) {
      return scratch.text(label.name + "=" + label.value);
    });
  const auto found = std::ranges::find(labels, use.argument, &model::ImageLabel::name);
  return found == labels.end() ? Value() : Value::text(found->value);
}

/// Values of the config, absent if there is none.
template <typename Get> Value of_config(const ReportView& view, Get get) {
  const auto& config = view.report->subject.image.config;
  return config ? get(*config) : Value();
}

template <typename Get> Value of_tags(const ReportView& view, Scratch& scratch, Get get) {
  return scratch.list(view.report->subject.image.tags,
                      [&](const std::string& tag) { return scratch.text(get(reference_of(tag))); });
}

std::int64_t counting_findings(const model::Report& report) {
  return std::ranges::count_if(report.findings,
                               [](const model::Finding& finding) { return !finding.suppression; });
}

constexpr std::array kImageRows{
    Row{"image.name",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->subject.name);
        }},
    Row{"image.tags",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return s.list(v.report->subject.image.tags);
        }},
    Row{"image.registry",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_tags(v, s, [](const Reference& r) { return r.registry; });
        }},
    Row{"image.repository",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_tags(v, s, [](const Reference& r) { return r.repository; });
        }},
    Row{"image.tag",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_tags(v, s, [](const Reference& r) { return r.tag; });
        }},
    Row{"image.digest",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->subject.image.manifest_digest.text());
        }},
    Row{"image.id",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->subject.image.config_digest.text());
        }},
    Row{"image.os",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->subject.image.platform.os);
        }},
    Row{"image.architecture",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->subject.image.platform.architecture);
        }},
    Row{"image.age",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return age_of(v.report->subject.image.created, v.now);
        }},
    Row{"image.size",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          std::uint64_t size = 0;
          for (const model::Layer& layer : v.report->subject.image.layers)
            size += layer.size;
          return size == 0 ? Value() : Value::integer(static_cast<std::int64_t>(size));
        }},
    Row{"image.layers",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return Value::integer(static_cast<std::int64_t>(v.report->subject.image.layers.size()));
        }},
    Row{"image.base",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->base ? v.report->base->name
                                               : v.report->subject.image.base.name);
        }},
    Row{"image.base.digest",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->base ? v.report->base->digest
                                               : v.report->subject.image.base.digest);
        }},
    Row{"image.user",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_config(v, [](const auto& c) { return Value::text(c.user); });
        }},
    Row{"image.root",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_config(v, [](const auto& c) { return Value::boolean(is_root(c.user)); });
        }},
    Row{"image.env",
        [](const ReportView& v, const FieldUse& use, Scratch& s) {
          return of_config(v, [&](const auto& c) { return entry_of(c.env, use, s); });
        }},
    Row{"image.entrypoint",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_config(v, [&](const auto& c) { return joined(c.entrypoint, s); });
        }},
    Row{"image.cmd",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_config(v, [&](const auto& c) { return joined(c.command, s); });
        }},
    Row{"image.ports",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_config(v, [&](const auto& c) { return s.list(c.ports); });
        }},
    Row{"image.volumes",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_config(v, [&](const auto& c) { return s.list(c.volumes); });
        }},
    Row{"image.workdir",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_config(v, [](const auto& c) { return text_or_absent(c.working_dir); });
        }},
    Row{"image.healthcheck",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_config(v, [](const auto& c) { return Value::boolean(c.has_healthcheck); });
        }},
    Row{"image.stopsignal",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_config(v, [](const auto& c) { return text_or_absent(c.stop_signal); });
        }},
    Row{"image.labels",
        [](const ReportView& v, const FieldUse& use, Scratch& s) {
          return of_config(v, [&](const auto& c) { return label_of(c.labels, use, s); });
        }},
    Row{"image.created_by",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return s.list(v.report->subject.image.layers,
                        [](const model::Layer& layer) { return text_or_absent(layer.created_by); });
        }},
    Row{"image.distro",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->distro.id);
        }},
    Row{"image.distro.version",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return text_or_absent(v.report->distro.version_id);
        }},
    Row{"image.distro.eol",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          const auto& end = v.report->distro_end_of_life;
          return end ? Value::boolean(*end <= v.now) : Value();
        }},
    Row{"image.packages",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return Value::integer(static_cast<std::int64_t>(v.report->packages.size()));
        }},
    Row{"image.findings",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return Value::integer(counting_findings(*v.report));
        }},
    Row{"image.incomplete",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return Value::boolean(!v.report->issues.empty() ||
                                v.report->coverage == model::Coverage::NotCovered ||
                                v.report->coverage == model::Coverage::NotChecked);
        }},
    Row{"image.unowned",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return s.list(v.report->unowned,
                        [](const model::Program& program) { return Value::text(program.path); });
        }},
    Row{"image.container",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return Value::boolean(v.report->subject.container.has_value());
        }},
};

/// Values of the finding, absent if there is none.
template <typename Get> Value of_finding(const ReportView& view, Get get) {
  return view.finding == nullptr ? Value() : get(*view.finding);
}

constexpr std::array kFindingRows{
    Row{"finding.id",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return Value::text(f.id); });
        }},
    Row{"finding.aliases",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_finding(v, [&](const auto& f) { return s.list(f.aliases); });
        }},
    Row{"finding.kind",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(
              v, [](const auto& f) { return Value::text(model::finding_kind_name(f.kind)); });
        }},
    Row{"finding.severity",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(
              v, [](const auto& f) { return Value::integer(static_cast<int>(f.severity)); });
        }},
    Row{"finding.severity.source",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return text_or_absent(f.severity_source); });
        }},
    Row{"finding.title",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return text_or_absent(f.title); });
        }},
    Row{"finding.risk",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return Value::decimal(f.risk); });
        }},
    Row{"finding.path",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return text_or_absent(f.path); });
        }},
    Row{"finding.evidence",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return text_or_absent(f.evidence); });
        }},
    Row{"finding.fixed",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(
              v, [](const auto& f) { return Value::boolean(f.fixed_version.has_value()); });
        }},
    Row{"finding.fix.version",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            return f.fixed_version ? Value::text(*f.fixed_version) : Value();
          });
        }},
    Row{"finding.fix.state",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(
              v, [](const auto& f) { return Value::text(model::fix_state_name(f.fix_state)); });
        }},
    Row{"finding.kev",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return Value::boolean(f.kev); });
        }},
    Row{"finding.epss",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(
              v, [](const auto& f) { return f.epss ? Value::decimal(f.epss->score) : Value(); });
        }},
    Row{"finding.epss.percentile",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            return f.epss ? Value::decimal(f.epss->percentile) : Value();
          });
        }},
    Row{"finding.cvss",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            if (f.cvss.empty()) return Value();
            return Value::decimal(std::ranges::max(f.cvss, {}, &model::Cvss::score).score);
          });
        }},
    Row{"finding.cvss.vector",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_finding(v, [&](const auto& f) {
            return s.list(f.cvss,
                          [](const model::Cvss& cvss) { return text_or_absent(cvss.vector); });
          });
        }},
    Row{"finding.published",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [&](const auto& f) { return age_of(f.published, v.now); });
        }},
    Row{"finding.advisories",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_finding(v, [&](const auto& f) { return s.list(f.advisories); });
        }},
    Row{"finding.references",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_finding(v, [&](const auto& f) { return s.list(f.references); });
        }},
    Row{"finding.vex",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            return f.vex ? Value::text(model::vex_status_name(f.vex->status)) : Value();
          });
        }},
    Row{"finding.from_base",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            return f.from_base ? Value::boolean(*f.from_base) : Value();
          });
        }},
    Row{"finding.layer",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) {
            return f.layer == model::kNoLayer ? Value() : Value::integer(f.layer);
          });
        }},
    Row{"finding.fingerprint",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_finding(v, [](const auto& f) { return text_or_absent(f.fingerprint); });
        }},
};

/// Values of the package, absent if there is none.
template <typename Get> Value of_package(const ReportView& view, Get get) {
  return view.package == nullptr ? Value() : get(*view.package);
}

constexpr std::array kPackageRows{
    Row{"package.name",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.name); });
        }},
    Row{"package.version",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.version); });
        }},
    Row{"package.type",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.type); });
        }},
    Row{"package.namespace",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.ns); });
        }},
    Row{"package.arch",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.arch); });
        }},
    Row{"package.purl",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.purl); });
        }},
    Row{"package.source",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.source_name); });
        }},
    Row{"package.licences",
        [](const ReportView& v, const FieldUse&, Scratch& s) {
          return of_package(v, [&](const auto& p) { return s.list(p.licences); });
        }},
    Row{"package.maintainer",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.maintainer); });
        }},
    Row{"package.path",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return text_or_absent(p.path); });
        }},
    Row{"package.layer",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) {
            return p.layer == model::kNoLayer ? Value() : Value::integer(p.layer);
          });
        }},
    Row{"package.scope",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(
              v, [](const auto& p) { return Value::text(model::package_scope_name(p.scope)); });
        }},
    Row{"package.declared",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v, [](const auto& p) { return Value::boolean(p.declared); });
        }},
    Row{"package.os",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_package(v,
                            [](const auto& p) { return Value::boolean(model::is_os_package(p)); });
        }},
};

/// Values of the resource, absent if there is none.
template <typename Get> Value of_resource(const ReportView& view, Get get) {
  return view.resource == nullptr ? Value() : get(*view.resource);
}

constexpr std::array kConfigRows{
    Row{"file.path",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return v.file == nullptr ? Value() : Value::text(v.file->path);
        }},
    Row{"file.type",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return v.file == nullptr ? Value() : Value::text(v.file->type);
        }},
    Row{"resource.kind",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_resource(v, [](const auto& r) { return text_or_absent(r.kind); });
        }},
    Row{"resource.name",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_resource(v, [](const auto& r) { return text_or_absent(r.name); });
        }},
    Row{"resource.namespace",
        [](const ReportView& v, const FieldUse&, Scratch&) {
          return of_resource(v, [](const auto& r) { return text_or_absent(r.space); });
        }},
};

/// One getter for each field of a domain's table, in its order. What JSON answers has none.
std::vector<Getter> make_getters(Domain domain) {
  const FieldTable& table = field_table(domain);
  std::vector<Getter> getters(table.fields.size(), nullptr);
  const auto add = [&](const auto& rows) {
    for (const Row& row : rows)
      if (const auto field = find_field(table, row.name)) getters[*field] = row.get;
  };
  add(kImageRows);
  add(kFindingRows);
  add(kPackageRows);
  add(kConfigRows);
  return getters;
}

const std::vector<Getter>& getters_of(Domain domain) {
  static const std::vector<Getter> kImage = make_getters(Domain::Image);
  static const std::vector<Getter> kConfig = make_getters(Domain::Config);
  return domain == Domain::Config ? kConfig : kImage;
}

} // namespace

/// The body of the resource that is looked at, read once.
struct ReportSource::Body {
  Body(std::string_view text) {
    if (auto read = base::parse_json(text)) object["resource.body"] = std::move(*read);
  }

  boost::json::object object;
  JsonSource source{field_table(Domain::Config), object};
};

struct ReportSource::State {
  ReportView view;
  Scratch scratch;
  const model::ConfigResource* resource = nullptr; ///< that `body` is of
  std::optional<Body> body;
};

ReportSource::ReportSource(Domain domain) : domain_(domain), state_(std::make_unique<State>()) {}

ReportSource::~ReportSource() = default;

void ReportSource::look_at(const ReportView& view) {
  state_->view = view;
  state_->scratch.clear();
  if (state_->resource != view.resource) state_->body.reset();
  state_->resource = view.resource;
}

Value ReportSource::get(const FieldUse& use) const {
  if (const Getter getter = getters_of(domain_)[use.field])
    return getter(state_->view, use, state_->scratch);
  if (field_table(domain_).fields[use.field].argument != Argument::JsonPath ||
      state_->resource == nullptr)
    return {};
  if (!state_->body) state_->body.emplace(state_->resource->body);
  return state_->body->source.get(use);
}

std::vector<std::string> unanswered_fields(Domain domain) {
  const FieldTable& table = field_table(domain);
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < table.fields.size(); ++i)
    if (getters_of(domain)[i] == nullptr && table.fields[i].argument != Argument::JsonPath)
      missing.emplace_back(table.fields[i].name);
  return missing;
}

} // namespace portique::policy
