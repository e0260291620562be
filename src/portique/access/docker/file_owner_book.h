#pragma once

// The book of owners as a file of JSON lines to which lines are only added: a few hundred bytes for
// each creation, one write each, so that nothing that was answered is lost when the process is
// killed. It is read once, when it is opened, and written anew when most of it is of things that
// are gone; a database would be asked for nothing but a lookup that memory does faster.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "portique/access/owner_book.h"
#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/base/time.h"

namespace portique::access {

class FileOwnerBook final : public OwnerBook {
public:
  /// Makes the file if it is not there. One process at a time: a second one gets an error. Lines
  /// that cannot be read (the last one of a machine that lost power) are left out and counted.
  static base::Result<std::unique_ptr<FileOwnerBook>> open(const std::filesystem::path& path);

  /// Written when it returns.
  base::Result<void>
  record(ResourceKind kind, std::string_view id, std::string_view owner) override;
  base::Result<void> forget(ResourceKind kind, std::string_view id) override;
  base::Result<std::string> owner(ResourceKind kind, std::string_view id) override;

  /// The engine says when what has that id now was created. Was it after its owner was written
  /// down, then the owner's thing went and came back without the gate: nobody owns it.
  base::Result<void> forget_earlier(ResourceKind kind, std::string_view id, base::Time created);

  [[nodiscard]] std::size_t size() const;

  [[nodiscard]] std::size_t unreadable() const { return unreadable_; }

private:
  struct Entry {
    std::string user;
    base::Time time;
  };

  using Entries = std::map<std::string, Entry, std::less<>>; ///< by "kind/id"

  FileOwnerBook(std::filesystem::path path, base::Fd file)
      : path_(std::move(path)), file_(std::move(file)) {}

  static std::string line(const std::string& key, const Entry& entry);
  base::Result<void> load();
  void take(std::string_view line);
  base::Result<void> add(std::string_view line);
  base::Result<void> compact();
  base::Result<void> remove(Entries::iterator found);

  std::filesystem::path path_;
  mutable std::mutex mutex_;
  base::Fd file_;
  Entries entries_;
  std::size_t lines_ = 0;
  std::size_t unreadable_ = 0;
};

} // namespace portique::access
