#include "portique/scan/layer_walk.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <unordered_map>

#include <unistd.h>

#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/scan/executable_file.h"

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
       const base::Limits& limits,
       const WalkOptions& options)
      : range_(tar.file_range()), reader_(tar, limits), matcher_(&matcher), extra_(&extra),
        spool_(&spool), limits_(&limits), only_(options.only), contents_(options.contents) {}

  base::Result<LayerEvidence> run() {
    while (const archive::TarEntry* entry = PQ_TRY(reader_.next())) {
      ++evidence_.entries;
      archive::clean_path(entry->path, path_);
      if (path_.empty()) continue; // the root itself
      if (only_ != nullptr && !only_->contains(path_)) continue;
      const archive::Whiteout whiteout = archive::whiteout_of(path_, buffer_);
      if (whiteout.kind != archive::WhiteoutKind::None) {
        PQ_TRY(remember(whiteout.path.size()));
        (whiteout.kind == archive::WhiteoutKind::File ? evidence_.removed : evidence_.emptied)
            .emplace_back(whiteout.path);
        continue;
      }
      if (contents_ == nullptr) {
        PQ_TRY(visit(*entry));
        continue;
      }
      if (entry->type != EntryType::Directory)
        evidence_.paths.push_back(inventory::path_hash(path_));
      const bool inspected = entry->type == EntryType::File;
      if (inspected)
        contents_->begin({path_,
                          entry->mode,
                          static_cast<std::uint32_t>(entry->uid),
                          static_cast<std::uint32_t>(entry->gid),
                          entry->size});
      PQ_TRY(visit(*entry));
      if (inspected) PQ_TRY(inspect_rest());
    }
    std::ranges::sort(evidence_.paths);
    take_contents();
    std::erase_if(evidence_.programs, [](const Program& program) { return program.path.empty(); });
    return std::move(evidence_);
  }

