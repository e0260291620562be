#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/lua/lua_assignments.h"
#include "portique/inventory/lua/lua_rock.h"
#include "portique/inventory/lua/rockspec.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

std::string text_of(const LuaValue& root, std::string_view name) {
  const LuaValue* value = root.find(name);
  return value == nullptr || value->kind != LuaValue::Kind::Text ? "-" : value->text;
}

TEST(LuaAssignments, KeepsWhatIsWrittenOut) {
  const struct {
    std::string_view text;
    std::string_view version; ///< "-" for none
  } rows[] = {
      {"version = \"1.0\"", "1.0"},
      {"version='1.0';", "1.0"},
      {"version = [[1.0]]", "1.0"},
      {"version = [==[a]]b]==]", "a]]b"},
      {"#!/usr/bin/lua\nversion = '1.0'", "1.0"},
      {"-- version = '2'\n--[[ version = '3' ]]\n--[==[ ]] ]==] version = '1.0'", "1.0"},
      {"local v = '1' version = v .. '.' .. '0'", "1.0"},
      {"local v = '1' v = 2 version = v", "-"},
      {"version = unknown .. '.0'", "-"},
      {"version = '1' .. f()", "-"},
      {"version = 1.0", "-"},
      {"version = ('%s'):format(v)", "-"},
      {"version = '1' == v", "-"},
      {"x = { version = '2' } version = '1'", "1"},
      {"f { version = '2' }", "-"},
      {"return { version = '2' }", "-"},
      {"if version == '2' then end", "-"},
  };

  for (const auto& row : rows) {
    const auto root = read_lua_assignments(row.text);
    ASSERT_TRUE(root) << row.text << ": " << root.error().text();
    EXPECT_EQ(text_of(*root, "version"), row.version) << row.text;
  }
}

TEST(LuaAssignments, ReadsTables) {
  const auto root = read_lua_assignments(
      "t = { 'a'; b = { c = 'd' }, ['e'] = 'f', f(1, { 'x' }), ['g' .. 1] = 'h', n = -1, 'i' }");
  ASSERT_TRUE(root) << root.error().text();
  const LuaValue& table = *root->find("t");
  EXPECT_EQ(table.fields.front().text, "a");
  EXPECT_EQ(text_of(*table.find("b"), "c"), "d");
  EXPECT_EQ(text_of(table, "e"), "f");
  EXPECT_EQ(table.fields.back().text, "i");
}

TEST(LuaAssignments, IsBounded) {
  for (const auto& [text, code] : {
           std::pair{"t = " + std::string(1'000'000, '{'), base::Code::LimitExceeded},
           std::pair{"t = {" + std::string(1'000'000, 'a'), base::Code::Malformed},
           std::pair{std::string("t = 'abc"), base::Code::Malformed},
           std::pair{std::string("t = 'abc\\"), base::Code::Malformed},
           std::pair{std::string("--[[ "), base::Code::Malformed},
       }) {
    const auto root = read_lua_assignments(text);
    ASSERT_FALSE(root) << text.substr(0, 20);
    EXPECT_EQ(root.error().code(), code) << text.substr(0, 20);
  }
  std::string many = "t = {";
  for (int i = 0; i < 200'000; ++i)
    many += "1,";
  EXPECT_EQ(read_lua_assignments(many + "}").error().code(), base::Code::LimitExceeded);
  std::string doubled = "a = 'x'\n";
  for (int i = 0; i < 64; ++i)
    doubled += "local a" + std::to_string(i) + " = " +
               (i == 0 ? "a" : "a" + std::to_string(i - 1)) + " .. " +
               (i == 0 ? "a" : "a" + std::to_string(i - 1)) + "\n";
  const auto root = read_lua_assignments(doubled);
  ASSERT_TRUE(root) << root.error().text();
  EXPECT_EQ(text_of(*root, "a2"), "xxxxxxxx");
  EXPECT_EQ(text_of(*root, "a63"), "-");
}

TEST(LuaRock, IsNamedByItsFolders) {
  const Analysis socket = analyze_fixture(
      kLuaRock, "usr/local/lib/luarocks/rocks-5.1/luasocket/3.1.0-1/luasocket-3.1.0-1.rockspec");
  EXPECT_THAT(listed(socket), ElementsAre("luasocket@3.1.0-1"));
  EXPECT_THAT(socket.packages[0].licences, ElementsAre("MIT"));
  EXPECT_THAT(socket.packages[0].dependencies, ElementsAre("lpeg"));
  EXPECT_FALSE(socket.packages[0].declared);
  EXPECT_THAT(socket.issues, IsEmpty());
  // A rockspec that cannot be read hides nothing.
  const Analysis broken = analyze_text(kLuaRock, "rocks-5.1/say/1.3-1/say-1.3-1.rockspec", "x = {");
  EXPECT_THAT(listed(broken), ElementsAre("say@1.3-1"));
  EXPECT_EQ(broken.issues.size(), 1U);
}

TEST(Rockspec, ListsWhatIsPinned) {
  const Analysis found = analyze_fixture(kRockspec, "app/gateway-3.0.0-0.rockspec");
  EXPECT_THAT(listed(found),
              ElementsAre("busted@2.1.1 (development)",
                          "inspect@3.1.3",
                          "kikito/semver@1.2.1",
                          "lua-cjson@2.1.0.6-1",
                          "luarocks-build-rust@0.2.2 (development)",
                          "luasec@1.2.0",
                          "luasocket@3.0-rc1"));
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(Rockspec, SaysWhatIsNone) {
  for (const std::string_view text : {"", "print('x')", "package = {", "version = '1'"})
    EXPECT_EQ(analyze_text(kRockspec, "a-1.rockspec", text).issues.size(), 1U) << text;
}

} // namespace
} // namespace portique::inventory
