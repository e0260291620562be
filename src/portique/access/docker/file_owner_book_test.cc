#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/access/docker/file_owner_book.h"
#include "portique/base/file.h"

namespace portique::access {
namespace {

std::unique_ptr<FileOwnerBook> opened(const std::filesystem::path& path) {
  auto book = FileOwnerBook::open(path);
  EXPECT_TRUE(book) << book.error().text();
  return book ? std::move(*book) : nullptr;
}

TEST(FileOwnerBook, RemembersAcrossProcesses) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "owners";
  {
    const auto book = opened(path);
    ASSERT_TRUE(book->record(ResourceKind::Container, "c1", "alice"));
    ASSERT_TRUE(book->record(ResourceKind::Container, "c2", "bob"));
    ASSERT_TRUE(book->record(ResourceKind::Volume, "c1", "carol \"x\"\n"));
    ASSERT_TRUE(book->forget(ResourceKind::Container, "c2"));
    ASSERT_TRUE(book->record(ResourceKind::Container, "c2", "dave"));
    ASSERT_TRUE(book->forget(ResourceKind::Container, "c1"));
    EXPECT_EQ(book->owner(ResourceKind::Container, "c2"), "dave");
  }
  const auto book = opened(path);
  EXPECT_EQ(book->size(), 2U);
  EXPECT_EQ(book->unreadable(), 0U);
  EXPECT_EQ(book->owner(ResourceKind::Container, "c1"), "");
  EXPECT_EQ(book->owner(ResourceKind::Container, "c2"), "dave");
  EXPECT_EQ(book->owner(ResourceKind::Volume, "c1"), "carol \"x\"\n");
  EXPECT_EQ(book->owner(ResourceKind::Network, "c1"), "");
}

TEST(FileOwnerBook, TellsALaterThingOfTheSameName) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto book = opened(folder->path() / "owners");
  ASSERT_TRUE(book->record(ResourceKind::Volume, "data", "alice"));
  ASSERT_TRUE(book->record(ResourceKind::Volume, "data", "bob"));
  ASSERT_TRUE(book->forget_earlier(ResourceKind::Volume, "data", base::now()));
  EXPECT_EQ(book->owner(ResourceKind::Volume, "data"), "alice");
  ASSERT_TRUE(
      book->forget_earlier(ResourceKind::Volume, "data", base::now() + std::chrono::minutes{1}));
  EXPECT_EQ(book->owner(ResourceKind::Volume, "data"), "");
}

TEST(FileOwnerBook, BelongsToOneProcess) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto book = opened(folder->path() / "owners");
  EXPECT_FALSE(FileOwnerBook::open(folder->path() / "owners"));
  std::filesystem::create_symlink("owners", folder->path() / "link");
  EXPECT_FALSE(FileOwnerBook::open(folder->path() / "link"));
}

TEST(FileOwnerBook, SurvivesATornLineAndWhatItCannotRead) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "owners";
  ASSERT_TRUE(base::write_file_atomically(
      path,
      "{\"key\":\"container/a\",\"user\":\"alice\",\"time\":\"2024-02-29T12:00:00Z\"}\n"
      "rubbish\n[]\n\n{\"key\":\"container/b\",\"user\":\"bob\",\"ti"));
  {
    const auto book = opened(path);
    EXPECT_EQ(book->owner(ResourceKind::Container, "a"), "alice");
    EXPECT_EQ(book->owner(ResourceKind::Container, "b"), "");
    EXPECT_EQ(book->unreadable(), 3U);
    ASSERT_TRUE(book->record(ResourceKind::Container, "c", "carol"));
  }
  EXPECT_EQ(opened(path)->owner(ResourceKind::Container, "c"), "carol");
}

TEST(FileOwnerBook, SurvivesKill) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "owners";
  const pid_t child = ::fork();
  if (child == 0) {
    auto book = FileOwnerBook::open(path);
    for (int i = 0; book && i < 100; ++i)
      (void)(*book)->record(ResourceKind::Container, "c" + std::to_string(i), "alice");
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(opened(path)->size(), 100U);
}

TEST(FileOwnerBook, IsWrittenAnewWhenMostOfItIsPast) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "owners";
  {
    const auto book = opened(path);
    for (int i = 0; i < 6'000; ++i) {
      ASSERT_TRUE(book->forget(ResourceKind::Container, "same"));
      ASSERT_TRUE(book->record(ResourceKind::Container, "same", "u" + std::to_string(i)));
    }
  }
  const auto large = std::filesystem::file_size(path);
  {
    const auto book = opened(path);
    EXPECT_EQ(book->owner(ResourceKind::Container, "same"), "u5999");
    EXPECT_LT(std::filesystem::file_size(path), large / 1000);
    ASSERT_TRUE(book->record(ResourceKind::Container, "other", "bob"));
    EXPECT_FALSE(FileOwnerBook::open(path));
  }
  EXPECT_EQ(opened(path)->size(), 2U);
}

TEST(FileOwnerBook, TakesSeveralThreads) {
  const auto folder = base::TempDir::create("owners");
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "owners";
  {
    const auto book = opened(path);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i)
          (void)book->record(
              ResourceKind::Container, std::to_string(t) + "-" + std::to_string(i), "u");
      });
  }
  const auto book = opened(path);
  EXPECT_EQ(book->size(), 800U);
  EXPECT_EQ(book->unreadable(), 0U);
}

} // namespace
} // namespace portique::access
