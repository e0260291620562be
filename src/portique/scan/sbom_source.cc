#include "portique/scan/sbom_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/advisory/ecosystem.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/scan/image_reader.h"

namespace portique::scan {

namespace {

/// A file that can be read from any place: the input itself if it is one; of a pipe, such as the
/// shell's <(command), a copy that no folder lists.
base::Result<base::Fd> seekable(base::Fd input, const std::string& what, std::uint64_t limit) {
  struct stat status = {};
  if (::fstat(input.get(), &status) == 0 && S_ISREG(status.st_mode) &&
      ::lseek(input.get(), 0, SEEK_CUR) == 0)
    return input;
  const base::TempDir folder = PQ_TRY(base::TempDir::create("portique-sbom"));
  const auto path = folder.path() / "standard-input";
  base::Fd copy(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (copy.get() < 0) return base::fail_errno("cannot copy " + what, errno);
  std::array<std::byte, 64ULL << 10U> piece{};
  std::uint64_t size = 0;
  while (true) {
    const std::size_t count = PQ_TRY(base::at(what, base::read_some(input, piece)));
    if (count == 0) return copy;
    size += count;
    if (size > limit)
      return base::fail(base::Code::LimitExceeded,
                        what + " has more than " + std::to_string(limit) + " bytes");
    PQ_TRY(base::write_all(copy, std::span(piece).first(count)));
  }
}

base::Result<base::Fd> open_sbom(const std::filesystem::path& path, std::uint64_t limit) {
  if (path != image::kStandardInput)
    return seekable(PQ_TRY(base::open_file(path)), base::printable(path.string()), limit);
  base::Fd input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (input.get() < 0) return base::fail_errno("cannot read standard input", errno);
  return seekable(std::move(input), "standard input", limit);
}

} // namespace

base::Result<model::Report>
read_sbom_target(const image::Target& target, std::string_view name, const ScanOptions& options) {
  const base::Fd file = PQ_TRY(open_sbom(target.path, options.limits.sbom_bytes));
  ImageReader reader = PQ_TRY(ImageReader::start(options.limits, 1));
  inventory::SbomDocument document = PQ_TRY(reader.read_sbom(file));
  auto& issues = document.analysis.issues;
  if (document.format.empty()) {
    if (issues.empty()) return base::fail(base::Code::Malformed, "it is no SBOM");
    return base::fail(issues.front().code, issues.front().message);
  }
  model::Report report;
  report.subject = {
      std::string(name), std::string(image::scheme_of(target.kind)), std::move(document.image)};
  report.distro = std::move(document.analysis.distro).value_or(model::Distro{});
  report.distro_end_of_life = advisory::end_of_life(report.distro);
  report.packages = std::move(document.analysis.packages);
  std::ranges::sort(report.packages, {}, [](const model::Package& p) {
    return std::tie(p.type, p.name, p.version, p.arch, p.path);
  });
  report.issues = std::move(issues);
  model::add_sbom_findings(document.findings, report);
  report.notes.push_back(
      "read from an SBOM: " + base::printable(document.format) +
      (document.subject.empty() ? "" : " of " + base::printable(document.subject)));
  report.created = options.now;
  return report;
}

} // namespace portique::scan
