#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/model/purl_parse.h"
#include "portique/model/purl_types.h"

namespace portique::model {
namespace {

namespace json = boost::json;

Purl purl_from(const json::object& parts) {
  Purl purl;
  purl.type = base::json_string(&parts, "type");
  purl.ns = base::json_string(&parts, "namespace");
  purl.name = base::json_string(&parts, "name");
  purl.version = base::json_string(&parts, "version");
  purl.subpath = base::json_string(&parts, "subpath");
  for (const auto& [key, value] : base::json_fields(&parts, "qualifiers"))
    purl.qualifiers.emplace_back(key, value.as_string());
  std::ranges::sort(purl.qualifiers);
  return purl;
}

base::Result<Purl> parse_and_check(std::string_view text) {
  Purl purl = PQ_TRY(parse_purl(text));
  PQ_TRY(check_purl_type(purl));
  return purl;
}

/// What the specification's tests demand and this reader does not do, with the reason.
bool is_known_difference(const json::object& test) {
  const std::string_view file = base::json_string(&test, "file");
  const std::string_view input = base::json_string(&test, "input");
  // Names of type git hold slashes, which the rules for all types forbid: they count as namespace.
  if (file == "git") return true;
  // Keys in capitals must fail for gem and rpm, and must be taken for maven; the prose takes them.
  return test.at("fails").as_bool() &&
         (input.find("?Platform=") != input.npos || input.find("?Arch=") != input.npos);
}

TEST(PurlParse, PassesTheSpecificationsTests) {
  const auto text =
      base::read_file(std::filesystem::path(PORTIQUE_TESTDATA) / "purl/tests.json", 1U << 20U);
  ASSERT_TRUE(text) << text.error().text();
  const json::value tests = base::parse_json(*text).value();
  std::size_t parsed = 0;
  std::size_t built = 0;
  for (const json::value& item : tests.as_array()) {
    const json::object& test = item.as_object();
    if (is_known_difference(test)) continue;
    const std::string shown = json::serialize(test);
    const bool fails = test.at("fails").as_bool();
    if (base::json_string(&test, "test") == "parse") {
      ++parsed;
      const auto purl = parse_and_check(base::json_string(&test, "input"));
      EXPECT_EQ(purl.has_value(), !fails) << shown << (purl ? "" : purl.error().text());
      if (!purl || fails) continue;
      EXPECT_EQ(purl->text(), purl_from(test.at("output").as_object()).text()) << shown;
      EXPECT_EQ(parse_purl(purl->text()).value().text(), purl->text()) << shown;
    } else {
      ++built;
      const Purl purl = purl_from(test.at("input").as_object());
      EXPECT_EQ(parse_and_check(purl.text()).has_value(), !fails) << shown;
      if (!fails) {
        EXPECT_EQ(purl.text(), base::json_string(&test, "output")) << shown;
      }
    }
  }
  EXPECT_GT(parsed, 150U);
  EXPECT_GT(built, 150U);
}

TEST(PurlParse, ReadsWhatToolsWrite) {
  struct Case {
    std::string_view text;
    Purl want;
  };

  const Case cases[] = {
      // Syft, Trivy and this program write plus signs and colons in several ways.
      {"pkg:deb/debian/bash@5.2.15-2+b2?arch=amd64&distro=debian-12",
       {"deb", "debian", "bash", "5.2.15-2+b2", {{"arch", "amd64"}, {"distro", "debian-12"}}, {}}},
      {"pkg:deb/debian/bc@1%3A1.07?epoch=1",
       {"deb", "debian", "bc", "1:1.07", {{"epoch", "1"}}, {}}},
      {"pkg:npm/@angular/core@12.3.1", {"npm", "@angular", "core", "12.3.1", {}, {}}},
      {"pkg:npm/%40angular/core", {"npm", "@angular", "core", "", {}, {}}},
      {"pkg:golang/stdlib@1.21.0", {"golang", "", "stdlib", "1.21.0", {}, {}}},
      {"pkg://gem/rails@7", {"gem", "", "rails", "7", {}, {}}},
      {"pkg:generic/a%20b@1?x=&y=2", {"generic", "", "a b", "1", {{"y", "2"}}, {}}},
  };
  for (const Case& c : cases) {
    const auto got = parse_purl(c.text);
    ASSERT_TRUE(got) << c.text << got.error().text();
    EXPECT_EQ(got->type, c.want.type) << c.text;
    EXPECT_EQ(got->ns, c.want.ns) << c.text;
    EXPECT_EQ(got->name, c.want.name) << c.text;
    EXPECT_EQ(got->version, c.want.version) << c.text;
    EXPECT_EQ(got->qualifiers, c.want.qualifiers) << c.text;
    EXPECT_EQ(got->subpath, c.want.subpath) << c.text;
  }
}

TEST(PurlParse, RefusesWhatIsNoPurl) {
  for (const std::string_view text : {"",
                                      "pkg:",
                                      "pkg:deb",
                                      "pkg:deb/",
                                      "pkg:deb/@1",
                                      "http://example.org/a",
                                      "pkg:deb/debian/%4",
                                      "pkg:deb/debian/%zz",
                                      "pkg:deb/debian/%ff",
                                      "pkg:deb/de%2Fbian/a",
                                      "pkg:deb/debian/a?arch=1&arch=2",
                                      "pkg:deb/debian/a?=1",
                                      "pkg:npm/@angular"})
    EXPECT_FALSE(parse_purl(text)) << text;
}

} // namespace
} // namespace portique::model
