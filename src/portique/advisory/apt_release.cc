// https://wiki.debian.org/DebianRepository/Format, "Release" files. The signature is checked by
// gpgv, as apt does; what is read is gpgv's own output, never the text around the signature.

#include "portique/advisory/apt_release.h"

#include <algorithm>
#include <array>

#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::advisory {

namespace {

/// Releases whose archives have no Version field.
std::string_view version_of_codename(std::string_view codename) {
  struct Release {
    std::string_view codename;
    std::string_view version;
  };

  static constexpr auto kReleases = std::to_array<Release>({{"buster", "10"},
                                                            {"bullseye", "11"},
                                                            {"bookworm", "12"},
                                                            {"trixie", "13"},
                                                            {"forky", "14"},
                                                            {"duke", "15"}});
  for (const Release& release : kReleases)
    if (release.codename == codename) return release.version;
  return {};
}

} // namespace

const ControlFile* AptRelease::file(std::string_view name) const {
  const auto found = std::ranges::find(files, name, &ControlFile::name);
  return found == files.end() ? nullptr : &*found;
}

std::optional<base::Time> parse_release_date(std::string_view text) {
  static constexpr auto kMonths = std::to_array<std::string_view>(
      {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});
  const auto words = control_words(text);
  if (words.size() != 6 || (words[5] != "UTC" && words[5] != "GMT" && words[5] != "+0000"))
    return std::nullopt;
  const auto month = std::ranges::find(kMonths, words[2]);
  const auto day = base::parse_int<int>(words[1]);
  if (month == kMonths.end() || !day || *day < 1 || *day > 31) return std::nullopt;
  const auto two = [](std::ptrdiff_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  const std::string clock = (words[4].size() == 7 ? "0" : "") + std::string(words[4]);
  return base::parse_time(std::string(words[3]) + "-" + two(month - kMonths.begin() + 1) + "-" +
                          two(*day) + "T" + clock + "Z");
}

base::Result<AptRelease> parse_release(std::string_view text) {
  ControlReader reader(text);
  const auto fields = reader.next();
  if (!fields) return base::fail(base::Code::Malformed, "the Release file is empty");
  const auto value = [&](std::string_view name) {
    return std::string(base::trim(fields->field(name)));
  };
  const auto date = parse_release_date(fields->field("Date"));
  if (!date) return base::fail(base::Code::Malformed, "the Release file has no valid Date");
  AptRelease release{.origin = value("Origin"),
                     .codename = value("Codename"),
                     .version = value("Version"),
                     .date = *date,
                     .valid_until = parse_release_date(fields->field("Valid-Until")),
                     .files = control_files(fields->field("SHA256"))};
  if (release.codename.empty() || release.files.empty())
    return base::fail(base::Code::Malformed, "the Release file has no Codename or no SHA256 list");
  return release;
}

base::Result<std::string> release_ecosystem(const AptRelease& release) {
  if (release.origin != "Debian")
    return base::fail(base::Code::Unsupported,
                      "the archive's origin is \"" + base::printable(release.origin) +
                          "\", not Debian");
  std::string_view version = release.version;
  const std::string_view major = base::take_until(version, '.');
  if (base::parse_int<unsigned>(major)) return "Debian:" + std::string(major);
  std::string_view codename = release.codename;
  const std::string_view known = version_of_codename(base::take_until(codename, '-'));
  if (known.empty())
    return base::fail(base::Code::Unsupported,
                      "the archive does not say which Debian release it is for");
  return "Debian:" + std::string(known);
}

base::Result<std::string> verify_clearsigned(const std::filesystem::path& file,
                                             const std::filesystem::path& keyring) {
  std::error_code error;
  if (!std::filesystem::exists(keyring, error))
    return base::fail(base::Code::NotFound,
                      "there is no keyring " + keyring.string() +
                          "; install debian-archive-keyring or name one with --apt-keyring");
  auto output = base::run_program({"gpgv",
                                   "--keyring",
                                   std::filesystem::absolute(keyring).string(),
                                   "--output",
                                   "-",
                                   file.string()},
                                  {.output_bytes = 16ULL << 20U});
  if (!output && output.error().code() == base::Code::NotFound)
    return base::fail(base::Code::NotFound,
                      "gpgv is needed to check the archive's signature; install it (apt install "
                      "gpgv)");
  if (!output) return std::unexpected(std::move(output).error());
  if (output->exit_status != 0 || output->out.empty()) {
    std::string_view said = base::trim(output->err);
    const std::size_t last = said.rfind('\n');
    if (last != std::string_view::npos) said.remove_prefix(last + 1);
    return base::fail(base::Code::DigestMismatch,
                      "the signature of the archive's InRelease file is not good (" +
                          base::printable(said) + ")");
  }
  return std::move(output->out);
}

} // namespace portique::advisory
