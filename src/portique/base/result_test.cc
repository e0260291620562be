#include <cerrno>

#include <gtest/gtest.h>

#include "portique/base/result.h"

namespace portique::base {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Code::InvalidArgument, "odd number");
  return number / 2;
}

Result<int> quarter(int number) {
  return PQ_TRY(at("second half", half(PQ_TRY(half(number)))));
}

TEST(Result, TryReturnsTheErrorEarly) {
  EXPECT_EQ(quarter(8), 2);
  EXPECT_EQ(quarter(3).error().text(), "odd number");
  EXPECT_EQ(quarter(6).error().text(), "second half: odd number");
}

TEST(Result, PlacesReadFromTheOutside) {
  const Error error = Error(Code::Truncated, "ends early").at("record 3").at("layer 1");
  EXPECT_EQ(error.text(), "layer 1: record 3: ends early");
  EXPECT_EQ(code_name(error.code()), "truncated");
}

TEST(Result, ErrnoBecomesASentence) {
  const Error error = fail_errno("cannot open x", EACCES).error();
  EXPECT_EQ(error.text(), "cannot open x: permission denied");
  EXPECT_EQ(error.code(), Code::Io);
}

} // namespace
} // namespace portique::base
