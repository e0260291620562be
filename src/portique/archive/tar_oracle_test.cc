// Archives that GNU tar and Python write of one tree, in every format that they know: what we read
// must be the tree.
#include <array>
#include <map>
#include <ostream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/archive/archive_test_support.h"
#include "portique/archive/layer_path.h"
#include "portique/archive/tar_reader.h"
#include "portique/base/file.h"

namespace portique::archive {
namespace {

namespace fs = std::filesystem;

struct Member {
  TarEntry entry;
  std::string content;
};

/// By cleaned path; of entries with one path the last, as in an extraction.
std::map<std::string, Member> members_of(const fs::path& archive) {
  const auto file = *base::open_file(archive);
  const auto stream = file_stream(file, 0, *base::file_size(file));
  const base::Limits limits;
  TarReader reader(*stream, limits);
  std::map<std::string, Member> members;
  std::string path;
  while (true) {
    const auto entry = reader.next();
    EXPECT_TRUE(entry) << entry.error().text();
    if (!entry || *entry == nullptr) return members;
    clean_path((*entry)->path, path);
    auto content = member_stream(reader)->read_all(1ULL << 26U);
    EXPECT_TRUE(content) << content.error().text();
    members.insert_or_assign(path, Member{**entry, content ? std::move(*content) : ""});
  }
}

/// How much of the tree a format can tell.
enum class Range : std::uint8_t {
  Short,  ///< names of up to 99 bytes, no pipes
  Prefix, ///< ... of up to 255, in two parts
  All,
};

struct Writer {
  const char* name;
  Range range;
  const char* program;
  const char* command; ///< from the folder that holds tree/, to a.tar
};

std::ostream& operator<<(std::ostream& out, const Writer& writer) {
  return out << writer.name;
}

#define PQ_PYTHON_TAR(format)                                                                      \
  "python3 -c \"import tarfile; t = tarfile.open('a.tar', 'w', format=tarfile." format "); "       \
  "t.add('tree', '.'); t.close()\""

constexpr std::array kWriters{
    Writer{"V7", Range::Short, "tar", "tar --format=v7 -C tree -cf a.tar ."},
    Writer{"Ustar", Range::Prefix, "tar", "tar --format=ustar -C tree -cf a.tar ."},
    Writer{"OldGnu", Range::All, "tar", "tar --format=oldgnu -C tree -cf a.tar ."},
    Writer{"Gnu", Range::All, "tar", "tar --format=gnu -C tree -cf a.tar ."},
    Writer{"GnuLabelled", Range::All, "tar", "tar --format=gnu -V label -C tree -cf a.tar ."},
    Writer{"GnuIncremental", Range::All, "tar", "tar --format=gnu -G -C tree -cf a.tar ."},
    Writer{"Posix", Range::All, "tar", "tar --format=posix -C tree -cf a.tar ."},
    Writer{"PosixGlobalHeader",
           Range::All,
           "tar",
           "tar --format=posix --pax-option=comment=all -C tree -cf a.tar ."},
    Writer{"PosixIncremental", Range::All, "tar", "tar --format=posix -G -C tree -cf a.tar ."},
    Writer{"OldGnuSparse", Range::All, "tar", "tar --format=oldgnu -S -C tree -cf a.tar ."},
    Writer{"GnuSparse", Range::All, "tar", "tar --format=gnu -S -C tree -cf a.tar ."},
    Writer{"PaxSparse00",
           Range::All,
           "tar",
           "tar --format=posix -S --sparse-version=0.0 -C tree -cf a.tar ."},
    Writer{"PaxSparse01",
           Range::All,
           "tar",
           "tar --format=posix -S --sparse-version=0.1 -C tree -cf a.tar ."},
    Writer{"PaxSparse10",
           Range::All,
           "tar",
           "tar --format=posix -S --sparse-version=1.0 -C tree -cf a.tar ."},
    Writer{"PythonUstar", Range::Prefix, "python3", PQ_PYTHON_TAR("USTAR_FORMAT")},
    Writer{"PythonGnu", Range::All, "python3", PQ_PYTHON_TAR("GNU_FORMAT")},
    Writer{"PythonPax", Range::All, "python3", PQ_PYTHON_TAR("PAX_FORMAT")},
};

constexpr std::size_t kHole = 64UL * 1024;

class TarOracle : public testing::TestWithParam<Writer> {
protected:
  void SetUp() override {
    PQ_TOOL_OR_SKIP(GetParam().program);
    make_tree();
    ASSERT_TRUE(run_in(folder_.path(), GetParam().command));
  }

