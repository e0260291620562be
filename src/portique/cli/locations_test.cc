#include <cstdlib>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "portique/cli/locations.h"

namespace portique::cli {
namespace {

/// Sets or unsets a variable for one test.
class Variable {
public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    if (value == nullptr)
      ::unsetenv(name);
    else
      ::setenv(name, value, 1);
  }

  ~Variable() {
    if (before_)
      ::setenv(name_, before_->c_str(), 1);
    else
      ::unsetenv(name_);
  }

  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

private:
  const char* name_;
  std::optional<std::string> before_;
};

struct Case {
  const char* own;
  const char* xdg;
  const char* home;
  const char* cache;
};

TEST(Locations, PreferTheMostSpecificVariable) {
  const Case cases[] = {
      {"/own", "/xdg", "/home/u", "/own"},
      {"relative", "/xdg", "/home/u", "relative"},
      {nullptr, "/xdg", "/home/u", "/xdg/portique"},
      {"", "/xdg", "/home/u", "/xdg/portique"},
      {nullptr, "relative", "/home/u", "/home/u/.cache/portique"},
      {nullptr, nullptr, "/home/u", "/home/u/.cache/portique"},
  };
  for (const Case& row : cases) {
    const Variable own("PORTIQUE_CACHE_DIR", row.own);
    const Variable xdg("XDG_CACHE_HOME", row.xdg);
    const Variable home("HOME", row.home);
    EXPECT_EQ(default_cache_dir(), row.cache);
  }
}

TEST(Locations, WorkWithoutAHome) {
  const Variable own("PORTIQUE_CACHE_DIR", nullptr);
  const Variable xdg("XDG_CACHE_HOME", nullptr);
  const Variable home("HOME", nullptr);
  EXPECT_TRUE(default_cache_dir().is_absolute());
  EXPECT_NE(default_cache_dir().filename().string().find("portique-cache-"), std::string::npos);
}

TEST(Locations, PutTheDatabaseIntoTheCache) {
  {
    const Variable own("PORTIQUE_DB", nullptr);
    EXPECT_EQ(default_database("/cache"), "/cache/db/portique.lmdb");
  }
  const Variable own("PORTIQUE_DB", "/my.lmdb");
  EXPECT_EQ(default_database("/cache"), "/my.lmdb");
}

} // namespace
} // namespace portique::cli
