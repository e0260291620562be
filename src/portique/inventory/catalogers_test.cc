#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/inventory/catalogers.h"

namespace portique::inventory {
namespace {

std::string wanted_by(std::string_view path) {
  static const PathMatcher matcher;
  const auto found = matcher.match(path);
  return found ? std::string(catalogers()[*found].id) : "";
}

TEST(PathMatcher, TellsWhoWantsAPath) {
  const struct {
    std::string_view path;
    std::string_view cataloger;
  } rows[] = {
      {"lib/apk/db/installed", "apk-installed"},
      {"usr/lib/apk/db/installed", "apk-installed"},
      {"data/link-target/apk/db/installed", "apk-installed"},
      {"apk/db/installed", "apk-installed"},
      {"db/installed", ""},
      {"installed", ""},
      {"lib/xapk/db/installed", ""},
      {"lib/apk/db/installed/", ""},
      {"lib/apk/db/installed/more", ""},
      {"lib/apk/db/installed.new", ""},
      {"", ""},
      {"/", ""},
  };

  for (const auto& row : rows)
    EXPECT_EQ(wanted_by(row.path), row.cataloger) << row.path;
}

} // namespace
} // namespace portique::inventory
