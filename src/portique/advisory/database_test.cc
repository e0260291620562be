// The database as a file: what is written is read back, and what was damaged is never taken for
// good.

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/affected_record.h"
#include "portique/advisory/database.h"
#include "portique/advisory/lmdb_file.h"
#include "portique/advisory/package_name.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  return base::read_file(file, 1U << 26U).value_or("");
}

void write(const fs::path& file, std::string_view content) {
  std::ofstream(file, std::ios::binary) << content;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST(Database, GivesBackWhatWasBuilt) {
  SmallDatabase small({"DSA-5343-1", "PYSEC-2022-42969"});
  small.builder().add_kev("CVE-2023-0286");
  small.builder().add_epss("CVE-2023-0286", 0.5, 0.75);
  small.builder().set_feed({"osv", "a folder", kNow, 1});
  small.builder().set_feed({"osv", "a mirror", kNow, 2});
  const Database database = small.open();
  EXPECT_EQ(database.info().schema_version, kSchemaVersion);
  EXPECT_EQ(database.info().built, kNow);
  EXPECT_FALSE(database.info().embedded);
  EXPECT_THAT(database.info().ecosystems, ElementsAre("Debian:11", "PyPI"));
  ASSERT_EQ(database.info().feeds.size(), 1U) << "the same name again replaces";
  EXPECT_EQ(database.info().feeds[0].source, "a mirror");
  EXPECT_TRUE(database.covers("Debian:11"));
  EXPECT_FALSE(database.covers("Debian"));
  EXPECT_FALSE(database.entries(package_key("PyPI", "Py")).empty());
  EXPECT_TRUE(database.entries(package_key("PyPI", "pip")).empty());
  const auto head = database.head(0);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->id, "DSA-5343-1");
  EXPECT_EQ(head->cves.size(), 5U);
  EXPECT_EQ(database.text(0)->title, "openssl - security update");
  const auto facts = database.cve("CVE-2023-0286");
  ASSERT_TRUE(facts && *facts);
  EXPECT_TRUE((*facts)->kev);
  EXPECT_DOUBLE_EQ(*(*facts)->epss, 0.5);
  EXPECT_FALSE(*database.cve("CVE-1999-0001"));
  EXPECT_TRUE(database.verify());
  EXPECT_TRUE(verify_database(small.file()));
}

TEST(Database, OfTheSameInputHasTheSameBytes) {
  SmallDatabase one({"DSA-5343-1", "GHSA-22h7-7wwg-qmgg"});
  SmallDatabase two({"DSA-5343-1", "GHSA-22h7-7wwg-qmgg"});
  one.open();
  two.open();
  EXPECT_EQ(content_of(one.file()), content_of(two.file()));
}

TEST(Database, MayBeEmpty) {
  SmallDatabase small({});
  const Database database = small.open();
  EXPECT_THAT(database.info().ecosystems, IsEmpty());
  EXPECT_TRUE(verify_database(small.file()));
}

TEST(Database, TakesARecordOfSeveralExportsOnce) {
  SmallDatabase small({});
  const std::string json = R"({"id": "GHSA-1", "modified": "2024-01-01T00:00:00Z", "affected": [
      {"package": {"ecosystem": "npm", "name": "a"}, "versions": ["1.0.0"]},
      {"package": {"ecosystem": "PyPI", "name": "a"}, "versions": ["1.0"]}]})";
  small.add(json).add(json);
  EXPECT_EQ(small.builder().advisories(), 1U);
  const Database database = small.open();
  std::size_t entries = 0;
  ASSERT_TRUE(for_each_group(database.entries(package_key("npm", "a")),
                             [&](std::string_view, base::Bytes group) {
                               return for_each_entry(group, [&](base::Bytes) -> base::Result<void> {
                                 ++entries;
                                 return {};
                               });
                             }));
  EXPECT_EQ(entries, 1U);
}

TEST(Database, KeepsWhatTwoExportsSayUnderOneId) {
  SmallDatabase small({});
  const auto about = [](const char* ecosystem, const char* cve) {
    return R"({"id": "GHSA-1", "modified": "2024-01-01T00:00:00Z", "aliases": [")" +
           std::string(cve) + R"("], "affected": [{"package": {"ecosystem": ")" + ecosystem +
           R"(", "name": "a"}, "versions": ["1.0.0"]}]})";
  };
  small.add(about("npm", "CVE-2024-1")).add(about("RubyGems", "CVE-2024-2"));
  const Database database = small.open();
  EXPECT_EQ(ids_of(*match(database, {}, {{package_of("npm", "a", "1.0.0")}}, {.now = kNow})),
            "CVE-2024-1");
  EXPECT_EQ(ids_of(*match(database, {}, {{package_of("gem", "a", "1.0.0")}}, {.now = kNow})),
            "CVE-2024-2");
}

