// docs/explain.md. Every member is always there, null or empty where nothing is known.
#include "portique/model/package_name.h"
#include "portique/report/explanation_text.h"
#include "portique/report/json_writer.h"
#include "portique/report/summary.h"

namespace portique::report {

namespace {

using model::EventKind;

std::string_view event_name(EventKind kind) {
  switch (kind) {
  case EventKind::Introduced:
    return "introduced";
  case EventKind::Fixed:
    return "fixed";
  case EventKind::LastAffected:
    return "last_affected";
  case EventKind::Limit:
    return "limit";
  }
  return "limit";
}

void write_bound(JsonWriter& json, const model::ExplainedBound& bound) {
  json.begin_object();
  json.text("event", event_name(bound.kind));
  json.text("version", bound.version);
  json.text_or_null("installed_is",
                    !bound.order       ? ""
                    : *bound.order < 0 ? "below"
                    : *bound.order > 0 ? "above"
                                       : "equal");
  json.end_object();
}

void write_entry(JsonWriter& json, const model::ExplainedEntry& entry) {
  json.begin_object();
  json.text("record", entry.record);
  json.text("ecosystem", entry.ecosystem);
  json.text("name", entry.name);
  json.text("version", entry.version);
  json.text("order", entry.order);
  json.begin_array("ranges");
  for (const model::ExplainedRange& range : entry.ranges) {
    json.begin_object();
    json.begin_array("bounds");
    for (const model::ExplainedBound& bound : range.bounds)
      write_bound(json, bound);
    json.end_array();
    json.boolean("affected", range.affected);
    json.end_object();
  }
  json.end_array();
  json.integer("listed_versions", entry.listed_versions);
  json.boolean("is_listed", entry.is_listed);
  json.text("outcome", model::entry_outcome_name(entry.outcome));
  json.text_or_null("fixed", entry.fixed);
  json.end_object();
}

void write_cvss(JsonWriter& json, const std::vector<model::Cvss>& list) {
  json.begin_array("cvss");
  for (const model::Cvss& cvss : list) {
    json.begin_object();
    json.text("version", cvss.version);
    json.text("vector", cvss.vector);
    json.number("score", cvss.score);
    json.text("source", cvss.source);
    json.end_object();
  }
  json.end_array();
}

void write_finding(JsonWriter& json, const model::ExplainedPackage& explained) {
  if (!explained.finding) {
    json.null("finding");
    return;
  }
  const model::Finding& finding = *explained.finding;
  json.begin_object("finding");
  json.text("id", finding.id);
  json.text("severity", model::severity_name(finding.severity));
  json.text("severity_source", finding.severity_source);
  json.begin_array("severities");
  for (const model::SourceSeverity& severity : finding.severities) {
    json.begin_object();
    json.text("source", severity.source);
    json.text("severity", model::severity_name(severity.severity));
    json.text("record", severity.record);
    json.end_object();
  }
  json.end_array();
  json.number("risk", finding.risk);
  json.text_or_null("fixed_version", finding.fixed_version.value_or(""));
  json.text("fix_state", model::fix_state_name(finding.fix_state));
  write_cvss(json, finding.cvss);
  json.text_or_null("vex", finding.vex ? model::vex_status_name(finding.vex->status) : "");
  json.text_or_null("suppressed_by", finding.suppression ? finding.suppression->by : "");
  json.text_or_null("suppressed_because", finding.suppression ? finding.suppression->reason : "");
  json.end_object();
}

void write_package(JsonWriter& json,
                   const model::Report& report,
                   const model::ExplainedPackage& explained) {
  const model::Package& package = report.packages[explained.package];
  json.begin_object();
  json.text("name", model::name_in_ecosystem(package));
  json.text("version", package.version);
  json.text_or_null("purl", package.purl);
  json.text("source_name", package.source_name);
  json.text("source_version", package.source_version);
  json.text("path", package.path);
  if (const model::Layer* layer = layer_of(report, package.layer)) {
    json.begin_object("layer");
    json.integer("index", static_cast<std::uint64_t>(package.layer));
    json.text_or_null("diff_id", layer->diff_id.text());
    json.text("created_by", layer->created_by);
    json.end_object();
  } else {
    json.null("layer");
  }
  json.text("verdict", model::explained_verdict_name(explained.verdict));
  json.text("why", explained.why);
  json.text_or_null("remedy", explained.remedy);
  json.begin_array("entries");
  for (const model::ExplainedEntry& entry : explained.entries)
    write_entry(json, entry);
  json.end_array();
  write_finding(json, explained);
  json.end_object();
}

void write_records(JsonWriter& json, const model::Explanation& explanation) {
  json.begin_array("records");
  for (const model::ExplainedRecord& record : explanation.records) {
    json.begin_object();
    json.text("id", record.id);
    json.texts("cves", record.cves);
    json.texts("aliases", record.aliases);
    json.text("title", record.title);
    json.time("published", record.published);
    json.time("modified", record.modified);
    json.time("withdrawn", record.withdrawn);
    json.end_object();
  }
  json.end_array();
  json.begin_object("elsewhere");
  json.integer("total", explanation.elsewhere_total);
  json.begin_array("first");
  for (const model::ExplainedElsewhere& place : explanation.elsewhere) {
    json.begin_object();
    json.text("ecosystem", place.ecosystem);
    json.text("name", place.name);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

} // namespace

base::Result<void> write_explanation_json(const model::Explanation& explanation,
                                          const model::Report& report,
                                          const Sink& sink) {
  Output out(sink);
  JsonWriter json(out);
  json.begin_object();
  json.integer("schema_version", 1);
  json.text("subject", report.subject.name);
  json.text("asked", explanation.asked);
  json.text("id", explanation.id);
  json.texts("aliases", explanation.aliases);
  json.text("verdict", model::explained_verdict_name(explanation.verdict));
  json.text("why", explanation.why);
  json.texts("releases", explanation.releases);
  json.text_or_null("names", explanation.names);
  json.boolean("kev", explanation.kev);
  if (explanation.epss) {
    json.begin_object("epss");
    json.number("score", explanation.epss->score);
    json.number("percentile", explanation.epss->percentile);
    json.end_object();
  } else {
    json.null("epss");
  }
  write_cvss(json, explanation.cvss);
  json.begin_array("packages");
  for (const model::ExplainedPackage& package : explanation.packages)
    write_package(json, report, package);
  json.end_array();
  write_records(json, explanation);
  json.end_object();
  json.finish();
  return out.finish();
}

} // namespace portique::report
