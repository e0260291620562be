#include <gtest/gtest.h>

#include "portique/access/secret_names.h"

namespace portique::access {
namespace {

TEST(SecretNames, AreKnownByTheirWords) {
  for (const char* name : {"PASSWORD",
                           "DB_PASSWORD",
                           "--access-key",
                           "apiKey",
                           "API_KEY",
                           "db_pass",
                           "MYSQL_PWD",
                           "github-token",
                           "client_secret",
                           "private_key"})
    EXPECT_TRUE(names_a_secret(name)) << name;
  for (const char* name : {"", "USER", "PATH", "passenger", "compass", "key", "author", "session"})
    EXPECT_FALSE(names_a_secret(name)) << name;
}

} // namespace
} // namespace portique::access
