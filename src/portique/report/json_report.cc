// The JSON report: docs/json-report.md, docs/report.schema.json. Every member is always there, null
// or empty where nothing is known (but `module`, which only rpm packages of a module have).
#include "portique/report/json_report.h"

#include "portique/model/package_name.h"
#include "portique/report/json_writer.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

std::string platform_text(const model::Platform& platform) {
  std::string out = platform.os;
  for (const std::string& part : {platform.architecture, platform.variant})
    if (!part.empty()) out += (out.empty() ? "" : "/") + part;
  return out;
}

std::string_view coverage_name(model::Coverage coverage) {
  switch (coverage) {
  case model::Coverage::Covered:
    return "covered";
  case model::Coverage::NotCovered:
    return "not-covered";
  case model::Coverage::NoPackages:
    return "no-packages";
  case model::Coverage::NotChecked:
    return "not-checked";
  }
  return "not-covered";
}

void write_container(JsonWriter& json, const std::optional<model::Container>& container) {
  if (!container) return json.null("container");
  json.begin_object("container");
  json.text("engine", container->engine);
  json.text("id", container->id);
  json.text("name", container->name);
  json.text("image", container->image_name);
  json.boolean("running", container->running);
  json.begin_array("changes");
  for (const model::PathChange& change : container->changes) {
    json.begin_object();
    json.text("path", change.path);
    json.text("kind", model::change_kind_name(change.kind));
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write_subject(JsonWriter& json, const model::Subject& subject) {
  const model::Image& image = subject.image;
  json.begin_object("subject");
  json.text("name", subject.name);
  json.text("kind", subject.kind);
  json.text_or_null("digest",
                    image.manifest_digest.empty() ? image.config_digest.text()
                                                  : image.manifest_digest.text());
  json.texts("tags", image.tags);
  json.text_or_null("platform", platform_text(image.platform));
  json.begin_array("layers");
  for (const model::Layer& layer : image.layers) {
    json.begin_object();
    json.text_or_null("digest", layer.digest.text());
    json.text_or_null("diff_id", layer.diff_id.text());
    json.text("created_by", layer.created_by);
    if (layer.size > 0)
      json.integer("size", layer.size);
    else
      json.null("size");
    json.end_object();
  }
  json.end_array();
  write_container(json, subject.container);
  json.end_object();
}

void write_distro(JsonWriter& json, const model::Report& report) {
  const model::Distro& distro = report.distro;
  json.begin_object("distro");
  json.text_or_null("id", distro.id);
  json.text_or_null("version", distro.version_id);
  json.text_or_null("name", distro.pretty_name.empty() ? distro.name : distro.pretty_name);
  json.text_or_null("end_of_life",
                    report.distro_end_of_life ? base::format_date(*report.distro_end_of_life) : "");
  json.end_object();
}

void write_database(JsonWriter& json, const model::DatabaseInfo& database) {
  json.begin_object("database");
  json.integer("schema_version", database.schema_version);
  json.time("built", database.built);
  json.boolean("embedded", database.embedded);
  json.begin_array("feeds");
  for (const model::FeedInfo& feed : database.feeds) {
    json.begin_object();
    json.text("name", feed.name);
    json.text("source", feed.source);
    json.time("updated", feed.updated);
    json.integer("records", feed.records);
    json.end_object();
  }
  json.end_array();
  json.texts("ecosystems", database.ecosystems);
  json.end_object();
}

void write_summary(JsonWriter& json, const model::Report& report) {
  const Summary summary = summarise(report);
  json.begin_object("summary");
  json.integer("total", summary.total);
  for (std::size_t i = summary.by_severity.size(); i-- > 0;)
    json.integer(model::severity_name(static_cast<model::Severity>(i)), summary.by_severity.at(i));
  json.integer("fixable", summary.fixable);
  json.integer("kev", summary.kev);
  json.integer("suppressed", summary.suppressed);
  json.integer("hidden", summary.hidden);
  if (report.base)
    json.integer("from_base", summary.from_base);
  else
    json.null("from_base");
  json.integer("packages", summary.packages);
  json.end_object();
}

/// The layer of a package or an issue.
void write_layer(JsonWriter& json, const model::Report& report, std::int32_t index) {
  const model::Layer* layer = layer_of(report, index);
  if (layer == nullptr) {
    json.null("layer");
    return;
  }
  json.begin_object("layer");
  json.integer("index", static_cast<std::uint64_t>(index));
  json.text_or_null("diff_id", layer->diff_id.text());
  json.text("created_by", layer->created_by);
  json.end_object();
}

void write_package(JsonWriter& json, const model::Report& report, const model::Package& package) {
  json.begin_object();
  json.text("name", model::name_in_ecosystem(package));
  json.text("version", package.version);
  if (package.epoch)
    json.integer("epoch", *package.epoch);
  else
    json.null("epoch");
  json.text("arch", package.arch);
  json.text_or_null("purl", package.purl);
  json.text("type", package.type);
  json.begin_object("source");
  json.text("name", package.source_name);
  json.text("version", package.source_version);
  json.end_object();
  json.texts("licences", package.licences);
  json.text("path", package.path);
  write_layer(json, report, package.layer);
  if (!package.module_label.empty()) json.text("module", package.module_label);
  json.text("found_by", package.found_by);
  json.boolean("declared", package.declared);
  json.text("scope", model::package_scope_name(package.scope));
  json.text_or_null("owner", package.owner);
  if (package.removed_in == model::kNoLayer)
    json.null("removed_in");
  else
    json.integer("removed_in", static_cast<std::uint64_t>(package.removed_in));
  json.texts("hashes", package.hashes);
  json.texts("dependencies", package.dependencies);
  json.end_object();
}

void write_finding_place(JsonWriter& json,
                         const model::Report& report,
                         const model::Finding& finding) {
  if (finding.package < report.packages.size()) {
    const model::Package& package = report.packages[finding.package];
    json.begin_object("package");
    json.text("name", model::name_in_ecosystem(package));
    json.text("version", package.version);
    json.text_or_null("purl", package.purl);
    json.end_object();
  } else {
    json.null("package");
  }
  json.text_or_null("path", finding.path);
  if (finding.lines.first != 0) {
    json.begin_object("lines");
    json.integer("first", finding.lines.first);
    json.integer("last", finding.lines.last);
    json.end_object();
  } else {
    json.null("lines");
  }
  json.text_or_null("excerpt", finding.excerpt);
  json.text_or_null("field", finding.field);
  if (finding.removed_in == model::kNoLayer)
    json.null("removed_in");
  else
    json.integer("removed_in", static_cast<std::uint64_t>(finding.removed_in));
  json.text_or_null("evidence", finding.evidence);
  json.text_or_null("why", finding.why);
  json.text_or_null("remedy", finding.remedy);
  json.text_or_null("fixed_version", finding.fixed_version.value_or(""));
  json.text("fix_state", model::fix_state_name(finding.fix_state));
  if (const model::Layer* layer = layer_of(report, finding.layer)) {
    json.begin_object("layer");
    json.text_or_null("diff_id", layer->diff_id.text());
    json.text("created_by", layer->created_by);
    json.end_object();
  } else {
    json.null("layer");
  }
  if (finding.from_base)
    json.boolean("from_base", *finding.from_base);
  else
    json.null("from_base");
}

void write_scores(JsonWriter& json, const model::Finding& finding) {
  json.boolean("kev", finding.kev);
  if (finding.epss) {
    json.begin_object("epss");
    json.number("score", finding.epss->score);
    json.number("percentile", finding.epss->percentile);
    json.end_object();
  } else {
    json.null("epss");
  }
  json.begin_array("cvss");
  for (const model::Cvss& cvss : finding.cvss) {
    json.begin_object();
    json.text("version", cvss.version);
    json.text("vector", cvss.vector);
    json.number("score", cvss.score);
    json.text("source", cvss.source);
    json.end_object();
  }
  json.end_array();
}

void write_severities(JsonWriter& json, const model::Finding& finding) {
  json.begin_array("severities");
  for (const model::SourceSeverity& severity : finding.severities) {
    json.begin_object();
    json.text("source", severity.source);
    json.text("severity", model::severity_name(severity.severity));
    json.text("record", severity.record);
    json.end_object();
  }
  json.end_array();
}

void write_judgement(JsonWriter& json, const model::Finding& finding) {
  if (finding.vex) {
    json.begin_object("vex");
    json.text("status", model::vex_status_name(finding.vex->status));
    json.text("justification", finding.vex->justification);
    json.text("text", finding.vex->text);
    json.text("source", finding.vex->source);
    json.time("timestamp", finding.vex->timestamp);
    json.end_object();
  } else {
    json.null("vex");
  }
  if (finding.suppression) {
    json.begin_object("suppressed");
    json.text("by", finding.suppression->by);
    json.text("reason", finding.suppression->reason);
    json.time("until", finding.suppression->until);
    json.end_object();
  } else {
    json.null("suppressed");
  }
}

void write_finding(JsonWriter& json, const model::Report& report, const model::Finding& finding) {
  json.begin_object();
  json.text("id", finding.id);
  json.texts("aliases", finding.aliases);
  json.text("kind", model::finding_kind_name(finding.kind));
  json.text("severity", model::severity_name(finding.severity));
  json.text("severity_source", finding.severity_source);
  write_severities(json, finding);
  json.number("risk", finding.risk);
  json.text("title", finding.title);
  write_finding_place(json, report, finding);
  write_scores(json, finding);
  json.texts("references", finding.references);
  json.texts("advisories", finding.advisories);
  json.time("published", finding.published);
  json.time("modified", finding.modified);
  json.text("fingerprint", finding.fingerprint);
  write_judgement(json, finding);
  json.end_object();
}

void write_changes(JsonWriter& json,
                   std::string_view name,
                   const std::vector<model::BaseChange>& changes) {
  json.begin_array(name);
  for (const model::BaseChange& change : changes) {
    json.begin_object();
    json.text("id", change.id);
    json.text("package", change.package);
    json.text("severity", model::severity_name(change.severity));
    json.end_object();
  }
  json.end_array();
}

void write_base(JsonWriter& json, const model::Report& report) {
  if (!report.base) {
    json.null("base");
    return;
  }
  const model::BaseImage& base = *report.base;
  json.begin_object("base");
  json.text("known", base.known == model::BaseImage::Known::Given ? "given" : "guessed");
  json.text_or_null("name", base.name);
  json.text_or_null("digest", base.digest);
  json.integer("layers", base.layers);
  if (base.comparison) {
    json.begin_object("comparison");
    json.text("name", base.comparison->name);
    json.integer("kept", base.comparison->kept);
    write_changes(json, "removed", base.comparison->removed);
    write_changes(json, "added", base.comparison->added);
    json.end_object();
  } else {
    json.null("comparison");
  }
  json.end_object();
}

void write_issues(JsonWriter& json, const model::Report& report) {
  json.begin_array("issues");
  for (const model::Issue& issue : report.issues) {
    json.begin_object();
    json.text("code", base::code_name(issue.code));
    json.text("message", issue.message);
    json.text_or_null("path", issue.path);
    write_layer(json, report, issue.layer);
    json.end_object();
  }
  json.end_array();
  json.begin_array("notes");
  for (const std::string& note : report.notes)
    json.element(note);
  json.end_array();
}

void write_hit(JsonWriter& json, const model::RuleHit& hit) {
  json.begin_object();
  json.text("rule", hit.rule);
  json.text("decision", model::decision_name(hit.decision));
  json.text("severity", model::severity_name(hit.severity));
  json.text("message", hit.message);
  json.text_or_null("finding", hit.finding);
  json.text_or_null("package", hit.package);
  json.text_or_null("path", hit.path);
  if (hit.line > 0)
    json.integer("line", hit.line);
  else
    json.null("line");
  if (hit.exception) {
    json.begin_object("exception");
    json.text("who", hit.exception->who);
    json.text("why", hit.exception->why);
    json.time("until", hit.exception->until);
    json.end_object();
  } else {
    json.null("exception");
  }
  json.end_object();
}

void write_verdict(JsonWriter& json, const std::optional<model::Verdict>& verdict) {
  if (!verdict) return json.null("verdict");
  json.begin_object("verdict");
  json.text("decision", model::decision_name(verdict->decision));
  json.text("policy", verdict->policy);
  json.text_or_null("file", verdict->file);
  json.text("version", verdict->version);
  json.boolean("audit", verdict->audit);
  json.integer("rules", verdict->rules);
  json.begin_array("hits");
  for (const model::RuleHit& hit : verdict->hits)
    write_hit(json, hit);
  json.end_array();
  json.end_object();
}

void write_unowned(JsonWriter& json, const model::Report& report) {
  json.begin_array("unowned");
  for (const model::Program& program : report.unowned) {
    json.begin_object();
    json.text("path", program.path);
    json.text("kind", program.kind);
    json.boolean("library", program.is_library);
    write_layer(json, report, program.layer);
    json.end_object();
  }
  json.end_array();
}

} // namespace

base::Result<void>
write_json(const model::Report& report, const WriteOptions& /*options*/, const Sink& sink) {
  Output out(sink);
  JsonWriter json(out);
  json.begin_object();
  json.integer("schema_version", kJsonSchemaVersion);
  json.time("created", report.created);
  write_subject(json, report.subject);
  write_distro(json, report);
  json.text("coverage", coverage_name(report.coverage));
  json.begin_array("scanners");
  for (const model::Scanner scanner : report.scanners)
    json.element(model::scanner_name(scanner));
  json.end_array();
  write_database(json, report.database);
  write_summary(json, report);
  write_issues(json, report);
  write_base(json, report);
  write_verdict(json, report.verdict);
  json.begin_array("findings");
  for (const model::Finding& finding : report.findings)
    write_finding(json, report, finding);
  json.end_array();
  json.begin_array("packages");
  for (const model::Package& package : report.packages)
    write_package(json, report, package);
  json.end_array();
  write_unowned(json, report);
  json.end_object();
  json.finish();
  return out.finish();
}

} // namespace portique::report
