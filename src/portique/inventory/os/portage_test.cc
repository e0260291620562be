#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/os/portage_contents.h"
#include "portique/inventory/os/portage_folder.h"
#include "portique/inventory/os/portage_licence.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PortageFolder, IsTakenApart) {
  const struct {
    std::string_view path;
    std::string_view name;
    std::string_view version;
  } rows[] = {
      {"var/db/pkg/app-containers/skopeo-1.5.1/CONTENTS", "app-containers/skopeo", "1.5.1"},
      {"var/db/pkg/sys-libs/glibc-2.37-r7/CONTENTS", "sys-libs/glibc", "2.37-r7"},
      {"db/pkg/dev-libs/openssl-3.0.9_beta2-r1/x", "dev-libs/openssl", "3.0.9_beta2-r1"},
      {"pkg/x11-libs/gtk+-3.24.38/x", "x11-libs/gtk+", "3.24.38"},
      {"pkg/media-libs/libsdl2-2.28.1/x", "media-libs/libsdl2", "2.28.1"},
      {"pkg/app-misc/a-b-c-9999/x", "app-misc/a-b-c", "9999"},
      {"pkg/virtual/r-1-r1/x", "virtual/r", "1-r1"},
      {"pkg/app-misc/noversion/x", "", ""},
      {"pkg/app-misc/no-version/x", "", ""},
      {"pkg/app-misc/-1.0/x", "", ""},
      {"pkg/app-misc/a-1.0", "", ""},
      {"a-1.0/x", "", ""},
      {"x", "", ""},
      {"", "", ""},
  };

  for (const auto& row : rows) {
    const auto folder = portage_folder(row.path);
    EXPECT_EQ(folder.has_value(), !row.name.empty()) << row.path;
    if (!folder) continue;
    EXPECT_EQ(folder->name, row.name) << row.path;
    EXPECT_EQ(folder->version, row.version) << row.path;
  }
}

constexpr std::string_view kContents = "var/db/pkg/app-misc/demo-1.0-r1/CONTENTS";

TEST(PortageContents, NamesThePackageAndItsFiles) {
  const Analysis found = analyze_text(
      kPortageContents,
      kContents,
      "dir /usr\ndir /usr/bin\nobj /usr/bin/demo d41d8cd98f00b204e9800998ecf8427e 1700000000\n"
      "sym /usr/bin/link -> demo 1700000000\n"
      "obj /usr/share/a b c d41d8cd98f00b204e9800998ecf8427e 1700000000\nfif /run/x\ndev /dev/x\n");
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package want{.type = "ebuild",
                            .name = "app-misc/demo",
                            .version = "1.0-r1",
                            .source_name = "app-misc/demo",
                            .source_version = "1.0-r1",
                            .path = std::string(kContents)};
  EXPECT_EQ(found.packages[0], want);
  EXPECT_THAT(found.owned,
              ElementsAre(OwnedFiles{"app-misc/demo",
                                     {path_hash("usr/bin/demo"), path_hash("usr/share/a b c")}}));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(PortageContents, APackageMayHaveNoFiles) {
  const Analysis found = analyze_text(kPortageContents, kContents, "");
  EXPECT_EQ(found.packages.size(), 1U);
  EXPECT_THAT(found.owned, IsEmpty());
  EXPECT_EQ(analyze_text(kPortageContents, "var/db/pkg/app-misc/-MERGING-a-1/CONTENTS", ""),
            Analysis{});
}

TEST(PortageContents, SaysWhatIsBroken) {
  const Analysis found = analyze_text(
      kPortageContents, kContents, "obj relative 0 1\nobj /short\nobj /x 0\nwhat /x\nobj\n");
  EXPECT_EQ(found.packages.size(), 1U);
  EXPECT_EQ(found.issues.size(), 5U);
  EXPECT_EQ(found.issues.at(0).message, "line 1: \"obj relative 0 1\" is no file of a package");
  EXPECT_EQ(issues_of(analyze_text(kPortageContents, "var/db/pkg/a/b/CONTENTS", "")),
            "its folder is not named after a package and version\n");
}

TEST(PortageLicence, NamesEveryLicence) {
  const Analysis found = analyze_text(kPortageLicence,
                                      "var/db/pkg/app-misc/demo-1.0/LICENSE",
                                      "|| ( GPL-2 BSD ) ssl? ( openssl )\n\tMIT GPL-2\n");
  EXPECT_THAT(found.licences,
              ElementsAre(LicenceFact{"app-misc/demo", {"GPL-2", "BSD", "openssl", "MIT"}}));
  EXPECT_THAT(analyze_text(kPortageLicence, "var/db/pkg/a/b-1/LICENSE", "\n").licences, IsEmpty());
  EXPECT_EQ(analyze_text(kPortageLicence, "var/db/pkg/a/b/LICENSE", "MIT").issues.size(), 1U);
}

} // namespace
} // namespace portique::inventory
