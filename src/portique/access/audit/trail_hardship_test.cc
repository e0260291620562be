// What a trail goes through: the death of its process, a full disk, a slow one, many files; and
// that a verifier that shares no line with ours says the same of it.

#include <atomic>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/trail_cursor.h"
#include "portique/access/audit/verify_trail.h"
#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

AuditEvent event(const std::string& resource) {
  AuditEvent made;
  made.gate = "guard";
  made.caller.user = "alice";
  made.action = "containers.start";
  made.resource = resource;
  made.decision.allow = true;
  return made;
}

std::string described(const TrailVerification& done) {
  std::string text;
  for (const TrailDefect& defect : done.defects)
    text += fmt::format(
        "{} {}-{}: {}\n", defect_name(defect.kind), defect.first, defect.last, defect.text);
  return text;
}

/// What testdata/verify_trail.py says of a folder; nothing without python3.
std::optional<boost::json::object> oracle(const fs::path& folder) {
  const auto ran =
      base::run_program({"python3", PORTIQUE_TESTDATA "/verify_trail.py", folder.string()});
  if (!ran || ran->exit_status != 0) return std::nullopt;
  return base::parse_json(ran->out).value().as_object();
}

/// Appends with several threads, and tells each number through `told`, until it is killed.
[[noreturn]] void append_for_ever(TrailOptions options, int told) {
  const auto trail = FileTrail::open(std::move(options)).value();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0;; ++i) {
        const std::string name = fmt::format("{}-{}-{}", ::getpid(), t, i);
        const auto number = trail->append(event(name));
        if (!number) ::_exit(3);
        const std::string line = fmt::format("{} {}\n", *number, name);
        if (::write(told, line.data(), line.size()) < 0) ::_exit(4);
      }
    });
  threads.clear();
  ::_exit(5);
}

class TrailHardshipTest : public ::testing::Test {
protected:
  [[nodiscard]] fs::path folder() const { return temp_.path() / "trail"; }

  [[nodiscard]] TrailOptions options() const {
    TrailOptions made;
    made.folder = folder();
    return made;
  }

  /// Lets a process write for a while, kills it, and keeps what it was told.
  void write_and_kill(const TrailOptions& options, std::map<std::uint64_t, std::string>& told) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    base::Fd read(ends[0]);
    base::Fd write(ends[1]);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) append_for_ever(options, write.get());
    write.reset();
    std::string text;
    std::array<std::byte, 4096> chunk{};
    const auto until = steady_clock::now() + milliseconds(300);
    bool is_killed = false;
    while (const std::size_t count = base::read_some(read, chunk).value()) {
      text += base::as_text(std::span(chunk).first(count));
      if (!is_killed && steady_clock::now() > until) {
        ::kill(child, SIGKILL);
        is_killed = true;
      }
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << status;
    std::string_view rest = text;
    while (!rest.empty()) {
      std::string_view line = base::take_until(rest, '\n');
      const auto number = base::parse_int<std::uint64_t>(base::take_until(line, ' '));
      if (number && !rest.empty()) told[*number] = line;
    }
  }

  base::TempDir temp_ = *base::TempDir::create("portique-hardship");
};