TEST(Database, LeavesOutWhatNeverMatches) {
  SmallDatabase small({"PYSEC-2019-144"}); // withdrawn
  small.add(R"({"id": "OSV-1", "modified": "2024-01-01T00:00:00Z", "affected": [
      {"package": {"ecosystem": "PyPI", "name": ""}, "versions": ["1"]},
      {"package": {"ecosystem": "", "name": "a"}, "versions": ["1"]},
      {"package": {"ecosystem": "PyPI", "name": "b"}},
      {"ranges": [{"type": "GIT", "repo": "https://example.org", "events": [{"introduced": "0"}]}]}]})");
  const Database database = small.open();
  EXPECT_THAT(database.info().ecosystems, IsEmpty());
}

TEST(Database, KeepsNamesThatAreTooLongForAKey) {
  const std::string name(5000, 'n');
  SmallDatabase small({});
  small.add(R"({"id": "X-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
      "package": {"ecosystem": "npm", "name": ")" +
            name + R"("}, "versions": ["1.0.0"]}]})");
  const Database database = small.open();
  EXPECT_FALSE(database.entries(package_key("npm", name)).empty());
  EXPECT_TRUE(database.entries(package_key("npm", name + "n")).empty());
}

TEST(Database, IsReplacedWholeOrNotAtAll) {
  const auto folder = *base::TempDir::create("portique-database-test");
  const fs::path file = folder.path() / "db" / "portique.lmdb";
  DatabaseBuilder builder;
  builder.add(record("DSA-5343-1"));
  ASSERT_TRUE(builder.finish(file, kNow)) << "its folder is made";
  const auto old = Database::open(file);
  ASSERT_TRUE(old);
  DatabaseBuilder next;
  next.add(record("PYSEC-2022-42969"));
  ASSERT_TRUE(next.finish(file, kNow));
  EXPECT_EQ(old->head(0)->id, "DSA-5343-1") << "a reader keeps what it has open";
  EXPECT_EQ(Database::open(file)->head(0)->id, "PYSEC-2022-42969");
  EXPECT_THAT(names_in(file.parent_path()), ElementsAre("portique.lmdb"));

  const fs::path occupied = folder.path() / "folder";
  fs::create_directories(occupied / "not-empty");
  DatabaseBuilder blocked;
  const auto failed = blocked.finish(occupied, kNow);
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), HasSubstr("cannot replace"));
  EXPECT_THAT(names_in(folder.path()), ElementsAre("db", "folder")) << "no litter";
}

struct BadFile {
  const char* name;
  std::string content;
  base::Code code;
};

TEST(Database, RefusesFilesThatAreNone) {
  SmallDatabase small({"DSA-5343-1"});
  small.open();
  const std::string good = content_of(small.file());
  const fs::path file = small.file().parent_path() / "bad.lmdb";
  const std::vector<BadFile> cases{
      {"empty", "", base::Code::Malformed},
      {"a page of nothing", std::string(4096, '\0'), base::Code::Malformed},
      {"text", std::string(100'000, 'x'), base::Code::Malformed},
      {"cut after the head", good.substr(0, 8192), base::Code::Truncated},
      {"cut in the middle", good.substr(0, good.size() / 2), base::Code::Truncated},
  };
  for (const BadFile& row : cases) {
    write(file, row.content);
    const auto opened = Database::open(file);
    ASSERT_FALSE(opened) << row.name;
    EXPECT_EQ(opened.error().code(), row.code) << row.name << ": " << opened.error().text();
    EXPECT_FALSE(verify_database(file)) << row.name;
  }
  EXPECT_EQ(Database::open(file.parent_path() / "absent").error().code(), base::Code::NotFound);
  EXPECT_EQ(verify_database(file.parent_path() / "absent").error().code(), base::Code::NotFound);
}

TEST(Database, SaysThatAnotherVersionMadeIt) {
  const auto folder = *base::TempDir::create("portique-database-test");
  const fs::path file = folder.path() / "other.lmdb";
  auto writer = LmdbWriter::create(file);
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->begin(kMetaTable));
  model::DatabaseInfo info;
  info.schema_version = kSchemaVersion + 1;
  ASSERT_TRUE(writer->append(kInfoKey, encode_info(info)));
  ASSERT_TRUE(writer->commit());
  ASSERT_TRUE(writer->publish());
  const auto opened = Database::open(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), base::Code::Unsupported);
  EXPECT_THAT(opened.error().text(), HasSubstr("another version of portique"));
}

TEST(Database, NoticesEveryChangedByte) {
  SmallDatabase small({"DSA-5343-1", "PYSEC-2022-42969", "GHSA-22h5-pq3x-2gf2"});
  small.builder().add_kev("CVE-2023-0286");
  small.open();
  const std::string good = content_of(small.file());
  ASSERT_TRUE(verify_database(small.file()));
  const fs::path file = small.file().parent_path() / "changed.lmdb";
  std::size_t tried = 0;
  for (std::size_t at = 0; at < good.size(); at += 1 + at % 61) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ (1 << (at % 8)));
    write(file, changed);
    const auto verified = verify_database(file);
    ASSERT_FALSE(verified) << "byte " << at;
    ++tried;
  }
  EXPECT_GT(tried, 500U);
}

