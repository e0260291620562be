#include <gtest/gtest.h>

#include "portique/advisory/package_name.h"
#include "portique/version/schemes.h"

namespace portique::advisory {
namespace {

struct NameCase {
  const char* ecosystem;
  const char* written;
  const char* normal;
};

TEST(PackageName, IsComparedAsItsEcosystemDoes) {
  for (const NameCase& row : {
           NameCase{"PyPI", "Flask_SQLAlchemy", "flask-sqlalchemy"},
           NameCase{"PyPI", "zope.interface", "zope-interface"},
           NameCase{"PyPI", "a-_.b", "a-b"},
           NameCase{"NuGet", "Newtonsoft.Json", "newtonsoft.json"},
           NameCase{"Packagist", "Symfony/HTTP-Kernel", "symfony/http-kernel"},
           NameCase{"npm", "JSONStream", "JSONStream"},
           NameCase{"Go", "github.com/BurntSushi/toml", "github.com/BurntSushi/toml"},
           NameCase{"Maven", "org.Apache:Commons", "org.Apache:Commons"},
           NameCase{"Debian:12", "Python_Foo", "Python_Foo"},
           NameCase{"RubyGems", "RedCloth", "RedCloth"},
           NameCase{"crates.io", "Inflector", "Inflector"},
           NameCase{"PyPI", "", ""},
           NameCase{"SwiftURL", "https://github.com/Vapor/vapor.git", "github.com/vapor/vapor"},
           NameCase{"SwiftURL", "github.com/vapor/vapor", "github.com/vapor/vapor"},
           NameCase{"SwiftURL", "https://", ""},
       })
    EXPECT_EQ(normal_name(row.ecosystem, row.written), row.normal) << row.ecosystem;
}

TEST(PackageName, MakesOneKeyForAllReleases) {
  EXPECT_EQ(package_key("Debian:12", "curl"), package_key("Debian:11", "curl"));
  EXPECT_NE(package_key("Debian:12", "curl"), package_key("Ubuntu:22.04:LTS", "curl"));
  EXPECT_NE(package_key("a", "bc"), package_key("ab", "c"));
}

TEST(PackageName, KeepsLongKeysApart) {
  const std::string name(4000, 'x');
  EXPECT_LE(package_key("npm", name).size(), 511U) << "LMDB's longest key";
  EXPECT_NE(package_key("npm", name), package_key("npm", name + "y"));
  EXPECT_EQ(package_key("PyPI", "X" + name), package_key("PyPI", "x" + name));
}

struct PurlCase {
  const char* type;
  const char* ecosystem;
};

TEST(PackageName, EcosystemsFollowFromThePurlType) {
  for (const PurlCase& row : {
           PurlCase{"npm", "npm"},
           PurlCase{"maven", "Maven"},
           PurlCase{"golang", "Go"},
           PurlCase{"composer", "Packagist"},
           PurlCase{"swift", "SwiftURL"},
           PurlCase{"bioconductor", "Bioconductor"},
           PurlCase{"pypi", "PyPI"},
           PurlCase{"github", "GitHub Actions"},
       })
    EXPECT_EQ(ecosystem_of_purl_type(row.type), row.ecosystem);
}

TEST(PackageName, HasNoEcosystemForOtherTypes) {
  for (const char* type : {"", "deb", "rpm", "apk", "generic", "NPM"})
    EXPECT_EQ(ecosystem_of_purl_type(type), "") << type;
}

struct CatalogueCase {
  const char* ns;
  const char* program;
  const char* version;
  const char* entry; ///< "NAME VERSION", or "" for none
};

TEST(PackageName, OfAProgramIsTheOneOfBitnamisCatalogue) {
  for (const CatalogueCase& row : {
           CatalogueCase{"", "nginx", "1.22.1", "nginx 1.22.1"},
           CatalogueCase{"", "httpd", "2.4.54", "apache 2.4.54"},
           CatalogueCase{"", "openjdk", "17.0.15", "java 17.0.15"},
           CatalogueCase{"", "openjdk", "1.8.0_352", "java 8.0.352"},
           CatalogueCase{"oracle", "jre", "1.8.0_451", "java 8.0.451"},
           CatalogueCase{"", "postgresql", "15beta4", "postgresql 15-beta4"},
           CatalogueCase{"", "postgresql", "15.1", "postgresql 15.1"},
           CatalogueCase{"", "php", "8.2.0RC6", "php 8.2.0-RC6"},
           CatalogueCase{"", "haproxy", "3.1-dev0", "haproxy 3.1-dev0"},
           CatalogueCase{"", "redis", "", "redis "},
           CatalogueCase{"", "mysql", "8.0.37", ""},
           CatalogueCase{"", "openssl", "3.0.0", ""},
           CatalogueCase{"someone", "nginx", "1.22.1", ""},
       }) {
    const auto entry = in_bitnami(row.ns, row.program, row.version);
    EXPECT_EQ(entry ? entry->name + ' ' + entry->version : "", row.entry) << row.program;
  }
}

TEST(PackageName, LeadsToAnOrderOfVersions) {
  for (const char* type : {"bioconductor",
                           "bitnami",
                           "cargo",
                           "composer",
                           "conan",
                           "cran",
                           "gem",
                           "golang",
                           "hackage",
                           "hex",
                           "julia",
                           "maven",
                           "npm",
                           "nuget",
                           "pub",
                           "pypi",
                           "swift"})
    EXPECT_TRUE(version::scheme_of_ecosystem(ecosystem_of_purl_type(type))) << type;
}

} // namespace
} // namespace portique::advisory
