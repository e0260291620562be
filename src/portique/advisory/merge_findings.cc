#include "portique/advisory/merge_findings.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "portique/advisory/cvss.h"
#include "portique/advisory/package_name.h"
#include "portique/base/digest.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

constexpr std::size_t kReferences = 10;

/// An entry and the head of its advisory.
struct Record {
  const MatchedEntry* entry = nullptr;
  const AdvisoryHead* head = nullptr;
};

void add_unique(std::vector<std::string>& list, const std::string& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

/// Records by the vulnerability that they speak of. A record without CVE joins one that has it and
/// shares an id with it; those that stay are grouped by their GHSA id, else by their own.
std::map<std::string, std::vector<Record>> by_vulnerability(std::span<const Record> records) {
  std::map<std::string, std::string> cve_of; // other id -> CVE
  for (const Record& record : records) {
    if (record.head->cves.size() != 1) continue;
    cve_of.emplace(record.head->id, record.head->cves.front());
    for (const std::string& alias : record.head->aliases)
      cve_of.emplace(alias, record.head->cves.front());
  }
  const auto name_of = [&](const AdvisoryHead& head) {
    std::set<std::string> ids(head.aliases.begin(), head.aliases.end());
    ids.insert(head.id);
    for (const std::string& id : ids)
      if (const auto cve = cve_of.find(id); cve != cve_of.end()) return cve->second;
    for (const std::string& id : ids)
      if (id.starts_with("GHSA-")) return id;
    return head.id;
  };
  // A record may be named by another one without naming it in turn.
  std::map<std::string, std::string> named_by;
  for (const Record& record : records) {
    const std::string name = name_of(*record.head);
    if (!record.head->cves.empty() || !name.starts_with("GHSA-")) continue;
    for (const std::string& alias : record.head->aliases)
      named_by.emplace(alias, name);
  }
  std::map<std::string, std::vector<Record>> groups;
  for (const Record& record : records) {
    if (record.head->cves.empty()) {
      const auto other = named_by.find(record.head->id);
      groups[other != named_by.end() ? other->second : name_of(*record.head)].push_back(record);
    }
    for (const std::string& cve : record.head->cves)
      groups[cve].push_back(record);
  }
  return groups;
}

/// CVSS versions from the newest; of the same the higher score.
bool better(const model::Cvss& a, const model::Cvss& b) {
  return a.version != b.version ? a.version > b.version : a.score > b.score;
}

/// The short name of whoever gives the CVSS vector of a record: the CVE records of distributions
/// pass on the NVD's.
std::string vector_source(std::string_view record) {
  if (record.starts_with("GHSA-")) return "ghsa";
  if (record.starts_with("CVE-") || record.find("-CVE-") != std::string_view::npos) return "nvd";
  if (record.starts_with("x_")) record.remove_prefix(2);
  return base::to_lower(record.substr(0, record.find('-')));
}

/// ... and of whoever words a severity: "Red Hat" is "redhat".
std::string word_source(std::string_view source, std::string_view record) {
  if (record.starts_with("GHSA-")) return "ghsa";
  std::string name = base::to_lower(source);
  std::erase(name, ' ');
  return name;
}

class SeverityFinder {
public:
  explicit SeverityFinder(model::Finding& finding) : finding_(&finding) {}

  void word(std::string_view text, std::string_view source, const std::string& record) {
    const auto severity = model::parse_severity(text);
    if (!severity || *severity == model::Severity::Unknown) return;
    add_source(word_source(source, record), *severity, record);
    if (finding_->severity != model::Severity::Unknown) return;
    finding_->severity = *severity;
    finding_->severity_source = source;
  }

  void vector(const std::string& text, const std::string& source) {
    const auto known = std::ranges::find(finding_->cvss, text, &model::Cvss::vector);
    if (known != finding_->cvss.end()) return;
    const auto score = cvss_score(text);
    if (!score) return; // a vector that is none says nothing
    finding_->cvss.push_back({std::string(score->version), text, score->score, source});
  }

  /// After all words and vectors: the best vector decides if no word did.
  void settle() {
    std::ranges::stable_sort(finding_->cvss, better);
    for (const model::Cvss& cvss : finding_->cvss)
      add_source(vector_source(cvss.source), cvss_score(cvss.vector)->severity, cvss.source);
    if (finding_->severity != model::Severity::Unknown || finding_->cvss.empty()) return;
    const model::Cvss& best = finding_->cvss.front();
    finding_->severity = cvss_score(best.vector)->severity;
    finding_->severity_source = "CVSS " + best.version + " (" + best.source + ")";
  }

private:
  /// The first that a source says counts.
  void add_source(std::string source, model::Severity severity, const std::string& record) {
    const auto known =
        std::ranges::find(finding_->severities, source, &model::SourceSeverity::source);
    if (known == finding_->severities.end())
      finding_->severities.push_back({std::move(source), severity, record});
  }

  model::Finding* finding_;
};

std::string fingerprint_of(const model::Finding& finding, const model::Package& package) {
  std::string text(model::finding_kind_name(finding.kind));
  for (const std::string* part : {&finding.id, &package.type, &package.ns, &package.name})
    text += '\0' + *part;
  return std::string(base::digest_of(base::as_bytes(text)).hex().substr(0, 32));
}

} // namespace

