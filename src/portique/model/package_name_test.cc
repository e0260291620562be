#include <gtest/gtest.h>

#include "portique/model/package_name.h"

namespace portique::model {
namespace {

struct NameCase {
  const char* type;
  const char* ns;
  const char* name;
  const char* listed;
};

TEST(NameInEcosystem, IsWhatItsUsersWrite) {
  for (const NameCase& row : {
           NameCase{"npm", "@babel", "core", "@babel/core"},
           NameCase{"npm", "", "lodash", "lodash"},
           NameCase{"maven", "org.apache", "log4j", "org.apache:log4j"},
           NameCase{"golang", "github.com/gin-gonic", "gin", "github.com/gin-gonic/gin"},
           NameCase{"composer", "symfony", "http-kernel", "symfony/http-kernel"},
           NameCase{"swift", "github.com/apple", "swift-nio", "github.com/apple/swift-nio"},
           NameCase{"github", "actions", "checkout", "actions/checkout"},
           NameCase{"pypi", "", "requests", "requests"},
           // Their namespace is the distribution, which no package manager asks for.
           NameCase{"deb", "debian", "bash", "bash"},
           NameCase{"rpm", "redhat", "bash", "bash"},
           NameCase{"apk", "alpine", "musl", "musl"},
       })
    EXPECT_EQ(name_in_ecosystem({.type = row.type, .ns = row.ns, .name = row.name}), row.listed);
}

} // namespace
} // namespace portique::model
