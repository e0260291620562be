#include "portique/scan/layer_walk.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <unordered_map>

#include <unistd.h>

#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/text.h"

namespace portique::scan {

using archive::EntryType;
using base::Code;

namespace {

std::string too_large(std::uint64_t size, std::uint64_t limit) {
  return "the file has " + std::to_string(size) + " bytes, more than the " + std::to_string(limit) +
         " that are read; what it lists is missing";
}

class Walk {
public:
  Walk(archive::ByteStream& tar,
       const inventory::PathMatcher& matcher,
       const ExtraPaths& extra,
       const Spool& spool,
       const base::Limits& limits)
      : reader_(tar, limits), matcher_(&matcher), extra_(&extra), spool_(&spool), limits_(&limits) {
  }

  base::Result<LayerEvidence> run() {
    while (const archive::TarEntry* entry = PQ_TRY(reader_.next())) {
      ++evidence_.entries;
      archive::clean_path(entry->path, path_);
      if (path_.empty()) continue; // the root itself
      const archive::Whiteout whiteout = archive::whiteout_of(path_, buffer_);
      if (whiteout.kind != archive::WhiteoutKind::None) {
        PQ_TRY(remember(whiteout.path.size()));
        (whiteout.kind == archive::WhiteoutKind::File ? evidence_.removed : evidence_.emptied)
            .emplace_back(whiteout.path);
        continue;
      }
      PQ_TRY(visit(*entry));
    }
    return std::move(evidence_);
  }

private:
  std::optional<std::size_t> wanted(std::string_view path) const {
    if (!extra_->empty())
      if (const auto extra = extra_->find(path); extra != extra_->end()) return extra->second;
    return matcher_->match(path);
  }

  base::Result<void> visit(const archive::TarEntry& entry) {
    if (entry.type == EntryType::Symlink) {
      PQ_TRY(remember(path_.size() + entry.link_target.size()));
      evidence_.links.push_back({path_, entry.link_target, false});
      return {};
    }
    if (entry.type == EntryType::Directory) return {};
    const auto cataloger = wanted(path_);
    if (!cataloger) return {};
    if (entry.type == EntryType::HardLink) return visit_hard_link(entry);
    if (entry.type == EntryType::File) return visit_file(entry, *cataloger);
    // A device or pipe where a database is expected hides the one of a lower layer.
    PQ_TRY(remember(path_.size()));
    evidence_.removed.push_back(path_);
    return {};
  }

  base::Result<void> visit_hard_link(const archive::TarEntry& entry) {
    std::string target;
    archive::clean_path(entry.link_target, target);
    if (const auto known = file_index_.find(target); known != file_index_.end()) {
      FileEvidence copy = evidence_.files[known->second];
      copy.path = path_;
      for (model::Package& package : copy.analysis.packages)
        package.path = path_;
      return put(std::move(copy));
    }
    PQ_TRY(remember(path_.size() + target.size()));
    evidence_.links.push_back({path_, std::move(target), true});
    return {};
  }

  base::Result<void> visit_file(const archive::TarEntry& entry, std::size_t cataloger) {
    const std::uint64_t limit = limits_->*inventory::catalogers()[cataloger].size_limit;
    if (entry.size > limit || entry.size > std::max(spool_->size, spool_->memory_bytes)) {
      FileEvidence unread{path_, std::string(inventory::catalogers()[cataloger].id), {}};
      unread.analysis.issues.push_back(
          {Code::LimitExceeded, too_large(entry.size, std::min(limit, spool_->size)), path_});
      return put(std::move(unread));
    }
    if (entry.size <= spool_->memory_bytes) {
      content_.clear();
      PQ_TRY(copy_content([&](base::Bytes piece) -> base::Result<void> {
        content_ += base::as_text(piece);
        return {};
      }));
      return put(analyze_file({path_, base::as_bytes(content_)}, cataloger, *limits_));
    }
    std::uint64_t at = spool_->offset;
    PQ_TRY(copy_content([&](base::Bytes piece) { return spool_piece(piece, at); }));
    return put(analyze_file(
        {path_, *spool_->file, spool_->offset, at - spool_->offset}, cataloger, *limits_));
  }

  template <typename Sink> base::Result<void> copy_content(Sink sink) {
    while (true) {
      const base::Bytes piece = PQ_TRY(reader_.content());
      if (piece.empty()) return {};
      PQ_TRY(sink(piece));
    }
  }

  base::Result<void> spool_piece(base::Bytes piece, std::uint64_t& at) const {
    while (!piece.empty()) {
      const ssize_t written =
          ::pwrite(spool_->file->get(), piece.data(), piece.size(), static_cast<off_t>(at));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return base::fail_errno("cannot write to the scratch file", errno);
      piece = piece.subspan(static_cast<std::size_t>(written));
      at += static_cast<std::uint64_t>(written);
    }
    return {};
  }

  /// A path that comes twice in one layer: the later entry counts, as in an extraction.
  base::Result<void> put(FileEvidence file) {
    const auto [known, is_new] = file_index_.emplace(file.path, evidence_.files.size());
    if (!is_new) {
      evidence_.files[known->second] = std::move(file);
      return {};
    }
    if (evidence_.files.size() >= limits_->wanted_files)
      return base::fail(Code::LimitExceeded,
                        "the layer has more than " + std::to_string(limits_->wanted_files) +
                            " files that describe packages");
    evidence_.files.push_back(std::move(file));
    return {};
  }

  /// Counts one more thing to remember against the limits.
  base::Result<void> remember(std::size_t bytes) {
    remembered_bytes_ += bytes;
    if (++remembered_ > limits_->links || remembered_bytes_ > limits_->link_bytes)
      return base::fail(Code::LimitExceeded,
                        "the layer has more than " + std::to_string(limits_->links) +
                            " links and whiteouts, or their names are too long");
    return {};
  }

  archive::TarReader reader_;
  const inventory::PathMatcher* matcher_;
  const ExtraPaths* extra_;
  const Spool* spool_;
  const base::Limits* limits_;
  LayerEvidence evidence_;
  std::unordered_map<std::string, std::size_t> file_index_; ///< path -> evidence_.files
  std::string path_;
  std::string buffer_;
  std::string content_;
  std::uint64_t remembered_ = 0;
  std::uint64_t remembered_bytes_ = 0;
};

} // namespace

base::Result<LayerEvidence> walk_layer(archive::ByteStream& tar,
                                       const inventory::PathMatcher& matcher,
                                       const ExtraPaths& extra,
                                       const Spool& spool,
                                       const base::Limits& limits) {
  return Walk(tar, matcher, extra, spool, limits).run();
}

FileEvidence analyze_file(const inventory::FileContent& file,
                          std::size_t cataloger,
                          const base::Limits& limits) {
  const inventory::Cataloger& reader = inventory::catalogers()[cataloger];
  FileEvidence evidence{std::string(file.path()), std::string(reader.id), {}};
  const std::uint64_t limit = limits.*reader.size_limit;
  if (file.size() > limit)
    evidence.analysis.issues.push_back(
        {Code::LimitExceeded, too_large(file.size(), limit), evidence.path});
  else
    evidence.analysis = reader.analyze(file, limits);
  for (model::Package& package : evidence.analysis.packages)
    package.path = evidence.path;
  for (model::Issue& issue : evidence.analysis.issues)
    issue.path = evidence.path;
  if (evidence.analysis.distro) evidence.analysis.distro->path = evidence.path;
  return evidence;
}

} // namespace portique::scan
