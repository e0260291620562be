#include "portique/scan/file_integrity.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include <openssl/evp.h>

#include "portique/base/text.h"
#include "portique/inventory/cataloger.h"

namespace portique::scan {

namespace {

constexpr std::string_view kDpkgInfo = "var/lib/dpkg/info/";
constexpr std::string_view kDiversions = "var/lib/dpkg/diversions";
constexpr std::string_view kMd5sums = ".md5sums";

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

Context make_context() {
  return {EVP_MD_CTX_new(), &EVP_MD_CTX_free};
}

constexpr std::size_t kBytes = 16;

/// The first sixteen of at least as many bytes.
Checksum checksum_of(std::string_view bytes) {
  Checksum checksum;
  for (std::size_t i = 0; i < kBytes; ++i) {
    std::uint64_t& half = i < kBytes / 2 ? checksum.high : checksum.low;
    half = half << 8U | static_cast<std::uint8_t>(bytes[i]);
  }
  return checksum;
}

Checksum finished(EVP_MD_CTX* context) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(context, raw.data(), &length);
  return checksum_of({reinterpret_cast<const char*>(raw.data()), kBytes});
}

bool is_apk_database(std::string_view path) {
  return path == "lib/apk/db/installed" || path == "usr/lib/apk/db/installed";
}

std::string_view without_leading_slash(std::string_view path) {
  while (path.starts_with('/'))
    path.remove_prefix(1);
  return path;
}

/// Hexadecimal digits as bytes; nothing if they are none or too few.
std::optional<Checksum> checksum_of_hex(std::string_view text) {
  if (text.size() != kBytes * 2) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    std::uint8_t value = 0;
    const char* const end = text.data() + i + 2;
    if (std::from_chars(text.data() + i, end, value, 16).ptr != end) return std::nullopt;
    bytes.push_back(static_cast<char>(value));
  }
  return checksum_of(bytes);
}

/// "<32 hex digits>  usr/bin/bash", a line a file.
std::vector<ExpectedChecksum> parse_md5sums(std::string_view text) {
  std::vector<ExpectedChecksum> entries;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.size() < 35) continue;
    const auto checksum = checksum_of_hex(line.substr(0, 32));
    const std::string_view path = without_leading_slash(base::trim(line.substr(33)));
    if (checksum && !path.empty())
      entries.push_back({std::string(path), ChecksumKind::Md5, *checksum});
  }
  return entries;
}

/// F: names a folder, R: a file in it, Z:Q1 its SHA-1 in base64. Z of a link is of what it says.
std::vector<ExpectedChecksum> parse_apk_database(std::string_view text) {
  std::vector<ExpectedChecksum> entries;
  std::string folder;
  std::string file;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.starts_with("F:")) {
      folder = line.substr(2);
      file.clear();
    } else if (line.starts_with("R:")) {
      file = (folder.empty() ? "" : folder + "/") + std::string(line.substr(2));
    } else if (line.starts_with("Z:Q1") && !file.empty()) {
      const auto raw = base::from_base64(line.substr(4));
      // What is in etc/ is there to be changed; the database does not tell which files are.
      if (!raw || raw->size() < kBytes || file.starts_with("etc/")) continue;
      entries.push_back({file, ChecksumKind::Sha1, checksum_of(*raw)});
    }
  }
  return entries;
}

/// Three lines each: from, to, the package whose file stays.
std::vector<Diversion> parse_diversions(std::string_view text) {
  const std::vector<std::string_view> lines = base::split(text, '\n');
  std::vector<Diversion> diversions;
  for (std::size_t i = 0; i + 2 < lines.size(); i += 3)
    diversions.push_back({std::string(without_leading_slash(lines[i])),
                          std::string(without_leading_slash(lines[i + 1])),
                          std::string(lines[i + 2])});
  return diversions;
}

} // namespace

struct ChecksumCollector::State {
  enum class Reading : std::uint8_t { Nothing, Md5sums, Apk, Diversions };

  const base::Limits* limits = nullptr;
  std::string path;
  Reading reading = Reading::Nothing;
  std::string text;
  Context md5 = make_context();
  Context sha1 = make_context();
};

ChecksumCollector::ChecksumCollector(const base::Limits& limits)
    : state_(std::make_unique<State>()) {
  state_->limits = &limits;
}

ChecksumCollector::~ChecksumCollector() = default;

void ChecksumCollector::begin(std::string_view path) {
  using Reading = State::Reading;
  state_->path = path;
  state_->text.clear();
  state_->reading = Reading::Nothing;
  if (path.starts_with(kDpkgInfo) && path.ends_with(kMd5sums)) state_->reading = Reading::Md5sums;
  if (path == kDiversions) state_->reading = Reading::Diversions;
  if (is_apk_database(path)) state_->reading = Reading::Apk;
  EVP_DigestInit_ex(state_->md5.get(), EVP_md5(), nullptr);
  EVP_DigestInit_ex(state_->sha1.get(), EVP_sha1(), nullptr);
}

void ChecksumCollector::content(base::Bytes piece) {
  EVP_DigestUpdate(state_->md5.get(), piece.data(), piece.size());
  EVP_DigestUpdate(state_->sha1.get(), piece.data(), piece.size());
  if (state_->reading == State::Reading::Nothing) return;
  const std::uint64_t limit = state_->limits->text_database_bytes;
  if (state_->text.size() + piece.size() <= limit) state_->text += base::as_text(piece);
}

void ChecksumCollector::end(LayerChecksums& found) {
  using Reading = State::Reading;
  const std::string& path = state_->path;
  if (found.files.size() < state_->limits->checksummed_files)
    found.files.push_back(
        {inventory::path_hash(path), finished(state_->md5.get()), finished(state_->sha1.get())});
  if (state_->reading == Reading::Diversions) found.diversions = parse_diversions(state_->text);
  if (state_->reading == Reading::Apk)
    found.lists.push_back({path, {}, parse_apk_database(state_->text)});
  if (state_->reading == Reading::Md5sums) {
    std::string_view package = std::string_view(path).substr(kDpkgInfo.size());
    package.remove_suffix(kMd5sums.size());
    found.lists.push_back(
        {path, std::string(package.substr(0, package.find(':'))), parse_md5sums(state_->text)});
  }
}

} // namespace portique::scan
