#include <gtest/gtest.h>

#include "portique/model/purl.h"

namespace portique::model {
namespace {

Package deb(std::string name, std::string version, std::string source, std::string source_version) {
  Package package;
  package.type = "deb";
  package.ns = "debian";
  package.name = std::move(name);
  package.version = std::move(version);
  package.arch = "amd64";
  package.source_name = std::move(source);
  package.source_version = std::move(source_version);
  return package;
}

TEST(Purl, EncodesWhatTheSpecificationDemands) {
  struct Case {
    Purl purl;
    std::string want;
  };

  // From the specification's own list of examples.
  const Case cases[] = {
      {{"deb", "debian", "curl", "7.50.3-1", {{"arch", "i386"}, {"distro", "jessie"}}, {}},
       "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
      {{"github", "package-url", "purl-spec", "244fd47e07d1004", {}, "everybody/loves/dogs"},
       "pkg:github/package-url/purl-spec@244fd47e07d1004#everybody/loves/dogs"},
      {{"npm", "@angular", "animation", "12.3.1", {}, {}}, "pkg:npm/%40angular/animation@12.3.1"},
      {{"rpm", "fedora", "curl", "7.50.3-1.fc25", {{"arch", "i386"}, {"distro", "fedora-25"}}, {}},
       "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25"},
      {{"PYPI", "", "Django", "1.11.1", {}, {}}, "pkg:pypi/django@1.11.1"},
      {{"golang", "google.golang.org", "genproto", "abcdedf", {}, "googleapis/api/annotations"},
       "pkg:golang/google.golang.org/genproto@abcdedf#googleapis/api/annotations"},
  };
  for (const Case& c : cases)
    EXPECT_EQ(c.purl.text(), c.want);
}

TEST(PurlOf, NamesTheSourcePackageOnlyWhereItDiffers) {
  const Distro debian{.id = "debian", .version_id = "12"};
  EXPECT_EQ(
      purl_of(deb("bash", "5.2.15-2+b2", "bash", "5.2.15-2"), debian).text(),
      "pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12&upstream=bash%405.2.15-2");
  EXPECT_EQ(purl_of(deb("libc6", "2.36-9", "glibc", "2.36-9"), debian).text(),
            "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc");
  EXPECT_EQ(purl_of(deb("bc", "1:1.07", "bc", "1:1.07"), {}).text(),
            "pkg:deb/debian/bc@1:1.07?arch=amd64");
}

TEST(PurlOf, DividesTheNameOfAnEbuild) {
  Package package;
  package.type = "ebuild";
  package.ns = "gentoo";
  package.name = package.source_name = "app-containers/skopeo";
  package.version = package.source_version = "1.5.1-r2";
  EXPECT_EQ(purl_of(package, {.id = "gentoo", .version_id = "2.14"}).text(),
            "pkg:ebuild/app-containers/skopeo@1.5.1-r2?distro=gentoo-2.14");
}

TEST(PurlOf, KeepsTheRpmEpochOutOfTheVersion) {
  Package package;
  package.type = "rpm";
  package.ns = "almalinux";
  package.name = "podman";
  package.version = "2:4.9.4-0.1.el9";
  package.epoch = 2;
  package.arch = "x86_64";
  package.source_rpm = "podman-4.9.4-0.1.el9.src.rpm";
  EXPECT_EQ(purl_of(package, {.id = "almalinux", .version_id = "9.4"}).text(),
            "pkg:rpm/almalinux/podman@4.9.4-0.1.el9?arch=x86_64&distro=almalinux-9.4&epoch=2"
            "&upstream=podman-4.9.4-0.1.el9.src.rpm");
}

} // namespace
} // namespace portique::model
