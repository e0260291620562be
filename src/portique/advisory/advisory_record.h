#pragma once

// What the database holds of an advisory and of a CVE, apart from the affected versions.

#include <optional>
#include <string>
#include <vector>

#include "portique/base/codec.h"
#include "portique/model/advisory.h"

namespace portique::advisory {

/// Read for every advisory that matches.
struct AdvisoryHead {
  std::string id;
  std::vector<std::string> cves;    ///< the CVEs that it stands for
  std::vector<std::string> aliases; ///< other ids of the same vulnerability
  bool vulnerability = true;        ///< false: a bug-fix or enhancement advisory without CVE
  std::string severity_word;        ///< the distribution's own, "" if none
  std::string severity_source;      ///< whose word it is
  std::vector<std::string> vectors; ///< CVSS vectors of the record itself
  std::optional<base::Time> published;
  std::optional<base::Time> modified;
  std::optional<base::Time> withdrawn; ///< set: no entry refers to it, it is kept to be explained
};

template <typename Codec, base::CodedAs<AdvisoryHead> T> void fields(Codec& codec, T& head) {
  codec(head.id, head.cves, head.aliases, head.vulnerability, head.severity_word);
  codec(head.severity_source, head.vectors, head.published, head.modified, head.withdrawn);
}

/// Read for those that are reported.
struct AdvisoryText {
  std::string title;
  std::vector<std::string> references;
};

template <typename Codec, base::CodedAs<AdvisoryText> T> void fields(Codec& codec, T& text) {
  codec(text.title, text.references);
}

/// What is known of a CVE whichever record speaks of it.
struct CveFacts {
  bool kev = false;
  std::optional<double> epss;
  std::optional<double> epss_percentile;

  struct Vector {
    std::string vector;
    std::string source; ///< id of the record that gives it
  };

  std::vector<Vector> vectors; ///< from records that stand for this CVE alone
};

template <typename Codec, base::CodedAs<CveFacts::Vector> T> void fields(Codec& codec, T& vector) {
  codec(vector.vector, vector.source);
}

template <typename Codec, base::CodedAs<CveFacts> T> void fields(Codec& codec, T& facts) {
  codec(facts.kev, facts.epss, facts.epss_percentile, facts.vectors);
}

/// What an OSV record stands for: CVEs, aliases, whose severity word.
AdvisoryHead head_of(const model::Advisory& advisory);

/// Title (summary, else the beginning of the details) and references, bounded.
AdvisoryText text_of(const model::Advisory& advisory);

/// "nodejs:16" of a summary such as "Important: nodejs:16 security update" of an rpm distribution's
/// module advisory; "" for any other.
std::string module_stream_of(const model::Advisory& advisory);

} // namespace portique::advisory
