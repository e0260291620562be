#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/audit/file_trail.h"
#include "portique/access/audit/verify_trail.h"
#include "portique/base/file.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

AuditEvent event(int number) {
  AuditEvent made;
  made.time = *base::parse_time("2026-03-01T10:00:00Z");
  made.gate = "guard";
  made.caller.user = "alice";
  made.action = "containers.start";
  made.resource = "c" + std::to_string(number);
  made.decision.allow = number % 2 == 0;
  return made;
}

using Lines = std::vector<std::string>;

/// A trail of one file: file 1, start 2, head 3, decisions 4 to 13, head 14, decisions 15 to 24,
/// head 25, decisions 26 to 30, stop 31, head 32.
class TamperTest : public ::testing::Test {
protected:
  void SetUp() override { write(options()); }

  TrailOptions options() {
    TrailOptions made;
    made.folder = folder();
    made.head_lines = 10;
    made.head_age = std::chrono::hours(1);
    return made;
  }

  static void write(const TrailOptions& options, int events = 25) {
    const auto trail = FileTrail::open(options).value();
    for (int i = 0; i < events; ++i)
      ASSERT_TRUE(trail->append(event(i)));
  }

  [[nodiscard]] fs::path folder() const { return temp_.path() / "trail"; }

  [[nodiscard]] fs::path file() const { return folder() / trail_file_name(1); }

  [[nodiscard]] std::string text() const { return base::read_file(file(), 1U << 30U).value(); }

  [[nodiscard]] Lines lines() const {
    Lines made;
    const std::string all = text();
    std::string_view rest = all;
    while (!rest.empty())
      made.emplace_back(base::take_until(rest, '\n'));
    return made;
  }

  void put(const std::string& content) const {
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << content;
  }

  void put(const Lines& lines) const {
    std::string all;
    for (const std::string& line : lines)
      all += line + '\n';
    put(all);
  }

  [[nodiscard]] TrailVerification verify() const { return verify_trail(folder(), {}).value(); }

  base::TempDir temp_ = *base::TempDir::create("portique-tamper");
};

std::string described(const TrailVerification& done) {
  std::string text;
  for (const TrailDefect& defect : done.defects)
    text += fmt::format("{}{} {}-{} at {}: {}",
                        text.empty() ? "" : "\n",
                        defect_name(defect.kind),
                        defect.first,
                        defect.last,
                        defect.row,
                        defect.text);
  return text;
}

/// The lines from `from` on chained anew, as somebody without the key would do it.
void chain_anew(Lines& lines, std::size_t from) {
  LineHasher hasher;
  for (std::size_t i = from; i < lines.size(); ++i) {
    const std::size_t at = lines[i].find("\"previous\":\"") + 12;
    lines[i].replace(at, 64, hash_text(hasher.of(lines[i - 1])));
  }
}

std::string with(const std::string& line, const std::string& old, const std::string& now) {
  std::string made = line;
  const std::size_t at = made.find(old);
  EXPECT_NE(at, std::string::npos) << line;
  return made.replace(at, old.size(), now);
}

TEST_F(TamperTest, AnUntouchedTrailIsWhole) {
  const TrailVerification done = verify();
  EXPECT_EQ(described(done), "");
  EXPECT_EQ(done.lines, 32U);
  EXPECT_EQ(done.first, 1U);
  EXPECT_EQ(done.last, 32U);
  EXPECT_EQ(done.vouched, 32U);
  EXPECT_EQ(done.heads, 4U);
  EXPECT_EQ(done.bytes, fs::file_size(file()));
  EXPECT_TRUE(done.is_own_key);
  const auto alone = verify_trail(file(), {}).value();
  EXPECT_EQ(described(alone), "");
  EXPECT_EQ(alone.vouched, 32U);
}

