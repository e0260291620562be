// A Debian 12 that debootstrap made, as root file system and as images. dpkg-query is the oracle.

#include <set>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/text.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;

class DebianImage : public ::testing::Test {
protected:
  void SetUp() override {
    // Also right when the test program is run by hand.
    const auto made =
        base::run_program({PORTIQUE_FIXTURES "/make-debian-image", PORTIQUE_FIXTURE_DIR},
                          {std::chrono::minutes(8), 1 << 20});
    ASSERT_TRUE(made) << made.error().text();
    constexpr int kCannotBeMadeHere = 77;
    if (made->exit_status == kCannotBeMadeHere) GTEST_SKIP() << "no Debian image: " << made->out;
    ASSERT_EQ(made->exit_status, 0) << made->out << made->err;
  }

  static std::string fixture(const std::string& name) {
    return (fs::path(PORTIQUE_FIXTURE_DIR) / name).string();
  }

  /// What dpkg-query says: name, version, architecture, source, source version by tabs.
  static std::vector<std::string> oracle() {
    const std::string text = *base::read_file(fixture("debian12.packages"), 16 << 20);
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(base::trim(text), '\n'))
      lines.emplace_back(line);
    return lines;
  }

  static std::vector<std::string> rows(const boost::json::object& report) {
    std::multiset<std::string> lines;
    for (const auto& item : base::json_items(&report, "packages")) {
      const auto& package = item.as_object();
      const auto& source = base::json_fields(&package, "source");
      std::string line;
      for (const std::string_view field : {base::json_string(&package, "name"),
                                           base::json_string(&package, "version"),
                                           base::json_string(&package, "arch"),
                                           base::json_string(&source, "name"),
                                           base::json_string(&source, "version")})
        line += (line.empty() ? "" : "\t") + std::string(field);
      lines.insert(line);
    }
    return {lines.begin(), lines.end()};
  }
};

TEST_F(DebianImage, EveryFormListsWhatDpkgLists) {
  const auto want = oracle();
  ASSERT_GT(want.size(), 50U);
  for (const std::string& target : {"rootfs:" + fixture("debian12"),
                                    "oci:" + fixture("debian12-oci"),
                                    "docker-archive:" + fixture("debian12-docker.tar"),
                                    fixture("debian12-oci") + ":latest",
                                    fixture("debian12-docker.tar")})
    EXPECT_EQ(rows(scan_json(target)), want) << target;
}

TEST_F(DebianImage, TheStarterDatabaseCoversIt) {
  const auto report = scan_json("oci:" + fixture("debian12-oci"));
  EXPECT_EQ(base::json_string(&report, "coverage"), "covered");
  const auto& database = base::json_fields(&report, "database");
  EXPECT_TRUE(database.at("embedded").as_bool());
  EXPECT_THAT(base::json_items(&database, "ecosystems"),
              ::testing::Contains(boost::json::value("Debian:12")));
}

TEST_F(DebianImage, ASecondScanSaysTheSameFromTheCache) {
  const std::vector<std::string> flags{"--cache-dir", fresh_folder().string()};
  auto cold = scan_json("oci:" + fixture("debian12-oci"), flags);
  auto warm = scan_json("oci:" + fixture("debian12-oci"), flags);
  cold.erase("created");
  warm.erase("created");
  EXPECT_EQ(cold, warm);
}

TEST_F(DebianImage, PackagesNameTheirLayerAndLicence) {
  const auto report = scan_json("oci:" + fixture("debian12-oci"));
  std::size_t licensed = 0;
  for (const auto& item : base::json_items(&report, "packages")) {
    const auto& layer = base::json_fields(&item.as_object(), "layer");
    EXPECT_EQ(base::json_string(&layer, "created_by"), "install debian12");
    licensed += base::json_items(&item.as_object(), "licences").empty() ? 0 : 1;
  }
  EXPECT_GT(licensed * 10, base::json_items(&report, "packages").size() * 9)
      << "nine of ten packages of Debian state a licence that can be read";
}

} // namespace
} // namespace portique::e2e
