#include <fstream>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/access/audit/file_trail.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AuditEvent event(const std::string& resource) {
  AuditEvent made;
  made.time = *base::parse_time("2026-03-01T10:00:00Z");
  made.gate = "guard";
  made.caller.user = "alice";
  made.action = "containers.start";
  made.resource_kind = "container";
  made.resource = resource;
  made.decision.allow = true;
  return made;
}

std::vector<std::string> lines_of(const fs::path& folder) {
  std::vector<std::string> lines;
  const auto files = list_trail_files(folder).value();
  for (const TrailFile& file : files) {
    const std::string text = base::read_file(file.path, 1ULL << 30U).value();
    std::string_view rest = text;
    while (!rest.empty())
      lines.emplace_back(base::take_until(rest, '\n'));
  }
  return lines;
}

std::vector<std::string> kinds_of(const fs::path& folder) {
  std::vector<std::string> kinds;
  for (const std::string& line : lines_of(folder))
    kinds.emplace_back(read_line_start(line).value().kind);
  return kinds;
}

/// That each line carries the hash of the one before it, from the first line on.
void expect_chained(const fs::path& folder) {
  LineHasher hasher;
  Hash previous = kNoLine;
  std::uint64_t number = 0;
  for (const std::string& line : lines_of(folder)) {
    const auto start = read_line_start(line);
    ASSERT_TRUE(start) << line;
    EXPECT_EQ(start->number, ++number);
    ASSERT_EQ(hash_text(start->previous), hash_text(previous)) << line;
    previous = hasher.of(line);
  }
}

class FileTrailTest : public ::testing::Test {
protected:
  [[nodiscard]] TrailOptions options() const {
    TrailOptions made;
    made.folder = temp_.path() / "trail";
    return made;
  }

  [[nodiscard]] fs::path folder() const { return temp_.path() / "trail"; }

  base::TempDir temp_ = *base::TempDir::create("portique-trail");
};

TEST_F(FileTrailTest, WritesEventsInOrderAndSignsBeginningAndEnd) {
  {
    const auto trail = FileTrail::open(options()).value();
    EXPECT_EQ(trail->append(event("a")).value(), 4U);
    EXPECT_EQ(trail->append(event("b")).value(), 5U);
    EXPECT_EQ(trail->counts().written, 2U);
    EXPECT_THAT(lines_of(folder()).back(), HasSubstr("\"resource\":\"b\""));
  }
  EXPECT_THAT(kinds_of(folder()),
              ElementsAre("file", "start", "head", "decision", "decision", "stop", "head"));
  expect_chained(folder());
  EXPECT_EQ(base::trim(base::read_file(folder() / kHeadFile, 1U << 20U).value()),
            lines_of(folder()).back());
}

TEST_F(FileTrailTest, GoesOnWhereItEnded) {
  for (int run = 0; run < 3; ++run) {
    const auto trail = FileTrail::open(options()).value();
    ASSERT_TRUE(trail->append(event("run")));
  }
  EXPECT_EQ(list_trail_files(folder())->size(), 1U);
  EXPECT_EQ(lines_of(folder()).size(), 1 + 3 * 5U);
  expect_chained(folder());
}

TEST_F(FileTrailTest, ASecondWriterIsRefused) {
  const auto first = FileTrail::open(options()).value();
  const auto second = FileTrail::open(options());
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text(), HasSubstr("another process"));
  EXPECT_TRUE(first->append(event("a")));
}

