#include "portique/advisory/osv.h"

#include <algorithm>
#include <string>

#include <simdjson.h>

#include "portique/base/text.h"

namespace portique::advisory {

using base::Code;
using base::fail;
using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

namespace {

std::string_view text_of(const object& object, std::string_view name) {
  std::string_view text;
  if (object[name].get(text) != simdjson::SUCCESS) return {};
  return text;
}

/// A string member that may be left out but must be a string if it is there.
base::Result<std::string> optional_text(const object& object, std::string_view name) {
  element value;
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) return std::string();
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS)
    return fail(Code::Malformed, "'" + std::string(name) + "' is not a string");
  return std::string(text);
}

/// Calls `each` for the items of an array member, which may be left out or null.
template <typename Each>
base::Result<void> for_each(const object& object, std::string_view name, Each each) {
  element value;
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) return {};
  array items;
  if (value.get(items) != simdjson::SUCCESS)
    return fail(Code::Malformed, "'" + std::string(name) + "' is not a list");
  for (const element item : items)
    PQ_TRY(base::at(std::string(name), each(item)));
  return {};
}

base::Result<std::vector<std::string>> texts_of(const object& parent, std::string_view name) {
  std::vector<std::string> texts;
  PQ_TRY(for_each(parent, name, [&](element item) -> base::Result<void> {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS)
      return fail(Code::Malformed, "an item is not a string");
    texts.emplace_back(text);
    return {};
  }));
  return texts;
}

base::Result<object> object_of(element value) {
  object fields;
  if (value.get(fields) != simdjson::SUCCESS)
    return fail(Code::Malformed, "an item is not an object");
  return fields;
}

base::Result<std::vector<model::SeverityMark>> severities_of(const object& parent) {
  std::vector<model::SeverityMark> marks;
  PQ_TRY(for_each(parent, "severity", [&](element item) -> base::Result<void> {
    const object mark = PQ_TRY(object_of(item));
    marks.push_back({std::string(text_of(mark, "type")), std::string(text_of(mark, "score"))});
    return {};
  }));
  return marks;
}

/// database_specific.severity or ecosystem_specific.severity: a word of the database's own.
void add_severity_word(const object& parent,
                       std::string_view group,
                       std::vector<model::SeverityMark>& marks) {
  object fields;
  if (parent[group].get(fields) != simdjson::SUCCESS) return;
  const std::string_view word = text_of(fields, "severity");
  if (!word.empty()) marks.push_back({"word", std::string(word)});
}

base::Result<model::RangeEvent> event_of(element item) {
  const object event = PQ_TRY(object_of(item));
  for (const auto& [name, kind] : {std::pair{"introduced", model::EventKind::Introduced},
                                   std::pair{"fixed", model::EventKind::Fixed},
                                   std::pair{"last_affected", model::EventKind::LastAffected},
                                   std::pair{"limit", model::EventKind::Limit}}) {
    std::string_view version;
    if (event[name].get(version) == simdjson::SUCCESS)
      return model::RangeEvent{kind, std::string(version)};
  }
  return fail(Code::Malformed, "an event is none of introduced, fixed, last_affected, limit");
}

base::Result<model::VersionRange> range_of(element item) {
  const object fields = PQ_TRY(object_of(item));
  const std::string_view type = text_of(fields, "type");
  model::VersionRange range;
  if (type == "ECOSYSTEM")
    range.type = model::RangeType::Ecosystem;
  else if (type == "SEMVER")
    range.type = model::RangeType::Semver;
  else if (type == "GIT")
    range.type = model::RangeType::Git;
  else
    return fail(Code::Malformed, "there is no range type '" + base::printable(type) + "'");
  PQ_TRY(for_each(fields, "events", [&](element event) -> base::Result<void> {
    range.events.push_back(PQ_TRY(event_of(event)));
    return {};
  }));
  return range;
}

