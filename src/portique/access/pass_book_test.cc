#include <gtest/gtest.h>

#include "portique/access/pass_book.h"

namespace portique::access {
namespace {

TEST(PassBook, IsGoodForOneRequestOnce) {
  PassBook book;
  const std::string word = book.issue("POST", "/v1.41/containers/create").value();
  EXPECT_FALSE(book.redeem(word, "POST", "/v1.41/containers/create?name=other"));
  EXPECT_FALSE(book.redeem(word, "DELETE", "/v1.41/containers/create"));
  EXPECT_FALSE(book.redeem("", "POST", "/v1.41/containers/create"));
  EXPECT_TRUE(book.redeem(word, "POST", "/v1.41/containers/create"));
  EXPECT_FALSE(book.redeem(word, "POST", "/v1.41/containers/create"));
  const std::string other = book.issue("GET", "/info").value();
  EXPECT_NE(other, word);
  book.revoke(other);
  book.revoke(other);
  EXPECT_FALSE(book.redeem(other, "GET", "/info"));
}

} // namespace
} // namespace portique::access
