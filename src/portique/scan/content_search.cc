#include "portique/scan/content_search.h"

#include <utility>

#include "portique/inspect/image/fact_collector.h"

namespace portique::scan {

namespace {

class FactInspector : public ContentInspector {
public:
  explicit FactInspector(const base::Limits& limits) : collector_(limits) {}

  bool begin(const InspectedFile& file, base::Bytes first) override {
    reads_ = collector_.begin({file.path, file.mode, file.uid, file.gid, file.size}, first);
    return true;
  }

  void content(base::Bytes piece) override {
    if (reads_) collector_.content(piece);
  }

  void end(ContentEvidence& into) override { collector_.end(into.facts); }

private:
  inspect::FactCollector collector_;
  bool reads_ = false;
};

class ChecksumInspector : public ContentInspector {
public:
  explicit ChecksumInspector(const base::Limits& limits) : collector_(limits) {}

  bool begin(const InspectedFile& file, base::Bytes /*first*/) override {
    collector_.begin(file.path, file.mode);
    return true;
  }

  void content(base::Bytes piece) override { collector_.content(piece); }

  void end(ContentEvidence& into) override { collector_.end(into.checksums, into.issues); }

private:
  ChecksumCollector collector_;
};

} // namespace

bool ContentSearch::inspects_files() const {
  return image_facts || checksums || malware || (secrets && secrets->in_files);
}

std::string ContentSearch::version() const {
  std::string version;
  if (secrets && secrets->in_files) version += secrets->version();
  if (malware) version += "m" + malware->version();
  if (image_facts) version += "f" + std::to_string(inspect::kImageFactsVersion);
  if (checksums) version += "c" + std::to_string(kIntegrityVersion);
  return version;
}

std::string ContentSearch::config_version() const {
  return (secrets ? secrets->version() : "") + (malware ? "m" + malware->version() : "");
}

base::Result<std::vector<std::unique_ptr<ContentInspector>>>
make_inspectors(const ContentSearch& search, const base::Limits& limits) {
  std::vector<std::unique_ptr<ContentInspector>> inspectors;
  if (search.secrets && search.secrets->in_files)
    inspectors.push_back(PQ_TRY(secret_inspector(*search.secrets, limits)));
  if (search.malware) inspectors.push_back(PQ_TRY(malware_inspector(*search.malware)));
  if (search.image_facts) inspectors.push_back(std::make_unique<FactInspector>(limits));
  if (search.checksums) inspectors.push_back(std::make_unique<ChecksumInspector>(limits));
  return inspectors;
}

} // namespace portique::scan