TEST_F(TamperTest, EveryActIsNamed) {
  struct Case {
    std::string name;
    std::function<void(Lines&)> act;
    DefectKind kind;
    std::uint64_t first;
    std::uint64_t last;
    std::uint64_t vouched;
    std::size_t defects = 1;
  };

  const std::vector<Case> cases = {
      {"another decision",
       [](Lines& l) { l[16] = with(l[16], "\"allow\"", "\"deny\""); },
       DefectKind::Changed,
       17,
       17,
       14},
      {"one byte of a name",
       [](Lines& l) { l[9] = with(l[9], "alice", "alicf"); },
       DefectKind::Changed,
       10,
       10,
       3},
      {"a blank at the end",
       [](Lines& l) { l[9].insert(l[9].size() - 1, " "); },
       DefectKind::Changed,
       10,
       10,
       3},
      {"the hash of the line before",
       [](Lines& l) { l[9][20] = l[9][20] == 'a' ? 'b' : 'a'; },
       DefectKind::Changed,
       10,
       10,
       3},
      {"another number",
       [](Lines& l) { l[9] = with(l[9], "\"n\":10,", "\"n\":99,"); },
       DefectKind::Changed,
       10,
       10,
       3},
      {"no JSON any more", [](Lines& l) { l[9] = "garbage"; }, DefectKind::Changed, 10, 10, 3},
      {"emptied", [](Lines& l) { l[9] = ""; }, DefectKind::Changed, 10, 10, 3},
      {"NULs",
       [](Lines& l) { l[9] = std::string(l[9].size(), '\0'); },
       DefectKind::Changed,
       10,
       10,
       3},
      {"a line removed", [](Lines& l) { l.erase(l.begin() + 9); }, DefectKind::Removed, 10, 10, 3},
      {"lines removed",
       [](Lines& l) { l.erase(l.begin() + 9, l.begin() + 20); },
       DefectKind::Removed,
       10,
       20,
       3},
      {"a head removed", [](Lines& l) { l.erase(l.begin() + 13); }, DefectKind::Removed, 14, 14, 3},
      {"the beginning removed",
       [](Lines& l) { l.erase(l.begin(), l.begin() + 5); },
       DefectKind::Removed,
       1,
       5,
       32},
      {"the end cut off", [](Lines& l) { l.resize(20); }, DefectKind::Removed, 21, 32, 14},
      {"the end cut off behind a head",
       [](Lines& l) { l.resize(14); },
       DefectKind::Removed,
       15,
       32,
       14},
      {"a line repeated",
       [](Lines& l) { l.insert(l.begin() + 10, l[9]); },
       DefectKind::Inserted,
       10,
       10,
       3},
      {"a line repeated far behind",
       [](Lines& l) { l.insert(l.begin() + 20, l[5]); },
       DefectKind::Inserted,
       6,
       6,
       14},
      {"a line of another time put in",
       [](Lines& l) {
         LineHasher hasher;
         l.insert(l.begin() + 10, line_text(11, hasher.of(l[9]), event_members(event(99)).bytes()));
       },
       DefectKind::Inserted,
       11,
       11,
       3},
      {"junk put in",
       [](Lines& l) { l.insert(l.begin() + 10, "junk"); },
       DefectKind::Inserted,
       0,
       0,
       3},
      {"two lines swapped", [](Lines& l) { std::swap(l[9], l[10]); }, DefectKind::Moved, 10, 11, 3},
      {"a line moved",
       [](Lines& l) { std::rotate(l.begin() + 9, l.begin() + 10, l.begin() + 20); },
       DefectKind::Moved,
       10,
       20,
       3},
      {"a head's signature",
       [](Lines& l) {
         const std::size_t at = l[13].size() - 10;
         l[13][at] = l[13][at] == 'A' ? 'B' : 'A';
       },
       DefectKind::Signature,
       4,
       14,
       3,
       2},
      {"a changed line, and all behind it chained anew",
       [](Lines& l) {
         l[16] = with(l[16], "\"allow\"", "\"deny\"");
         chain_anew(l, 17);
       },
       DefectKind::Signature,
       15,
       25,
       14,
       3},
      {"a line removed, renumbered and chained anew",
       [](Lines& l) {
         l.erase(l.begin() + 28);
         l[28] = with(l[28], "\"n\":30,", "\"n\":29,");
         l[29] = with(l[29], "\"n\":31,", "\"n\":30,");
         l[30] = with(l[30], "\"n\":32,", "\"n\":31,");
         chain_anew(l, 28);
       },
       DefectKind::Signature,
       26,
       31,
       25,
       2},
  };
  EXPECT_GE(cases.size(), 15U);
  const Lines good = lines();
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    Lines changed = good;
    c.act(changed);
    put(changed);
    const TrailVerification done = verify();
    EXPECT_THAT(done.defects, SizeIs(c.defects)) << described(done);
    const auto found = std::ranges::find(done.defects, c.kind, &TrailDefect::kind);
    EXPECT_NE(found, done.defects.end()) << described(done);
    if (found == done.defects.end()) continue;
    EXPECT_GE(found->first, c.first) << described(done);
    EXPECT_LE(found->last, c.last) << described(done);
    if (c.kind != DefectKind::Moved) {
      EXPECT_EQ(found->first, c.first) << described(done);
      EXPECT_EQ(found->last, c.last) << described(done);
    }
    EXPECT_EQ(done.vouched, c.vouched) << described(done);
    EXPECT_FALSE(done.is_whole());
  }
}

TEST_F(TamperTest, EveryByteCounts) {
  const std::string good = text();
  for (std::size_t at = 0; at < good.size(); at += 19) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    EXPECT_FALSE(verify().is_whole()) << at;
  }
  for (std::size_t size = 0; size < good.size(); size += 131) {
    put(good.substr(0, size));
    const auto done = verify_trail(folder(), {});
    EXPECT_FALSE(done.value().is_whole()) << size;
  }
}

