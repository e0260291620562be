#include "portique/access/audit/verify_trail.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "portique/access/audit/line_reader.h"
#include "portique/access/audit/merkle.h"
#include "portique/access/audit/signed_head.h"
#include "portique/access/audit/trail_files.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {

namespace fs = std::filesystem;

namespace {

/// Beyond it nobody reads them.
constexpr std::size_t kMostDefects = 10'000;

struct KeptHead {
  std::string line;
  std::uint64_t number = 0;
  Hash hash{};
};

class Verifier {
public:
  Verifier(std::vector<TrailFile> files, VerifyingKey key, bool is_folder)
      : files_(std::move(files)), key_(std::move(key)), check_(names(files_)),
        is_folder_(is_folder) {}

  void expect_head(KeptHead head) { kept_ = std::move(head); }

  base::Result<TrailVerification> run() {
    for (std::uint32_t i = 0; i < files_.size() && !done_.has_more_defects; ++i)
      PQ_TRY(base::at(files_[i].path.string(), read_file(i)));
    finish();
    return std::move(done_);
  }

  TrailVerification& result() { return done_; }

private:
  static std::vector<std::string> names(const std::vector<TrailFile>& files) {
    std::vector<std::string> names;
    for (const TrailFile& file : files)
      names.push_back(file.path.filename().string());
    return names;
  }

  base::Result<void> read_file(std::uint32_t index) {
    LineReader reader(PQ_TRY(base::open_file(files_[index].path)));
    ++done_.files;
    LinePlace place{index, 0};
    while (const auto line = PQ_TRY(reader.next())) {
      ++place.row;
      done_.bytes += line->bytes.size() + (line->is_ended ? 1 : 0);
      if (!line->is_ended) {
        torn(place);
        continue;
      }
      take(*line, place);
      if (check_.is_hopeless() || defects_.size() > kMostDefects) {
        done_.has_more_defects = true;
        return {};
      }
    }
    return {};
  }

  void torn(LinePlace place) {
    seam();
    defects_.push_back({DefectKind::Torn,
                        check_.last() + 1,
                        check_.last() + 1,
                        files_[place.file].path.filename().string(),
                        place.row,
                        "the last line has no end: it was cut off, or is being written"});
  }

  void take(const RawLine& line, LinePlace place) {
    const auto start = line.is_too_long ? std::nullopt : read_line_start(line.bytes);
    if (!start) {
      check_.add_junk(place);
      seam();
      return;
    }
    ++done_.lines;
    const bool is_beginning = check_.empty();
    const Hash hash = hasher_.of(line.bytes);
    if (!check_.add(*start, hash, place)) seam();
    if (is_beginning) {
      tree_ = {};
      segment_ = start->number;
    }
    if (kept_ && kept_->number == start->number && kept_->hash == hash) is_kept_met_ = true;
    if (start->kind == "head") {
      take_head(line.bytes, *start, place);
      return;
    }
    tree_.add(hash, hasher_);
    if (start->kind != "decision") take_note(line.bytes, *start);
  }

  /// What is behind a seam is not the segment that was signed.
  void seam() { is_segment_clean_ = false; }

  void take_head(std::string_view line, const LineStart& start, LinePlace place) {
    const auto head = read_head(line);
    const std::uint64_t first = head ? head->first : segment_;
    if (!head || !head->is_signed_by(key_)) {
      const bool is_other_key = head && head->key != key_.fingerprint();
      bad_head(start.number,
               first,
               place,
               is_other_key
                   ? fmt::format("head {} is signed by another key ({})",
                                 start.number,
                                 base::printable(head->key).substr(0, 16))
                   : fmt::format("the signature of head {} does not fit: lines {} to {} may have "
                                 "been written anew",
                                 start.number,
                                 first,
                                 start.number));
    } else {
      ++done_.heads;
      check_root(*head, place);
    }
    tree_ = {};
    segment_ = start.number + 1;
    is_segment_clean_ = true;
  }

  void check_root(const SignedHead& head, LinePlace place) {
    // Where the beginning of the segment is not there, its chain still leads up to the head.
    const bool begins_before = head.first < check_.first();
    if (is_segment_clean_ && !begins_before &&
        (head.first != segment_ || head.lines != tree_.size() ||
         head.root != tree_.root(hasher_))) {
      bad_head(head.number,
               head.first,
               place,
               fmt::format("lines {} to {} are not those that head {} has signed",
                           head.first,
                           head.number - 1,
                           head.number));
      return;
    }
    if (check_.seams() > 0 || is_doubted_) return;
    done_.vouched = head.number;
    done_.vouched_at = head.time;
  }

  void bad_head(std::uint64_t number, std::uint64_t first, LinePlace place, std::string text) {
    is_doubted_ = true;
    defects_.push_back({DefectKind::Signature,
                        first,
                        number,
                        files_[place.file].path.filename().string(),
                        place.row,
                        std::move(text)});
  }

  void take_note(std::string_view line, const LineStart& start) {
    ++kinds_[std::string(start.kind)];
    if (start.kind != "file") return;
    const auto value = base::parse_json(line);
    if (!value) return;
    const auto oldest = base::json_integer(base::json_object(&*value), "oldest");
    if (oldest && *oldest > 0) oldest_ = static_cast<std::uint64_t>(*oldest);
  }

