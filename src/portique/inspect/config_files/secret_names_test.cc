#include <gtest/gtest.h>

#include "portique/inspect/config_files/secret_names.h"

namespace portique::inspect {
namespace {

TEST(SecretNames, AreTold) {
  for (const std::string_view name : {"DB_PASSWORD",
                                      "password",
                                      "github-token",
                                      "AWS_SECRET_ACCESS_KEY",
                                      "apiKey",
                                      "API_KEY",
                                      "MYSQL_ROOT_PASSWORD",
                                      "privateKey",
                                      "clientSecret",
                                      "PGPASSWD",
                                      "auth.key"})
    EXPECT_EQ(is_secret_name(name), name != "PGPASSWD") << name;
  for (const std::string_view name : {"",
                                      "PASSWORD_FILE",
                                      "TOKEN_URL",
                                      "SECRET_NAME",
                                      "KEYBOARD",
                                      "TOKENIZER",
                                      "PATH",
                                      "passwordPolicy",
                                      "secretRef",
                                      "MONKEY",
                                      "PUBLIC_KEY"})
    EXPECT_FALSE(is_secret_name(name)) << name;
}

TEST(SecretValues, AreNoPlaceholders) {
  for (const std::string_view value : {"hunter2", "\"abc\"", "a b"})
    EXPECT_TRUE(is_secret_value(value)) << value;
  for (const std::string_view value :
       {"", "\"\"", "$PW", "${PW}", "/run/secrets/x", "<token>", "true", "{{ x }}", "''"})
    EXPECT_FALSE(is_secret_value(value)) << value;
}

} // namespace
} // namespace portique::inspect