TEST_F(FileTrailTest, TheKeyIsItsOwnersAlone) {
  {
    const auto trail = FileTrail::open(options()).value();
  }
  struct stat status{};
  ASSERT_EQ(::stat((folder() / kSigningKeyFile).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(base::read_file(folder() / kPublicKeyFile, 1000).value(), HasSubstr("PUBLIC KEY"));
  fs::permissions(folder() / kSigningKeyFile, fs::perms(0640));
  const auto refused = FileTrail::open(options());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("0600"));
}

TEST_F(FileTrailTest, RotationKeepsTheChainOverFiles) {
  TrailOptions small = options();
  small.file_bytes = 4096;
  {
    const auto trail = FileTrail::open(small).value();
    for (int i = 0; i < 100; ++i)
      ASSERT_TRUE(trail->append(event("c" + std::to_string(i))));
  }
  const auto files = list_trail_files(folder()).value();
  EXPECT_GT(files.size(), 5U);
  expect_chained(folder());
  for (const TrailFile& file : files) {
    const std::string text = base::read_file(file.path, 1U << 20U).value();
    EXPECT_LT(text.size(), 6000U);
    const auto start = read_line_start(std::string_view(text).substr(0, text.find('\n'))).value();
    EXPECT_EQ(start.number, file.first);
    EXPECT_EQ(start.kind, "file");
    const std::size_t last = text.rfind('\n', text.size() - 2);
    EXPECT_EQ(read_line_start(base::trim(std::string_view(text).substr(last + 1)))->kind, "head");
  }
}

TEST_F(FileTrailTest, OldFilesAreRemovedAndTheNextOneSaysSo) {
  TrailOptions small = options();
  small.file_bytes = 2048;
  small.kept_files = 3;
  {
    const auto trail = FileTrail::open(small).value();
    for (int i = 0; i < 60; ++i)
      ASSERT_TRUE(trail->append(event("c")));
  }
  const auto files = list_trail_files(folder()).value();
  ASSERT_EQ(files.size(), 3U);
  EXPECT_GT(files[0].first, 1U);
  const std::string last = base::read_file(files[2].path, 1U << 20U).value();
  EXPECT_THAT(last.substr(0, last.find('\n')),
              HasSubstr("\"oldest\":" + std::to_string(files[0].first) + "}"));
}

TEST_F(FileTrailTest, SignsInTimeWithoutFurtherEvents) {
  TrailOptions quick = options();
  quick.head_age = std::chrono::milliseconds(50);
  const auto trail = FileTrail::open(quick).value();
  ASSERT_TRUE(trail->append(event("a")));
  for (int i = 0; i < 200 && kinds_of(folder()).back() != "head"; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(kinds_of(folder()).back(), "head");
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(trail->counts().heads, 2U); // nothing new, nothing to sign
}

TEST_F(FileTrailTest, ATornLineIsPutAsideAndTheTrailGoesOn) {
  {
    const auto trail = FileTrail::open(options()).value();
  }
  const fs::path file = list_trail_files(folder())->front().path;
  std::ofstream(file, std::ios::app) << "{\"n\":6,\"previous\":\"01";
  {
    ASSERT_TRUE(FileTrail::open(options()).value()->append(event("a")));
  }
  expect_chained(folder());
  EXPECT_THAT(kinds_of(folder()), Contains("recovered"));
  EXPECT_EQ(base::read_file(folder() / "torn-00000000000000000001-1.bin", 100).value(),
            "{\"n\":6,\"previous\":\"01");
}

TEST_F(FileTrailTest, NulsAtTheEndArePutAsideAsWell) {
  {
    const auto trail = FileTrail::open(options()).value();
  }
  const fs::path file = list_trail_files(folder())->front().path;
  std::ofstream(file, std::ios::app) << std::string(5000, '\0') << '\n';
  {
    ASSERT_TRUE(FileTrail::open(options()).value()->append(event("a")));
  }
  expect_chained(folder());
  EXPECT_EQ(fs::file_size(folder() / "torn-00000000000000000001-1.bin"), 5001U);
}

TEST_F(FileTrailTest, ManyThreadsGetManyNumbers) {
  constexpr std::size_t kThreads = 16;
  constexpr std::size_t kEach = 200;
  std::vector<std::vector<std::uint64_t>> numbers(kThreads);
  {
    TrailOptions busy = options();
    busy.file_bytes = 100'000;
    busy.head_lines = 100;
    busy.deadline = std::chrono::seconds(30);
    const auto trail = FileTrail::open(busy).value();
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < kEach; ++i)
          if (const auto number = trail->append(event(std::to_string(t * kEach + i))))
            numbers[t].push_back(*number);
      });
  }
  expect_chained(folder());
  const auto lines = lines_of(folder());
  std::size_t found = 0;
  for (std::size_t t = 0; t < kThreads; ++t) {
    ASSERT_EQ(numbers[t].size(), kEach);
    for (std::size_t i = 0; i < kEach; ++i) {
      const std::string want = "\"resource\":\"" + std::to_string(t * kEach + i) + "\"";
      found += lines.at(numbers[t][i] - 1).find(want) != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_EQ(found, kThreads * kEach);
}

TEST_F(FileTrailTest, AFolderThatGoesAwayRefusesUntilItIsBack) {
  const auto trail = FileTrail::open(options()).value();
  ASSERT_TRUE(trail->append(event("a")));
  const fs::path away = temp_.path() / "away";
  fs::rename(folder(), away);
  EXPECT_FALSE(trail->append(event("b")));
  EXPECT_FALSE(trail->append(event("c")));
  fs::rename(away, folder());
  EXPECT_TRUE(trail->append(event("d")));
  EXPECT_EQ(trail->counts().refused, 2U);
  const auto lines = lines_of(folder());
  EXPECT_THAT(lines, Contains(HasSubstr("\"kind\":\"refused\"")));
  EXPECT_THAT(lines, Contains(HasSubstr("\"count\":2")));
  expect_chained(folder());
}

TEST_F(FileTrailTest, AFileThatIsTakenAwayIsFollowedByAnotherThatSaysSo) {
  const auto trail = FileTrail::open(options()).value();
  ASSERT_TRUE(trail->append(event("a")));
  fs::remove(list_trail_files(folder())->front().path);
  const auto number = trail->append(event("b"));
  ASSERT_TRUE(number);
  EXPECT_EQ(*number, 8U); // file 5, its head 6, recovered 7
  EXPECT_THAT(lines_of(folder()), Contains(HasSubstr("the file is gone")));
}

} // namespace
} // namespace portique::access