base::Result<model::Affected> affected_of(element item) {
  const object fields = PQ_TRY(object_of(item));
  model::Affected affected;
  object package;
  if (fields["package"].get(package) == simdjson::SUCCESS) {
    affected.ecosystem = text_of(package, "ecosystem");
    affected.name = text_of(package, "name");
    affected.purl = text_of(package, "purl");
  }
  PQ_TRY(for_each(fields, "ranges", [&](element range) -> base::Result<void> {
    affected.ranges.push_back(PQ_TRY(range_of(range)));
    return {};
  }));
  affected.versions = PQ_TRY(texts_of(fields, "versions"));
  affected.severities = PQ_TRY(severities_of(fields));
  add_severity_word(fields, "ecosystem_specific", affected.severities);
  add_severity_word(fields, "database_specific", affected.severities);
  object specific;
  if (fields["ecosystem_specific"].get(specific) == simdjson::SUCCESS) {
    affected.urgency = text_of(specific, "urgency");
    // SUSE: [{"name": "version"}]; others: names. Ubuntu's [{"binary_name": ...}] lists what the
    // source builds, whether affected or not.
    PQ_TRY(for_each(specific, "binaries", [&](element binary) -> base::Result<void> {
      object pairs;
      std::string_view name;
      if (binary.get(name) == simdjson::SUCCESS)
        affected.binaries.emplace_back(name);
      else if (binary.get(pairs) == simdjson::SUCCESS && text_of(pairs, "binary_name").empty())
        for (const auto& pair : pairs)
          affected.binaries.emplace_back(pair.key);
      return {};
    }));
  }
  return affected;
}

base::Result<std::optional<base::Time>> time_of(const object& fields, std::string_view name) {
  const std::string text = PQ_TRY(optional_text(fields, name));
  if (text.empty()) return std::nullopt;
  const auto time = base::parse_time(text);
  if (!time)
    return fail(Code::Malformed,
                "'" + std::string(name) + "' is no time: " + base::printable(text.substr(0, 60)));
  return time;
}

base::Result<model::Advisory> advisory_of(const object& fields) {
  model::Advisory advisory;
  advisory.id = PQ_TRY(optional_text(fields, "id"));
  if (advisory.id.empty() || advisory.id.size() > 256)
    return fail(Code::Malformed, "the record has no id");
  advisory.modified = PQ_TRY(time_of(fields, "modified"));
  if (!advisory.modified) return fail(Code::Malformed, "the record has no 'modified'");
  advisory.published = PQ_TRY(time_of(fields, "published"));
  advisory.withdrawn = PQ_TRY(time_of(fields, "withdrawn"));
  advisory.aliases = PQ_TRY(texts_of(fields, "aliases"));
  advisory.upstream = PQ_TRY(texts_of(fields, "upstream"));
  advisory.related = PQ_TRY(texts_of(fields, "related"));
  advisory.summary = PQ_TRY(optional_text(fields, "summary"));
  advisory.details = PQ_TRY(optional_text(fields, "details"));
  advisory.severities = PQ_TRY(severities_of(fields));
  add_severity_word(fields, "database_specific", advisory.severities);
  PQ_TRY(for_each(fields, "references", [&](element item) -> base::Result<void> {
    const object reference = PQ_TRY(object_of(item));
    advisory.references.push_back(
        {std::string(text_of(reference, "type")), std::string(text_of(reference, "url"))});
    return {};
  }));
  PQ_TRY(for_each(fields, "affected", [&](element item) -> base::Result<void> {
    advisory.affected.push_back(PQ_TRY(affected_of(item)));
    return {};
  }));
  return advisory;
}

} // namespace

struct OsvParser::State {
  simdjson::dom::parser parser;
  std::string padded;
};

OsvParser::OsvParser() : state_(std::make_unique<State>()) {}

OsvParser::~OsvParser() = default;
OsvParser::OsvParser(OsvParser&&) noexcept = default;
OsvParser& OsvParser::operator=(OsvParser&&) noexcept = default;

base::Result<model::Advisory> OsvParser::parse(std::string_view json, const base::Limits& limits) {
  if (json.size() > limits.advisory_bytes)
    return fail(Code::LimitExceeded,
                "the record has " + std::to_string(json.size()) + " bytes, more than " +
                    std::to_string(limits.advisory_bytes));
  state_->padded.assign(json);
  state_->padded.append(simdjson::SIMDJSON_PADDING, '\0');
  element root;
  const auto error = state_->parser.parse(state_->padded.data(), json.size(), false).get(root);
  if (error != simdjson::SUCCESS)
    return fail(Code::Malformed, std::string("not valid JSON: ") + simdjson::error_message(error));
  object fields;
  if (root.get(fields) != simdjson::SUCCESS) return fail(Code::Malformed, "not a JSON object");
  return advisory_of(fields);
}

} // namespace portique::advisory