private:
  /// The next piece of the entry's content, on its way past the inspectors.
  base::Result<base::Bytes> next_piece() {
    const base::Bytes piece = PQ_TRY(reader_.content());
    if (contents_ != nullptr) contents_->content(piece);
    return piece;
  }

  base::Result<void> inspect_rest() {
    while (!PQ_TRY(next_piece()).empty()) {
    }
    contents_->end();
    return {};
  }

  void take_contents() {
    if (contents_ == nullptr) return;
    ContentEvidence found = contents_->finish();
    evidence_.secrets = std::move(found.secrets);
    evidence_.malware = std::move(found.malware);
    evidence_.facts = std::move(found.facts);
    evidence_.checksums = std::move(found.checksums);
    if (!evidence_.checksums.files.empty()) evidence_.checksums.same = std::move(same_files_);
    std::ranges::move(found.issues, std::back_inserter(evidence_.issues));
  }

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
    if (entry.type == EntryType::HardLink) return visit_hard_link(entry, cataloger.has_value());
    if (entry.type == EntryType::File) {
      if (cataloger) return visit_file(entry, *cataloger);
      if (may_be_executable(path_, entry.mode, entry.size)) return visit_executable(entry);
      return hide(path_);
    }
    // A device or pipe where a database is expected hides the one of a lower layer.
    if (!cataloger) return {};
    PQ_TRY(remember(path_.size()));
    evidence_.removed.push_back(path_);
    return {};
  }

  /// A file that says nothing takes the place of one with the same path in this layer that did.
  base::Result<void> hide(const std::string& path) {
    if (program_index_.empty()) return {};
    if (const auto known = program_index_.find(path); known != program_index_.end()) {
      evidence_.programs[known->second].path.clear();
      program_index_.erase(known);
    }
    return {};
  }

  base::Result<void> visit_hard_link(const archive::TarEntry& entry, bool wanted) {
    std::string target;
    archive::clean_path(entry.link_target, target);
    if (contents_ != nullptr) {
      PQ_TRY(remember(0));
      same_files_.push_back({inventory::path_hash(path_), inventory::path_hash(target)});
    }
    if (const auto known = file_index_.find(target); known != file_index_.end()) {
      FileEvidence copy = evidence_.files[known->second];
      copy.path = path_;
      for (model::Package& package : copy.analysis.packages)
        package.path = path_;
      return put(std::move(copy));
    }
    if (const auto known = program_index_.find(target); known != program_index_.end())
      return put_program({path_, evidence_.programs[known->second].executable});
    if (!wanted) return {};
    PQ_TRY(remember(path_.size() + target.size()));
    evidence_.links.push_back({path_, std::move(target), true});
    return {};
  }

  base::Result<void> visit_file(const archive::TarEntry& entry, std::size_t cataloger) {
    const std::uint64_t limit = limits_->*inventory::catalogers()[cataloger].size_limit;
    const std::optional<std::uint64_t> place = range_ ? reader_.content_offset() : std::nullopt;
    const std::uint64_t room = place ? limit : std::max(spool_->size, spool_->memory_bytes);
    if (entry.size > limit || entry.size > room) {
      FileEvidence unread{path_, std::string(inventory::catalogers()[cataloger].id), {}};
      unread.analysis.issues.push_back(
          {Code::LimitExceeded, too_large(entry.size, std::min(limit, room)), path_});
      return put(std::move(unread));
    }
    if (place)
      return put(analyze_file(
          {path_, *range_->file, range_->offset + *place, entry.size}, cataloger, *limits_));
    content_.clear();
    return read_streamed(entry, cataloger);
  }

  /// The content from the stream, `content_` holding what was taken of it already: in memory, or in
  /// the scratch file if it is large.
  base::Result<void> read_streamed(const archive::TarEntry& entry, std::size_t cataloger) {
    if (entry.size <= spool_->memory_bytes) {
      PQ_TRY(copy_content([&](base::Bytes piece) -> base::Result<void> {
        content_ += base::as_text(piece);
        return {};
      }));
      return put(analyze_file({path_, base::as_bytes(content_)}, cataloger, *limits_));
    }
    std::uint64_t at = spool_->offset;
    PQ_TRY(spool_piece(base::as_bytes(content_), at));
    PQ_TRY(copy_content([&](base::Bytes piece) { return spool_piece(piece, at); }));
    return put(analyze_file(
        {path_, *spool_->file, spool_->offset, at - spool_->offset}, cataloger, *limits_));
  }

  base::Result<void> visit_executable(const archive::TarEntry& entry) {
    const std::optional<std::uint64_t> place = range_ ? reader_.content_offset() : std::nullopt;
    content_.clear();
    if (place) {
      content_.resize(kMagicBytes);
      PQ_TRY(base::read_exact_at(
          *range_->file, range_->offset + *place, std::as_writable_bytes(std::span(content_))));
    } else {
      // A piece may be as short as one byte where the decoder's output wraps.
      while (content_.size() < kMagicBytes) {
        const base::Bytes piece = PQ_TRY(next_piece());
        if (piece.empty()) return {};
        content_ += base::as_text(piece);
      }
    }
    const auto kind = executable_kind(base::as_bytes(content_));
    if (!kind) return hide(path_);
    const auto cataloger = matcher_->for_executables();
    const Program program{path_, {*kind, is_library_name(path_)}};
    if (!cataloger) return put_program(program);
    const std::uint64_t limit = limits_->*inventory::catalogers()[*cataloger].size_limit;
    if (place || entry.size > limit || entry.size > std::max(spool_->size, spool_->memory_bytes))
      PQ_TRY(visit_file(entry, *cataloger));
    else
      PQ_TRY(read_streamed(entry, *cataloger));
    return keep_if_it_says_more(program);
  }

  /// Most executables hold no package: of these only the path is kept.
  base::Result<void> keep_if_it_says_more(const Program& program) {
    const auto file = file_index_.find(program.path);
    if (file == file_index_.end() || file->second + 1 != evidence_.files.size()) return {};
    const inventory::Analysis& analysis = evidence_.files.back().analysis;
    if (!analysis.packages.empty() || !analysis.issues.empty()) {
      evidence_.files.back().analysis.executable = program.executable;
      return {};
    }
    file_index_.erase(file);
    evidence_.files.pop_back();
    return put_program(program);
  }

  template <typename Sink> base::Result<void> copy_content(Sink sink) {
    while (true) {
      const base::Bytes piece = PQ_TRY(next_piece());
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
    PQ_TRY(hide(file.path));
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

  base::Result<void> put_program(Program program) {
    const auto [known, is_new] = program_index_.emplace(program.path, evidence_.programs.size());
    if (!is_new) {
      evidence_.programs[known->second] = std::move(program);
      return {};
    }
    PQ_TRY(remember(program.path.size()));
    evidence_.programs.push_back(std::move(program));
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

  std::optional<archive::ByteStream::FileRange> range_;
  archive::TarReader reader_;
  const inventory::PathMatcher* matcher_;
  const ExtraPaths* extra_;
  const Spool* spool_;
  const base::Limits* limits_;
  const OnlyPaths* only_;
  ContentQueue* contents_;
  LayerEvidence evidence_;
  std::unordered_map<std::string, std::size_t> file_index_;    ///< path -> evidence_.files
  std::unordered_map<std::string, std::size_t> program_index_; ///< path -> evidence_.programs
  std::vector<SameFile> same_files_;
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
                                       const base::Limits& limits,
                                       const WalkOptions& options) {
  auto walked = Walk(tar, matcher, extra, spool, limits, options).run();
  // Nothing of a walk that failed may reach the next one.
  if (!walked && options.contents != nullptr) (void)options.contents->finish();
  return walked;
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
  for (model::Package& package : evidence.analysis.packages) {
    package.path = evidence.path;
    package.found_by = reader.id;
  }
  for (model::Issue& issue : evidence.analysis.issues)
    issue.path = evidence.path;
  if (evidence.analysis.distro) evidence.analysis.distro->path = evidence.path;
  return evidence;
}

} // namespace portique::scan