TEST_F(TamperTest, SomebodyElsesKeyDoesNotHelp) {
  const fs::path own = temp_.path() / "public-key.pem";
  fs::copy_file(folder() / kPublicKeyFile, own);
  fs::remove_all(folder());
  write(options()); // a trail that is whole in itself, with a pair of keys of its own
  EXPECT_TRUE(verify().is_whole());
  const auto done = verify_trail(folder(), {.public_key = own});
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_FALSE(done->is_whole());
  EXPECT_EQ(done->vouched, 0U);
  EXPECT_THAT(described(*done), HasSubstr("another key"));
  EXPECT_THAT(described(*done), HasSubstr("head.json"));
}

TEST_F(TamperTest, AKeptHeadShowsThatAnOlderTrailWasPutBack) {
  const fs::path backup = temp_.path() / "backup";
  fs::copy(folder(), backup, fs::copy_options::recursive);
  write(options(), 5);
  const fs::path kept = temp_.path() / "kept.json";
  fs::copy_file(folder() / kHeadFile, kept);
  EXPECT_TRUE(verify_trail(folder(), {.head = kept})->is_whole());
  const auto done =
      verify_trail(backup, {.public_key = folder() / kPublicKeyFile, .head = kept}).value();
  EXPECT_THAT(described(done), HasSubstr("missing at the end"));
  EXPECT_EQ(done.defects.at(0).first, 33U);
}

TEST_F(TamperTest, AfterACutTheNextStartDoesNotCoverItUp) {
  Lines changed = lines();
  changed.resize(14);
  put(changed);
  write(options(), 3);
  const TrailVerification done = verify();
  ASSERT_THAT(done.defects, SizeIs(1)) << described(done);
  EXPECT_EQ(done.defects[0].kind, DefectKind::Removed);
  EXPECT_EQ(done.defects[0].first, 15U);
  EXPECT_EQ(done.defects[0].last, 32U);
  EXPECT_EQ(done.vouched, 14U);
}

TEST_F(TamperTest, OverManyFiles) {
  TrailOptions small = options();
  small.file_bytes = 3000;
  write(small, 200);
  const auto files = list_trail_files(folder()).value();
  ASSERT_GT(files.size(), 10U);
  EXPECT_EQ(described(verify()), "");
  for (const TrailFile& file : files) {
    EXPECT_EQ(described(verify_trail(file.path, {}).value()), "") << file.path;
  }
  const fs::path away = temp_.path() / "away";
  fs::rename(files[5].path, away);
  const auto gone = verify();
  ASSERT_THAT(gone.defects, SizeIs(1)) << described(gone);
  EXPECT_EQ(gone.defects[0].kind, DefectKind::Removed);
  EXPECT_EQ(gone.defects[0].first, files[5].first);
  EXPECT_EQ(gone.defects[0].last, files[6].first - 1);
  fs::rename(away, files[5].path);
  // A file under the name of another one.
  fs::rename(files[5].path, folder() / trail_file_name(files[7].first + 1));
  const auto moved = verify();
  ASSERT_THAT(moved.defects, ::testing::Not(IsEmpty()));
  EXPECT_EQ(moved.defects[0].kind, DefectKind::Moved) << described(moved);
}

TEST_F(TamperTest, KeptFilesAreNoDefectAndRemovedOnesAre) {
  TrailOptions small = options();
  small.file_bytes = 3000;
  small.kept_files = 4;
  write(small, 200);
  const auto whole = verify();
  EXPECT_EQ(described(whole), "");
  EXPECT_GT(whole.first, 1U);
  fs::remove(list_trail_files(folder())->front().path);
  EXPECT_THAT(described(verify()), HasSubstr("missing at the beginning"));
}

TEST_F(TamperTest, WhatIsNotSignedYetIsSaid) {
  const auto trail = FileTrail::open(options()).value();
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(trail->append(event(i)));
  const TrailVerification done = verify();
  EXPECT_EQ(described(done), "");
  EXPECT_EQ(done.last, done.vouched + 3);
}

TEST_F(TamperTest, HugeLinesAndManySeamsAreBounded) {
  put("{\"n\":1," + std::string(3U << 20U, 'x') + "\n" + std::string(300'000, '\n'));
  const TrailVerification done = verify();
  EXPECT_TRUE(done.has_more_defects);
  EXPECT_FALSE(done.is_whole());
}

TEST_F(TamperTest, WithoutAKeyOrATrailItFails) {
  fs::rename(folder() / kPublicKeyFile, temp_.path() / "key");
  EXPECT_FALSE(verify_trail(folder(), {}));
  EXPECT_FALSE(verify_trail(temp_.path() / "nowhere", {}));
  EXPECT_TRUE(verify_trail(folder(), {.public_key = temp_.path() / "key"})->is_whole());
}

} // namespace
} // namespace portique::access
