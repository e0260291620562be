#include <gtest/gtest.h>

#include "portique/inspect/published_file.h"

namespace portique::inspect {
namespace {

TEST(PublishedFile, IsATestOfALanguagesPackage) {
  struct Case {
    const char* path;
    bool published;
  };

  for (const Case& c :
       {Case{"usr/lib/python3/dist-packages/tornado/test/test.key", true},
        Case{"app/node_modules/a/test/fixtures/key.pem", true},
        Case{"var/lib/gems/3.1.0/gems/webrick-1/spec/server.key", true},
        Case{"root/go/pkg/mod/golang.org/x/crypto@v0.1.0/ssh/testdata/keys.go", true},
        Case{"app/node_modules/a/test", false}, // a file called so
        Case{"app/test/key.pem", false},        // the user's own tests may hold the user's own keys
        Case{"app/node_modules/a/server.key", false},
        Case{"test/node_modules/a/server.key", false},
        Case{"app/node_modules/a/README.md", true},
        Case{"usr/lib/python3/dist-packages/botocore/data/iam/examples-1.json", true},
        Case{"app/README.md", false},
        Case{"usr/local/lib/python3.11/test/certdata/keycert.pem", true},
        Case{"usr/local/lib/python3.11/app/test/key.pem", false},
        Case{"python3.11/test", false},
        Case{"pythonic.d/test/key.pem", false},
        Case{"etc/ssl/private/server.key", false},
        Case{"", false}})
    EXPECT_EQ(is_published_test_data(c.path), c.published) << c.path;
}

} // namespace
} // namespace portique::inspect