TEST_F(TrailHardshipTest, NoAnsweredLineIsLostOnKill) {
  TrailOptions busy = options();
  busy.file_bytes = 200'000;
  busy.head_lines = 50;
  busy.deadline = milliseconds(20'000);
  std::map<std::uint64_t, std::string> told;
  for (int round = 0; round < 5; ++round)
    write_and_kill(busy, told);
  {
    ASSERT_TRUE(FileTrail::open(busy));
  }
  ASSERT_GT(told.size(), 200U);
  const TrailVerification done = verify_trail(folder(), {}).value();
  EXPECT_EQ(described(done), "");
  EXPECT_EQ(done.vouched, done.last);
  auto cursor = TrailCursor::open(folder()).value();
  std::size_t found = 0;
  while (const auto line = cursor.next().value()) {
    const auto entry = told.find(read_line_start(*line)->number);
    if (entry == told.end()) continue;
    EXPECT_THAT(std::string(*line), HasSubstr("\"resource\":\"" + entry->second + "\""));
    ++found;
  }
  EXPECT_EQ(found, told.size());
}

TEST_F(TrailHardshipTest, AnotherVerifierSaysTheSame) {
  if (!base::run_program({"python3", "--version"})) GTEST_SKIP() << "python3 is not installed";
  if (!base::run_program({"openssl", "version"})) GTEST_SKIP() << "openssl is not installed";
  TrailOptions small = options();
  small.file_bytes = 5000;
  small.head_lines = 9;
  for (int run = 0; run < 2; ++run) {
    const auto trail = FileTrail::open(small).value();
    for (int i = 0; i < 25; ++i)
      ASSERT_TRUE(trail->append(event("c\x01\"\\" + std::to_string(i))));
  }
  const TrailVerification ours = verify_trail(folder(), {}).value();
  EXPECT_EQ(described(ours), "");
  const auto theirs = oracle(folder());
  ASSERT_TRUE(theirs);
  EXPECT_TRUE(theirs->at("whole").as_bool()) << theirs->at("why");
  EXPECT_EQ(base::json_integer(&*theirs, "lines"), ours.lines);
  EXPECT_EQ(base::json_integer(&*theirs, "last"), ours.last);
  EXPECT_EQ(base::json_integer(&*theirs, "vouched"), ours.vouched);
  // Single bits anywhere: both see it, and trust the same lines.
  std::mt19937 random(7);
  const auto files = list_trail_files(folder()).value();
  for (int i = 0; i < 8; ++i) {
    const fs::path file = files[random() % files.size()].path;
    const std::string good = base::read_file(file, 1U << 20U).value();
    std::string bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1U << (random() % 7));
    ASSERT_TRUE(base::write_file_atomically(file, bad));
    const TrailVerification seen = verify_trail(folder(), {}).value();
    EXPECT_FALSE(seen.is_whole());
    const auto also = oracle(folder());
    ASSERT_TRUE(also);
    EXPECT_FALSE(also->at("whole").as_bool());
    EXPECT_EQ(base::json_integer(&*also, "vouched"), seen.vouched);
    ASSERT_TRUE(base::write_file_atomically(file, good));
  }
}

/// A file system of its own, as small as wanted.
class SmallDisk {
public:
  explicit SmallDisk(fs::path folder) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    is_there_ = ::mount("none", folder_.c_str(), "tmpfs", 0, "size=256k") == 0;
  }

  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  ~SmallDisk() {
    if (is_there_) ::umount2(folder_.c_str(), MNT_DETACH);
  }

  [[nodiscard]] bool is_there() const { return is_there_; }

private:
  fs::path folder_;
  bool is_there_ = false;
};

