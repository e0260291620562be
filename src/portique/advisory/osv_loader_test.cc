#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/build.h"
#include "portique/advisory/osv_loader.h"
#include "portique/advisory/package_name.h"
#include "portique/test_support/shared_data.h"

namespace portique::advisory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace fs = std::filesystem;

class OsvLoaderTest : public ::testing::Test {
protected:
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path() / name; }

  void put(const std::string& name, std::string_view content) const {
    fs::create_directories(at(name).parent_path());
    std::ofstream(at(name), std::ios::binary) << content;
  }

  /// Packs the .json files of a folder; false where python3 is absent.
  [[nodiscard]] bool zip(const std::string& folder, const std::string& name) const {
    fs::create_directories(at(name).parent_path());
    return std::system(("cd '" + at(folder).string() + "' && python3 -m zipfile -c '" +
                        at(name).string() + "' *.json")
                           .c_str()) == 0;
  }

  base::Result<LoadSummary> load(const std::string& name, LoadOptions options = {}) {
    return load_osv(at(name), builder_, limits_, options);
  }

  base::TempDir folder_ = *base::TempDir::create("portique-osv-loader-test");
  DatabaseBuilder builder_;
  base::Limits limits_;
};

TEST_F(OsvLoaderTest, ReadsASingleRecord) {
  put("one.json", record_json("DSA-5343-1"));
  const auto summary = load("one.json");
  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_EQ(summary->records, 1U);
  EXPECT_EQ(base::format_date(*summary->newest), "2023-02-07");
}

TEST_F(OsvLoaderTest, ReadsAFolderOfRecordsBelowEachOther) {
  put("records/a/DSA-5343-1.json", record_json("DSA-5343-1"));
  put("records/PYSEC-2019-144.json", record_json("PYSEC-2019-144"));
  put("records/README.md", "no record");
  const auto summary = load("records");
  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_EQ(summary->records, 2U);
  EXPECT_EQ(summary->withdrawn, 1U);
  EXPECT_EQ(builder_.advisories(), 1U);
}

TEST_F(OsvLoaderTest, ReadsTheLayoutOfThePublicExport) {
  put("go/GO-2022-0617.json", record_json("GO-2022-0617"));
  put("debian/DSA-5343-1.json", record_json("DSA-5343-1"));
  put("debian/DSA-3148-1.json", record_json("DSA-3148-1"));
  put("export/ecosystems.txt", "Debian\nGo\n");
  if (!zip("go", "export/Go/all.zip") || !zip("debian", "export/Debian/all.zip"))
    GTEST_SKIP() << "python3 is not installed";
  const auto all = load("export");
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->records, 3U);
  EXPECT_EQ(all->withdrawn, 1U);
  EXPECT_EQ(base::format_date(*all->newest), "2025-08-05");
  const auto one = load("export/Debian/all.zip");
  ASSERT_TRUE(one);
  EXPECT_EQ(one->records, 2U);

  const auto without = load("export", {.progress = {}, .replaced = {"DSA-5343-1.json"}});
  ASSERT_TRUE(without);
  EXPECT_EQ(without->records, 2U);
}

TEST_F(OsvLoaderTest, TellsWhichRecordsItRefused) {
  put("records/1.json", record_json("DSA-5343-1"));
  put("records/2.json", "{\"id\": \"X-2\"}");
  put("records/3.json", "<html>");
  put("records/4\x1b[31m.json", "[]");
  const auto summary = load("records");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->records, 1U);
  EXPECT_EQ(summary->refused, 3U);
  ASSERT_THAT(summary->reasons, SizeIs(3));
  EXPECT_THAT(summary->reasons[0], HasSubstr("2.json: the record has no 'modified'"));
}

TEST_F(OsvLoaderTest, NamesTheFirstOfManyRefused) {
  for (int i = 0; i < 50; ++i)
    put("records/" + std::to_string(i) + ".json", "{}");
  const auto summary = load("records");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->refused, 50U);
  EXPECT_THAT(summary->reasons, SizeIs(20));
}

TEST_F(OsvLoaderTest, RefusesARecordInAZipThatIsTooLong) {
  put("records/1.json", record_json("DSA-5343-1"));
  put("records/2.json", record_json("DSA-5343-1") + std::string(10'000, ' '));
  if (!zip("records", "all.zip")) GTEST_SKIP() << "python3 is not installed";
  limits_.advisory_bytes = 5000;
  const auto summary = load("all.zip");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->records, 1U);
  EXPECT_THAT(summary->reasons, ElementsAre(HasSubstr("2.json: the record is too large")));
}

TEST_F(OsvLoaderTest, FailsForAZipThatUnpacksToTooMuch) {
  put("records/1.json", record_json("DSA-5343-1"));
  put("records/2.json", record_json("DSA-3148-1"));
  if (!zip("records", "all.zip")) GTEST_SKIP() << "python3 is not installed";
  limits_.feed_bytes = 1000;
  const auto summary = load("all.zip");
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code(), base::Code::LimitExceeded);
}

