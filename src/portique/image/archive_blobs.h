#pragma once

// The members of a tar archive (docker save, OCI archive) as a blob store.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "portique/archive/byte_stream.h"
#include "portique/base/fd.h"
#include "portique/base/limits.h"
#include "portique/image/image_source.h"

namespace portique::image {

/// Symbolic and hard links between members, as old versions of docker save write for layers that
/// are the same.
class MemberLinks {
public:
  void add(std::string member, std::string target);

  /// Follows links to the member that has the content; Code::Malformed for a loop.
  [[nodiscard]] base::Result<std::string> follow(std::string_view member) const;

private:
  std::map<std::string, std::string, std::less<>> targets_;
};

/// An archive in a file that can seek: its headers are walked once, then any member can be opened.
class SeekableArchive : public BlobStore {
public:
  /// `file` is borrowed; the archive is not compressed.
  static base::Result<std::unique_ptr<SeekableArchive>> index(const base::Fd& file,
                                                              const base::Limits& limits);

  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override;

  base::Result<std::string> resolve(std::string_view name) override { return links_.follow(name); }

private:
  struct Member {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  explicit SeekableArchive(const base::Fd& file) : file_(&file) {}

  const base::Fd* file_;
  std::map<std::string, Member, std::less<>> members_;
  MemberLinks links_;
};

/// An archive that can only be read once from front to back (it is compressed). Its documents are
/// kept; what looks like a layer is handed out as it passes, before it is known whose it is.
class StreamedArchive : public BlobStore {
public:
  using OnLayer =
      std::function<base::Result<void>(const std::string& member, archive::ByteStream& tar)>;

  /// Reads all of `archive` (decompressed). `on_layer` gets every member that is a tar archive,
  /// maybe compressed, and need not read it to its end.
  static base::Result<std::unique_ptr<StreamedArchive>>
  read(archive::ByteStream& archive, const base::Limits& limits, const OnLayer& on_layer);

  /// Only documents can be opened.
  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override;

  base::Result<std::string> resolve(std::string_view name) override { return links_.follow(name); }

private:
  std::map<std::string, std::string, std::less<>> documents_;
  MemberLinks links_;
};

} // namespace portique::image