struct FindingMaker::State {
  const Database* database;
  bool end_of_life;
  std::unordered_map<std::uint64_t, AdvisoryHead> heads;
  std::unordered_map<std::uint64_t, AdvisoryText> texts;
  std::unordered_map<std::string, std::optional<CveFacts>> cves;

  base::Result<const AdvisoryHead*> head(std::uint64_t index) {
    const auto [slot, is_new] = heads.try_emplace(index);
    if (is_new) slot->second = PQ_TRY(database->head(index));
    return &slot->second;
  }

  base::Result<const AdvisoryText*> text(std::uint64_t index) {
    const auto [slot, is_new] = texts.try_emplace(index);
    if (is_new) slot->second = PQ_TRY(database->text(index));
    return &slot->second;
  }

  base::Result<const CveFacts*> cve(const std::string& id) {
    const auto [slot, is_new] = cves.try_emplace(id);
    if (is_new) slot->second = PQ_TRY(database->cve(id));
    return slot->second ? &*slot->second : nullptr;
  }

  base::Result<model::Finding>
  finding(const std::string& id, const std::vector<Record>& records, const model::Package& package);
  base::Result<void> add_texts(const std::vector<Record>& records, model::Finding& finding);
  base::Result<void> add_severity(const std::vector<Record>& records, model::Finding& finding);
  void add_fix(const model::Package& package,
               const std::vector<Record>& records,
               model::Finding& finding) const;
};

FindingMaker::FindingMaker(const Database& database, bool end_of_life)
    : state_(std::make_unique<State>(State{&database, end_of_life, {}, {}, {}})) {}

FindingMaker::~FindingMaker() = default;

/// The version that clears every record: the largest of their smallest fixes, or none if one of
/// them stays open.
void FindingMaker::State::add_fix(const model::Package& package,
                                  const std::vector<Record>& records,
                                  model::Finding& finding) const {
  std::string_view fixed;
  bool open = false;
  // The end of a distribution ends nothing for the packages that others publish.
  bool given_up = end_of_life && model::is_os_package(package);
  for (const Record& record : records) {
    given_up |= record.entry->severity == "end-of-life";
    if (record.entry->fixed.empty()) {
      open = true;
      continue;
    }
    const auto scheme = version::scheme_of_ecosystem(record.entry->ecosystem);
    if (fixed.empty() || !scheme ||
        version::scheme_info(*scheme).compare(record.entry->fixed, fixed) > 0)
      fixed = record.entry->fixed;
  }
  if (!open && !fixed.empty()) {
    finding.fixed_version = std::string(fixed);
    finding.fix_state = model::FixState::Fixed;
  } else {
    finding.fix_state = given_up ? model::FixState::EndOfLife : model::FixState::NotFixed;
  }
}