TEST_F(OsvLoaderTest, FailsForWhatItCannotOpen) {
  struct Row {
    const char* name;
    base::Code code;
  };

  put("empty.zip", "");
  put("text.zip", "this is no zip");
  fs::create_directories(at("nothing"));
  for (const Row& row : {Row{"absent.json", base::Code::NotFound},
                         Row{"absent.zip", base::Code::NotFound},
                         Row{"empty.zip", base::Code::Truncated},
                         Row{"nothing", base::Code::NotFound}}) {
    const auto summary = load(row.name);
    ASSERT_FALSE(summary) << row.name;
    EXPECT_EQ(summary.error().code(), row.code) << row.name << ": " << summary.error().text();
  }
  EXPECT_FALSE(load("text.zip"));
}

TEST_F(OsvLoaderTest, FailsForEveryCutOfAZip) {
  put("records/1.json", record_json("DSA-5343-1"));
  put("records/2.json", record_json("PYSEC-2022-42969"));
  if (!zip("records", "all.zip")) GTEST_SKIP() << "python3 is not installed";
  const std::string good = base::read_file(at("all.zip"), 1U << 20U).value();
  for (std::size_t size = 1; size < good.size(); size += 37) {
    put("cut.zip", good.substr(0, size));
    EXPECT_FALSE(load("cut.zip")) << size << " of " << good.size() << " bytes";
  }
}

TEST_F(OsvLoaderTest, TellsHowFarItIs) {
  for (int i = 0; i < 2100; ++i) {
    const std::string id = "X-" + std::to_string(i);
    put("records/" + id + ".json",
        R"({"id": ")" + id + R"(", "modified": "2024-01-01T00:00:00Z"})");
  }
  std::vector<std::uint64_t> told;
  ASSERT_TRUE(
      load("records", {.progress = [&](std::uint64_t n) { told.push_back(n); }, .replaced = {}}));
  EXPECT_THAT(told, ElementsAre(1024U, 2048U));
}

TEST_F(OsvLoaderTest, BuildsADatabaseOfAllInputs) {
  put("records/DSA-5343-1.json", record_json("DSA-5343-1"));
  put("more.json", record_json("PYSEC-2022-42969"));
  put("kev.json",
      R"({"dateReleased": "2025-08-25T00:00:00Z", "vulnerabilities": [{"cveID": "CVE-2023-0286"}]})");
  put("epss.csv", "#score_date:2025-08-26T00:00:00Z\nCVE-2023-0286,0.9,0.99\n");
  const BuildInputs inputs{{at("records"), at("more.json")}, at("kev.json"), at("epss.csv")};
  const auto summary = build_database(inputs, at("out/db.lmdb"), kNow, limits_, {});
  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_EQ(summary->records, 2U);
  const auto database = Database::open(at("out/db.lmdb"));
  ASSERT_TRUE(database);
  ASSERT_THAT(database->info().feeds, SizeIs(3));
  EXPECT_EQ(database->info().feeds[0].name, "epss");
  EXPECT_EQ(base::format_date(*database->info().feeds[0].updated), "2025-08-26");
  EXPECT_EQ(database->info().feeds[1].name, "kev");
  EXPECT_EQ(database->info().feeds[2].name, "osv");
  EXPECT_EQ(database->info().feeds[2].records, 2U);
  const auto facts = database->cve("CVE-2023-0286");
  ASSERT_TRUE(facts && *facts);
  EXPECT_TRUE((*facts)->kev);

  // A side feed that is broken leaves the database that is there.
  put("kev.json", "<html>");
  EXPECT_FALSE(build_database(inputs, at("out/db.lmdb"), kNow, limits_, {}));
  EXPECT_TRUE(verify_database(at("out/db.lmdb")));

  // So do inputs of which nothing can be read: an empty database would find nothing.
  put("broken.json", "<html>");
  const auto none =
      build_database({{at("broken.json")}, {}, {}}, at("out/db.lmdb"), kNow, limits_, {});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().text(), HasSubstr("no advisory in it can be read"));
  EXPECT_EQ(Database::open(at("out/db.lmdb"))->info().feeds.size(), 3U);
}

TEST(OsvLoader, ReadsAllOfTheRealExport) {
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Debian/all.zip");
  DatabaseBuilder builder;
  const auto summary = load_osv(osv.parent_path(), builder, base::Limits{}, {});
  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_EQ(summary->records, 8911U);
  EXPECT_EQ(summary->refused, 0U);
  EXPECT_THAT(summary->reasons, IsEmpty());
}

} // namespace
} // namespace portique::advisory