TEST(Database, NoticesRecordsThatDoNotFitTogether) {
  // Sealed rightly, as a fault of the program itself would be.
  struct Row {
    const char* name;
    std::string packages; ///< a value of the packages table
  };

  AffectedRecord beyond;
  beyond.advisory = 7;
  std::string dangling;
  append_group(dangling, "npm", {pack_affected(beyond)});
  std::string uncovered;
  append_group(uncovered, "PyPI", {pack_affected({})});
  std::string good;
  append_group(good, "npm", {pack_affected({})});
  for (const Row& row : {Row{"an advisory that is not there", dangling},
                         Row{"an ecosystem that is not named", uncovered},
                         Row{"cut", good.substr(0, good.size() - 1)},
                         Row{"with a rest", good + "x"}}) {
    SmallDatabase model_of({"GHSA-22h7-7wwg-qmgg"});
    const Database source = model_of.open();
    const auto folder = *base::TempDir::create("portique-database-test");
    const fs::path file = folder.path() / "faulty.lmdb";
    auto writer = LmdbWriter::create(file);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->begin(kMetaTable));
    ASSERT_TRUE(writer->append(kInfoKey, encode_info(source.info())));
    ASSERT_TRUE(writer->begin(kPackagesTable));
    ASSERT_TRUE(writer->append("a", row.packages));
    ASSERT_TRUE(writer->commit());
    ASSERT_TRUE(writer->publish());
    const auto verified = verify_database(file);
    ASSERT_FALSE(verified) << row.name;
    EXPECT_THAT(verified.error().text(), HasSubstr("damaged")) << row.name;
  }
}

TEST(LmdbFile, LeavesNothingWhereItWasNotPublished) {
  const auto folder = *base::TempDir::create("portique-database-test");
  {
    auto writer = LmdbWriter::create(folder.path() / "a.lmdb");
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->begin(kMetaTable));
    ASSERT_TRUE(writer->append("key", "value"));
  }
  EXPECT_THAT(names_in(folder.path()), IsEmpty());
}

TEST(LmdbFile, RemovesWhatAKilledWriterLeft) {
  const auto folder = *base::TempDir::create("portique-database-test");
  // Process numbers end at 4194304 (PID_MAX_LIMIT); process 1 is always there.
  for (const char* name :
       {"a.lmdb.new.9999999", "a.lmdb.new.1", "a.lmdb.new.x", "b.lmdb.new.9999999"})
    write(folder.path() / name, "x");
  ASSERT_TRUE(LmdbWriter::create(folder.path() / "a.lmdb"));
  EXPECT_THAT(names_in(folder.path()),
              ElementsAre("a.lmdb.new.1", "a.lmdb.new.x", "b.lmdb.new.9999999"));
}

TEST(LmdbFile, RefusesKeysOutOfOrder) {
  const auto folder = *base::TempDir::create("portique-database-test");
  auto writer = LmdbWriter::create(folder.path() / "a.lmdb");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->begin(kMetaTable));
  ASSERT_TRUE(writer->append("b", "1"));
  EXPECT_FALSE(writer->append("a", "2"));
}

TEST(LmdbFile, SaysThatItCannotWrite) {
  const auto writer = LmdbWriter::create("/nowhere/a.lmdb");
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.error().text(), HasSubstr("cannot write /nowhere/a.lmdb"));
}

TEST(LmdbFile, WalksATableInOrder) {
  const auto folder = *base::TempDir::create("portique-database-test");
  auto writer = LmdbWriter::create(folder.path() / "a.lmdb");
  ASSERT_TRUE(writer && writer->begin(kCvesTable));
  for (const char* key : {"a", "b", "c"})
    ASSERT_TRUE(writer->append(key, std::string(10'000, *key)));
  ASSERT_TRUE(writer->commit() && writer->publish());
  const auto reader = LmdbReader::open(folder.path() / "a.lmdb");
  ASSERT_TRUE(reader);
  std::string keys;
  ASSERT_TRUE(reader->for_each(kCvesTable,
                               [&](std::string_view key, base::Bytes value) -> base::Result<void> {
                                 keys += key;
                                 EXPECT_EQ(value.size(), 10'000U);
                                 return {};
                               }));
  EXPECT_EQ(keys, "abc");
  EXPECT_FALSE(reader->get(kMetaTable, "a")) << "a table that is not there";
  EXPECT_FALSE(reader->get(kCvesTable, "d"));
  EXPECT_EQ(base::as_text(*reader->get(kCvesTable, "b")).substr(0, 3), "bbb");
}

} // namespace
} // namespace portique::advisory
