#include "portique/advisory/build.h"

#include <algorithm>

#include "portique/advisory/epss.h"
#include "portique/advisory/kev.h"
#include "portique/archive/decompress.h"
#include "portique/base/file.h"

namespace portique::advisory {

namespace {

/// KEV has 2 MB, EPSS 30 MB unpacked.
constexpr std::uint64_t kSideFeedBytes = 512ULL << 20U;

base::Result<std::string> read_maybe_packed(const std::filesystem::path& path,
                                            const base::Limits& limits) {
  const base::Fd file = PQ_TRY(base::open_file(path));
  const auto stream = PQ_TRY(archive::decompress_detected(
      archive::file_stream(file, 0, PQ_TRY(base::file_size(file))), limits));
  return base::at(path.string(), stream->read_all(kSideFeedBytes));
}

void merge(LoadSummary& all, LoadSummary&& part) {
  all.records += part.records;
  all.withdrawn += part.withdrawn;
  all.refused += part.refused;
  std::ranges::move(part.reasons, std::back_inserter(all.reasons));
  if (part.newest && (!all.newest || *part.newest > *all.newest)) all.newest = part.newest;
}

} // namespace

base::Result<void> add_kev_file(const std::filesystem::path& file,
                                const std::string& source,
                                const base::Limits& limits,
                                DatabaseBuilder& builder) {
  const std::string json = PQ_TRY(read_maybe_packed(file, limits));
  const KevCatalogue catalogue = PQ_TRY(base::at(file.string(), parse_kev(json)));
  for (const std::string& cve : catalogue.cves)
    builder.add_kev(cve);
  builder.set_feed({"kev", source, catalogue.released, catalogue.cves.size()});
  return {};
}

base::Result<void> add_epss_file(const std::filesystem::path& file,
                                 const std::string& source,
                                 const base::Limits& limits,
                                 DatabaseBuilder& builder) {
  const std::string csv = PQ_TRY(read_maybe_packed(file, limits));
  const EpssSummary summary = PQ_TRY(base::at(
      file.string(), parse_epss(csv, [&](std::string_view cve, double score, double percentile) {
        builder.add_epss(cve, score, percentile);
      })));
  builder.set_feed({"epss", source, summary.scored, summary.records});
  return {};
}

base::Result<LoadSummary> build_database(const BuildInputs& inputs,
                                         const std::filesystem::path& output,
                                         base::Time now,
                                         const base::Limits& limits,
                                         const std::function<void(std::uint64_t)>& progress) {
  DatabaseBuilder builder;
  LoadSummary summary;
  std::string sources;
  for (const std::filesystem::path& path : inputs.osv) {
    merge(summary, PQ_TRY(load_osv(path, builder, limits, {progress, {}})));
    sources += (sources.empty() ? "" : ", ") + path.string();
  }
  // Writing it would replace a good database by one that finds nothing.
  if (summary.records == 0)
    return base::fail(base::Code::Malformed,
                      sources +
                          (summary.reasons.empty()
                               ? ": there is no advisory in it"
                               : ": no advisory in it can be read: " + summary.reasons.front()) +
                          "; no database was written");
  builder.set_feed({"osv", sources, summary.newest, summary.records});
  if (inputs.kev) PQ_TRY(add_kev_file(*inputs.kev, inputs.kev->string(), limits, builder));
  if (inputs.epss) PQ_TRY(add_epss_file(*inputs.epss, inputs.epss->string(), limits, builder));
  PQ_TRY(builder.finish(output, now));
  return summary;
}

} // namespace portique::advisory
