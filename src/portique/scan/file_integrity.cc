#include "portique/scan/file_integrity.h"

#include <array>
#include <string>
#include <utility>

#include <openssl/evp.h>

#include "portique/inventory/cataloger.h"

namespace portique::scan {

namespace {

/// One checksum over what comes in pieces.
class Digester {
public:
  explicit Digester(const EVP_MD* kind) : kind_(kind), context_(EVP_MD_CTX_new()) {}

  void begin() { EVP_DigestInit_ex(context_.get(), kind_, nullptr); }

  void add(base::Bytes piece) { EVP_DigestUpdate(context_.get(), piece.data(), piece.size()); }

  Checksum finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_.get(), raw.data(), &length);
    return checksum_of({reinterpret_cast<const char*>(raw.data()), length});
  }

private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  const EVP_MD* kind_;
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

} // namespace

struct ChecksumCollector::State {
  const base::Limits* limits = nullptr;
  std::string path;
  FileChecksums file;
  ListKind list = ListKind::None;
  std::string text; ///< of a list
  Digester md5{EVP_md5()};
  Digester sha1{EVP_sha1()};
  Digester sha256{EVP_sha256()};
};

ChecksumCollector::ChecksumCollector(const base::Limits& limits)
    : state_(std::make_unique<State>()) {
  state_->limits = &limits;
}

ChecksumCollector::~ChecksumCollector() = default;

void ChecksumCollector::begin(std::string_view path, std::uint32_t mode) {
  constexpr std::uint32_t kPermissions = 07777;
  state_->path = path;
  state_->file = {};
  state_->file.path = inventory::path_hash(path);
  state_->file.mode = mode & kPermissions;
  state_->list = list_kind(path);
  state_->text.clear();
  state_->md5.begin();
  state_->sha1.begin();
  state_->sha256.begin();
}

void ChecksumCollector::content(base::Bytes piece) {
  state_->file.size += piece.size();
  state_->md5.add(piece);
  state_->sha1.add(piece);
  state_->sha256.add(piece);
  if (state_->list == ListKind::None) return;
  if (state_->file.size <= list_limit(state_->list, *state_->limits))
    state_->text += base::as_text(piece);
}

void ChecksumCollector::end(LayerChecksums& into, std::vector<model::Issue>& issues) {
  state_->file.md5 = state_->md5.finish();
  state_->file.sha1 = state_->sha1.finish();
  state_->file.sha256 = state_->sha256.finish();
  const std::uint64_t most = state_->limits->checksummed_files;
  if (into.files.size() < most) {
    into.files.push_back(state_->file);
    if (into.files.size() == most)
      issues.push_back({base::Code::LimitExceeded,
                        "the layer has too many files to take checksums of all of them",
                        state_->path});
  }
  if (state_->list == ListKind::None) return;
  std::string text = std::exchange(state_->text, {});
  if (state_->file.size > list_limit(state_->list, *state_->limits)) {
    issues.push_back({base::Code::LimitExceeded,
                      "the package database is too large; the files that it lists are not compared",
                      state_->path});
    return;
  }
  if (state_->list == ListKind::DpkgDiversions)
    into.diversions = read_diversions(text);
  else
    into.lists.push_back(
        read_expected_files(state_->list, state_->path, text, *state_->limits, issues));
}

} // namespace portique::scan