  void make_tree() {
    fs::create_directories(tree_ / "dir/empty");
    add_file("empty");
    add_file("block", std::string(512, 'b'));
    add_file("dir/text", sample_text(70'001));
    ASSERT_EQ(chmod((tree_ / "block").c_str(), 06755), 0);
    fs::create_symlink("../block", tree_ / "dir/symlink");
    fs::create_hard_link(tree_ / "dir/text", tree_ / "dir/text-again");
    add_sparse("sparse/hole-only", {}, kHole * 3);
    add_sparse("sparse/data-first", {0}, kHole * 2);
    add_sparse("sparse/data-last", {2}, kHole * 2 + 10);
    // Old GNU headers hold 4 regions, each of their extensions 21.
    add_sparse("sparse/many",
               {1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31,
                33, 35, 37, 39, 41, 43, 45, 47, 49, 51, 53, 55, 57, 59, 61, 63},
               kHole * 65);
    if (GetParam().range == Range::Short) return;
    ASSERT_EQ(mkfifo((tree_ / "fifo").c_str(), 0640), 0);
    const std::string folder = "dir/" + std::string(80, 'd');
    add_file(folder + "/" + std::string(99, 'f'), "behind a prefix");
    if (GetParam().range == Range::Prefix) return;
    add_file("dir/" + std::string(99, 'e'), "a name with its folder above 100 bytes");
    add_file(folder + "/" + std::string(200, 'g'), "beyond a prefix");
    fs::create_symlink(std::string(300, 'x'), tree_ / "long-symlink");
    fs::create_hard_link(tree_ / folder / std::string(200, 'g'), tree_ / "zz-link-to-long-name");
    add_file("caf\xc3\xa9 \xe2\x82\xac", "UTF-8");
    add_file("latin-\xe9\xff", "no UTF-8");
    add_file("new\nline = \\ 1", "awkward");
    add_file("old", "before 1970");
    // Python rounds times before 1970 up, tar down.
    const long part = GetParam().program == std::string_view("tar") ? 250'000'000 : 0;
    const std::array<timespec, 2> times{timespec{-86'401, part}, timespec{-86'401, part}};
    ASSERT_EQ(utimensat(AT_FDCWD, (tree_ / "old").c_str(), times.data(), 0), 0);
    add_sparse("sparse/" + std::string(150, 's'), {1, 4}, kHole * 9);
  }

  void add_file(const std::string& name, std::string_view content = "") {
    fs::create_directories((tree_ / name).parent_path());
    write_bytes(tree_ / name, content);
  }

  /// A few bytes at these multiples of kHole.
  void add_sparse(const std::string& name, const std::vector<off_t>& data, off_t size) {
    add_file(name);
    const std::string path = (tree_ / name).string();
    const base::Fd file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    for (const off_t at : data)
      ASSERT_EQ(pwrite(file.get(), "data here\n", 10, at * static_cast<off_t>(kHole)), 10);
    ASSERT_EQ(ftruncate(file.get(), size), 0);
  }

  void expect_entry(const fs::path& file, const Member& member) {
    const TarEntry& entry = member.entry;
    struct stat status{};
    ASSERT_EQ(lstat(file.c_str(), &status), 0);
    EXPECT_EQ(entry.mode, status.st_mode & 07777U);
    EXPECT_EQ(entry.uid, status.st_uid);
    EXPECT_EQ(entry.gid, status.st_gid);
    EXPECT_EQ(entry.mtime, status.st_mtim.tv_sec);
    if (S_ISDIR(status.st_mode)) {
      EXPECT_EQ(entry.type, EntryType::Directory);
    } else if (S_ISFIFO(status.st_mode)) {
      EXPECT_EQ(entry.type, EntryType::Fifo);
    } else if (S_ISLNK(status.st_mode)) {
      EXPECT_EQ(entry.type, EntryType::Symlink);
      EXPECT_EQ(entry.link_target, fs::read_symlink(file).string());
    } else if (entry.type == EntryType::HardLink) {
      EXPECT_TRUE(fs::equivalent(tree_ / entry.link_target, file)) << entry.link_target;
      ++hard_links_;
    } else {
      EXPECT_EQ(entry.type, EntryType::File);
      EXPECT_EQ(entry.size, static_cast<std::uint64_t>(status.st_size));
      EXPECT_TRUE(member.content == read_bytes(file));
    }
  }

  base::TempDir folder_ = *base::TempDir::create("portique-archive-test");
  fs::path tree_ = folder_.path() / "tree";
  int hard_links_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Writers, TarOracle, testing::ValuesIn(kWriters), [](const auto& writer) {
  return std::string(writer.param.name);
});

TEST_P(TarOracle, TheArchiveIsTheTree) {
  const bool sparse = std::string_view(GetParam().command).find(" -S ") != std::string_view::npos;
  // Or the holes are not tested.
  ASSERT_EQ(fs::file_size(folder_.path() / "a.tar") < 30 * kHole, sparse);
  const auto members = members_of(folder_.path() / "a.tar");
  std::size_t files = 1; // the root
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(tree_)) {
    const std::string path = file.path().lexically_relative(tree_).string();
    SCOPED_TRACE(testing::PrintToString(path));
    const auto member = members.find(path);
    ASSERT_NE(member, members.end());
    expect_entry(file.path(), member->second);
    ++files;
  }
  EXPECT_EQ(members.size(), files);
  EXPECT_EQ(hard_links_, GetParam().range == Range::All ? 2 : 1);
}

/// Files and owners that do not fit into octal digits.
class TarLargeNumbers : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Formats,
                         TarLargeNumbers,
                         testing::Values("oldgnu", "gnu", "posix"),
                         [](const auto& format) { return std::string(format.param); });

TEST_P(TarLargeNumbers, AreRead) {
  PQ_TOOL_OR_SKIP("tar");
  constexpr std::uint64_t kSize = (9ULL << 30U) + 3;
  constexpr std::uint64_t kMark = 8ULL << 30U;
  const auto folder = *base::TempDir::create("portique-archive-test");
  write_bytes(folder.path() / "huge", "");
  {
    const base::Fd file(open((folder.path() / "huge").c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(pwrite(file.get(), "mark", 4, kMark), 4);
    if (ftruncate(file.get(), kSize) != 0) GTEST_SKIP() << "this file system has no huge files";
  }
  ASSERT_TRUE(run_in(folder.path(),
                     "tar --format=" + std::string(GetParam()) +
                         " -S --owner=o:3000000 --group=g:4294967294 -cf a.tar huge"));
  const auto archive = *base::open_file(folder.path() / "a.tar");
  const auto stream = file_stream(archive, 0, *base::file_size(archive));
  const base::Limits limits;
  TarReader reader(*stream, limits);
  const auto entry = reader.next();
  ASSERT_TRUE(entry) << entry.error().text();
  EXPECT_EQ((*entry)->path, "huge");
  EXPECT_EQ((*entry)->size, kSize);
  EXPECT_EQ((*entry)->uid, 3'000'000U);
  EXPECT_EQ((*entry)->gid, 4'294'967'294U);
  EXPECT_EQ(*reader.skip_content(kMark), kMark);
  EXPECT_EQ(base::as_text(*reader.content()).substr(0, 4), "mark");
  EXPECT_EQ(*reader.next(), nullptr);
}

} // namespace
} // namespace portique::archive