  void finish() {
    done_.first = check_.first();
    done_.last = check_.last();
    done_.defects = check_.defects();
    std::ranges::move(defects_, std::back_inserter(done_.defects));
    check_end();
    if (is_folder_) {
      check_beginning();
    } else if (done_.first > 1) {
      done_.notes.push_back(fmt::format(
          "the file begins with line {}; what stands before it was not looked at", done_.first));
    }
    std::ranges::stable_sort(done_.defects, {}, &TrailDefect::first);
    for (const auto& [kind, text] :
         {std::pair("recovered", "the trail was taken up again after something was amiss"),
          std::pair("refused", "events were refused and denied as they could not be written"),
          std::pair("late", "lines were written after their caller had been refused"),
          std::pair("export", "lines were not exported")})
      if (const auto found = kinds_.find(kind); found != kinds_.end())
        done_.notes.push_back(
            fmt::format("{} ({} lines of the kind {})", text, found->second, kind));
  }

  void check_beginning() {
    const std::uint64_t oldest = std::max<std::uint64_t>(oldest_, 1);
    if (done_.first > oldest)
      done_.defects.push_back(
          {DefectKind::Removed,
           oldest,
           done_.first - 1,
           files_.front().path.filename().string(),
           1,
           fmt::format("lines {} to {} are missing at the beginning", oldest, done_.first - 1)});
    else if (done_.first > 1)
      done_.notes.push_back(fmt::format(
          "the trail begins with line {}: older files are not to be kept", done_.first));
  }

  void check_end() {
    if (!kept_) return;
    const std::string file = files_.back().path.filename().string();
    if (kept_->number > done_.last)
      done_.defects.push_back(
          {DefectKind::Removed,
           done_.last + 1,
           kept_->number,
           file,
           0,
           fmt::format("lines {} to {} are missing at the end: the newest head vouches for them",
                       done_.last + 1,
                       kept_->number)});
    else if (!is_kept_met_ && kept_->number >= done_.first)
      done_.defects.push_back(
          {DefectKind::Signature,
           kept_->number,
           kept_->number,
           file,
           0,
           fmt::format("line {} is not the head that was kept: the trail was written anew",
                       kept_->number)});
  }

  std::vector<TrailFile> files_;
  VerifyingKey key_;
  ChainCheck check_;
  bool is_folder_;
  std::optional<KeptHead> kept_;
  bool is_kept_met_ = false;
  LineHasher hasher_;
  MerkleTree tree_;
  std::uint64_t segment_ = 1;
  bool is_segment_clean_ = true;
  bool is_doubted_ = false;
  std::uint64_t oldest_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> kinds_;
  std::vector<TrailDefect> defects_;
  TrailVerification done_;
};

/// The head that shows whether the end is there. One of the folder that does not fit the key is
/// somebody's work, too.
base::Result<std::optional<KeptHead>>
kept_head(const fs::path& path, const VerifyingKey& key, bool must_be) {
  const auto text = base::read_file(path, kLineBytes);
  if (!text) {
    if (must_be || text.error().code() != base::Code::NotFound)
      return std::unexpected(text.error());
    return std::nullopt;
  }
  const std::string line(base::trim(*text));
  const auto head = base::at(path.string(), read_head(line));
  if (!head) return std::unexpected(head.error());
  if (!head->is_signed_by(key))
    return base::fail(base::Code::DigestMismatch,
                      path.string() + ": the signature does not fit the public key");
  return KeptHead{line, head->number, LineHasher().of(line)};
}

} // namespace

base::Result<TrailVerification> verify_trail(const fs::path& path, const VerifyOptions& options) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  const fs::path folder = is_folder ? path : path.parent_path();
  VerifyingKey key =
      PQ_TRY(VerifyingKey::read(options.public_key.value_or(folder / kPublicKeyFile)));
  std::optional<KeptHead> head;
  std::optional<TrailDefect> bad_head;
  if (is_folder || options.head) {
    auto kept = kept_head(options.head.value_or(folder / kHeadFile), key, options.head.has_value());
    if (!kept && options.head) return std::unexpected(kept.error());
    if (kept)
      head = std::move(*kept);
    else
      bad_head =
          TrailDefect{DefectKind::Signature, 0, 0, std::string(kHeadFile), 0, kept.error().text()};
  }
  // Behind the head: a trail that grows meanwhile must not seem to lack what the head vouches for.
  std::vector<TrailFile> files;
  if (is_folder)
    files = PQ_TRY(list_trail_files(path));
  else
    files.push_back({path, 0});
  if (files.empty())
    return base::fail(base::Code::NotFound, path.string() + ": no file of an audit trail is there");
  const std::string fingerprint = key.fingerprint();
  Verifier verifier(std::move(files), std::move(key), is_folder);
  if (head) verifier.expect_head(std::move(*head));
  TrailVerification done = PQ_TRY(verifier.run());
  if (bad_head) done.defects.push_back(std::move(*bad_head));
  done.key = fingerprint;
  done.is_own_key = !options.public_key.has_value();
  return done;
}

} // namespace portique::access