base::Result<void> FindingMaker::State::add_severity(const std::vector<Record>& records,
                                                     model::Finding& finding) {
  SeverityFinder severity(finding);
  for (const Record& record : records) {
    severity.word(record.entry->severity, ecosystem_base(record.entry->ecosystem), record.head->id);
    severity.word(record.head->severity_word, record.head->severity_source, record.head->id);
  }
  for (const Record& record : records) {
    severity.vector(std::string(record.entry->severity), record.head->id);
    // The vector of a record about several CVEs is that of the worst of them.
    if (record.head->cves.size() <= 1)
      for (const std::string& vector : record.head->vectors)
        severity.vector(vector, record.head->id);
  }
  if (const CveFacts* facts = PQ_TRY(cve(finding.id))) {
    finding.kev = facts->kev;
    if (facts->epss) finding.epss = {*facts->epss, facts->epss_percentile.value_or(0)};
    for (const CveFacts::Vector& vector : facts->vectors)
      severity.vector(vector.vector, vector.source);
  }
  if (finding.cvss.empty())
    for (const Record& record : records)
      for (const std::string& vector : record.head->vectors)
        severity.vector(vector, record.head->id);
  severity.settle();
  return {};
}

base::Result<void> FindingMaker::State::add_texts(const std::vector<Record>& records,
                                                  model::Finding& finding) {
  for (const Record& record : records) {
    const AdvisoryText* told = PQ_TRY(text(record.entry->advisory));
    // A record about this one vulnerability describes it better than one about several.
    if (finding.title.empty() || record.head->cves.size() == 1)
      if (!told->title.empty()) finding.title = told->title;
    for (const std::string& reference : told->references)
      if (finding.references.size() < kReferences) add_unique(finding.references, reference);
  }
  return {};
}

namespace {

/// Whether a record of the OpenSSF's list of malicious packages (MAL-) is among the finding's. Such
/// a package is no victim of a mistake: it is the attack, often with the name of another one
/// misspelt.
bool is_malicious(const model::Finding& finding) {
  const auto malicious = [](const std::string& id) { return id.starts_with("MAL-"); };
  return malicious(finding.id) || std::ranges::any_of(finding.aliases, malicious);
}

void turn_into_malware(const model::Package& package, model::Finding& finding) {
  finding.kind = model::FindingKind::Malware;
  if (finding.severity != model::Severity::Critical) {
    finding.severity = model::Severity::Critical;
    finding.severity_source = "OpenSSF Malicious Packages";
  }
  if (finding.title.empty()) finding.title = "Malicious code in " + package.name;
  finding.remedy = "Remove the package, and every credential that it could read is to be replaced; "
                   "look whether its name is another one's misspelt";
}

} // namespace

base::Result<model::Finding> FindingMaker::State::finding(const std::string& id,
                                                          const std::vector<Record>& records,
                                                          const model::Package& package) {
  model::Finding finding;
  finding.id = id;
  for (const Record& record : records) {
    const AdvisoryHead& head = *record.head;
    add_unique(finding.advisories, head.id);
    if (head.id != id) add_unique(finding.aliases, head.id);
    // The other CVEs of a record are other vulnerabilities, and so are its other aliases.
    if (head.cves.size() <= 1)
      for (const std::string& alias : head.aliases)
        if (alias != id) add_unique(finding.aliases, alias);
    const auto earlier = [](const auto& a, const auto& b) { return !b || (a && *a < *b); };
    if (earlier(head.published, finding.published)) finding.published = head.published;
    if (!finding.modified || (head.modified && *head.modified > *finding.modified))
      finding.modified = head.modified;
  }
  std::ranges::sort(finding.aliases);
  std::ranges::sort(finding.advisories);
  add_fix(package, records, finding);
  PQ_TRY(add_severity(records, finding));
  PQ_TRY(add_texts(records, finding));
  if (is_malicious(finding)) turn_into_malware(package, finding);
  finding.fingerprint = fingerprint_of(finding, package);
  return finding;
}

base::Result<void> FindingMaker::add_findings(const model::Package& package,
                                              std::size_t package_index,
                                              const std::vector<MatchedEntry>& entries,
                                              std::vector<model::Finding>& findings) {
  std::vector<Record> records;
  for (const MatchedEntry& entry : entries) {
    const AdvisoryHead* head = PQ_TRY(state_->head(entry.advisory));
    if (head->vulnerability) records.push_back({&entry, head});
  }
  for (const auto& [id, group] : by_vulnerability(records)) {
    model::Finding finding = PQ_TRY(state_->finding(id, group, package));
    finding.package = package_index;
    finding.layer = package.layer;
    findings.push_back(std::move(finding));
  }
  return {};
}

} // namespace portique::advisory