TEST_F(TrailHardshipTest, AFullDiskRefusesAndIsRecoveredFrom) {
  const SmallDisk disk(temp_.path() / "disk");
  if (!disk.is_there()) GTEST_SKIP() << "a tmpfs cannot be mounted: " << std::strerror(errno);
  TrailOptions full = options();
  full.folder = temp_.path() / "disk" / "trail";
  full.head_age = milliseconds(20);
  const fs::path ballast = temp_.path() / "disk" / "ballast";
  std::size_t written = 0;
  std::size_t refused = 0;
  {
    const auto trail = FileTrail::open(full).value();
    for (int round = 0; round < 3; ++round) {
      std::ofstream(ballast) << std::string(1'000'000, 'x'); // as much as fits
      for (int i = 0; i < 40; ++i) {
        const auto begin = steady_clock::now();
        if (const auto number = trail->append(event(std::string(2000, 'y')))) {
          ++written;
        } else {
          ++refused;
          EXPECT_THAT(number.error().text(), HasSubstr("no space left"));
        }
        EXPECT_LT(steady_clock::now() - begin, milliseconds(2000));
      }
      std::this_thread::sleep_for(milliseconds(60)); // a head that cannot be written either
      fs::remove(ballast);
      const auto again = trail->append(event("again"));
      EXPECT_TRUE(again) << again.error().text();
    }
    EXPECT_EQ(trail->counts().refused, refused);
  }
  EXPECT_GT(refused, 10U);
  const TrailVerification done = verify_trail(full.folder, {}).value();
  EXPECT_EQ(described(done), "");
  EXPECT_EQ(done.vouched, done.last);
  auto cursor = TrailCursor::open(full.folder).value();
  std::size_t told = 0;
  std::size_t decisions = 0;
  while (const auto line = cursor.next().value()) {
    const auto value = base::parse_json(*line).value();
    const auto* members = base::json_object(&value);
    decisions += base::json_string(members, "kind") == "decision" ? 1 : 0;
    if (base::json_string(members, "kind") == "refused")
      told += static_cast<std::size_t>(base::json_integer(members, "count").value());
  }
  EXPECT_EQ(told, refused);
  EXPECT_EQ(decisions, written + 3);
}

/// How long a thread that writes is held up by each look at the clock.
thread_local milliseconds slowness{0};

TEST_F(TrailHardshipTest, ASlowWriteIsGivenUpAndSaidSo) {
  TrailOptions slow = options();
  slow.deadline = milliseconds(400);
  slow.head_lines = 1; // every write asks for the time
  slow.clock = [] {
    std::this_thread::sleep_for(slowness);
    return base::now();
  };
  {
    const auto trail = FileTrail::open(slow).value();
    ASSERT_TRUE(trail->append(event("a")));
    const auto append_slowly = [&](const char* resource, milliseconds by) {
      return std::jthread([&trail, resource, by] {
        slowness = by;
        EXPECT_TRUE(trail->append(event(resource))); // who writes waits for it
      });
    };
    const auto b = append_slowly("b", milliseconds(300));
    std::this_thread::sleep_for(milliseconds(100));
    const auto c = append_slowly("c", milliseconds(900));
    std::this_thread::sleep_for(milliseconds(100));
    // c writes it, too, as soon as b is done.
    const auto late = trail->append(event("d"));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code(), base::Code::Timeout);
    std::this_thread::sleep_for(milliseconds(250));
    const auto begin = steady_clock::now();
    EXPECT_FALSE(trail->append(event("e"))); // nobody can expect an answer any more
    EXPECT_LT(steady_clock::now() - begin, milliseconds(200));
    for (int i = 0; i < 300 && trail->counts().late == 0; ++i)
      std::this_thread::sleep_for(milliseconds(10));
    ASSERT_TRUE(trail->append(event("f")));
    EXPECT_EQ(trail->counts().late, 1U);
    EXPECT_EQ(trail->counts().refused, 2U);
  }
  const TrailVerification done = verify_trail(folder(), {}).value();
  EXPECT_EQ(described(done), "");
  std::vector<std::string> resources;
  std::uint64_t number_of_d = 0;
  std::uint64_t said = 0;
  auto cursor = TrailCursor::open(folder()).value();
  while (const auto line = cursor.next().value()) {
    const auto value = base::parse_json(*line).value();
    const auto* members = base::json_object(&value);
    if (const auto resource = base::json_string(members, "resource"); !resource.empty())
      resources.emplace_back(resource);
    const auto number = static_cast<std::uint64_t>(base::json_integer(members, "n").value());
    if (base::json_string(members, "resource") == "d") number_of_d = number;
    if (base::json_string(members, "kind") == "late")
      said = static_cast<std::uint64_t>(base::json_integer(members, "entry").value());
  }
  EXPECT_THAT(resources, ::testing::ElementsAre("a", "b", "c", "d", "f"));
  EXPECT_GT(number_of_d, 0U);
  EXPECT_EQ(said, number_of_d);
}

} // namespace
} // namespace portique::access
