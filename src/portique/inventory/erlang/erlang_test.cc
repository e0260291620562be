#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/erlang/erlang_term.h"
#include "portique/inventory/erlang/mix_lock.h"
#include "portique/inventory/erlang/otp_application.h"
#include "portique/inventory/erlang/rebar_lock.h"
#include "portique/test_support/shared_data.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Analysis analyze_fixture(const Cataloger& cataloger, std::string_view path) {
  const auto file = std::filesystem::path(PORTIQUE_TESTDATA) / cataloger.id / "good" / path;
  return analyze_text(cataloger, path, base::read_file(file, 1U << 20U).value());
}

TEST(ErlangTerm, ReadsValues) {
  const auto terms = parse_erlang_terms(
      "%% comment\n{<<\"a\">>, 'B c', [1.5, -2], <<>>}.\nlast.", ErlangDialect::Erlang, {});
  ASSERT_TRUE(terms) << terms.error().text();
  ASSERT_EQ(terms->size(), 2U);
  EXPECT_EQ(terms->front().text_at(0), "a");
  EXPECT_EQ(terms->front().text_at(1), "B c");
  EXPECT_EQ(terms->front().at(2)->items.size(), 2U);
  EXPECT_EQ(terms->front().text_at(3), "");
  EXPECT_EQ(terms->front().text_at(9), "");
  EXPECT_EQ(terms->back().text, "last");
  EXPECT_EQ(terms->back().line, 3U);

  const auto map = parse_erlang_terms(
      "%{\"a\": {:x, \"1 \\\" 2\"}, \"b\" => [c: true, d: %{}]}", ErlangDialect::Elixir, {});
  ASSERT_TRUE(map) << map.error().text();
  EXPECT_EQ(map->front().find("a")->text_at(1), "1 \\\" 2");
  EXPECT_EQ(map->front().find("b")->find("c")->text, "true");
  EXPECT_EQ(map->front().find("c"), nullptr);
}

TEST(ErlangTerm, RefusesWhatIsNoValue) {
  const struct {
    std::string_view text;
    ErlangDialect dialect;
  } rows[] = {
      {"{a, b}", ErlangDialect::Erlang},
      {"{a b}.", ErlangDialect::Erlang},
      {"{a, b", ErlangDialect::Erlang},
      {"<<X>>.", ErlangDialect::Erlang},
      {"<<1, 2", ErlangDialect::Erlang},
      {"<<\"a\".", ErlangDialect::Erlang},
      {"\"a", ErlangDialect::Erlang},
      {"\"a\\", ErlangDialect::Erlang},
      {"fun() -> ok end.", ErlangDialect::Erlang},
      {"%{} %{}", ErlangDialect::Elixir},
      {"%{\"a\": }", ErlangDialect::Elixir},
      {"[a:", ErlangDialect::Elixir},
      {":", ErlangDialect::Elixir},
  };

  for (const auto& row : rows)
    EXPECT_FALSE(parse_erlang_terms(row.text, row.dialect, {})) << row.text;
}

TEST(ErlangTerm, IsBounded) {
  const auto deep = parse_erlang_terms(std::string(100'000, '['), ErlangDialect::Erlang, {});
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code(), base::Code::LimitExceeded);
  const auto many =
      parse_erlang_terms("[1,2,3,4].", ErlangDialect::Erlang, {.lock_file_values = 4});
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code(), base::Code::LimitExceeded);
}

TEST(ErlangTerm, PassesOverNumbers) {
  const auto terms = parse_erlang_terms(
      "[16#ff, $a, $\\n, $., 1.0e-3, <<1, 2:8>>, #{a => 1}, b].", ErlangDialect::Erlang, {});
  ASSERT_TRUE(terms) << terms.error().text();
  ASSERT_EQ(terms->front().items.size(), 8U);
  EXPECT_EQ(terms->front().text_at(7), "b");
  EXPECT_EQ(terms->front().text_at(5), "");
}

TEST(OtpApplication, TellsThePlatformFromPackages) {
  const Analysis cowboy = analyze_fixture(kOtpApplication, "app/lib/cowboy-2.9.0/ebin/cowboy.app");
  EXPECT_THAT(listed(cowboy), ElementsAre("cowboy@2.9.0"));
  EXPECT_EQ(cowboy.packages[0].type, "hex");
  EXPECT_FALSE(cowboy.packages[0].declared);
  EXPECT_THAT(cowboy.packages[0].dependencies,
              ElementsAre("cowlib", "crypto", "kernel", "ranch", "stdlib"));
  const Analysis ssl =
      analyze_fixture(kOtpApplication, "usr/lib/erlang/lib/ssl-10.8.7/ebin/ssl.app");
  EXPECT_THAT(listed(ssl), ElementsAre("ssl@10.8.7"));
  EXPECT_EQ(ssl.packages[0].type, "otp");
}

TEST(OtpApplication, SaysWhatIsNone) {
  for (const std::string_view text : {"",
                                      "ok.",
                                      "{application, a}.",
                                      "{application, a, []}.",
                                      "{application, a, [{vsn, []}]}.",
                                      "{application, a, [{vsn, \"\"}]}.",
                                      "{module, a, [{vsn, \"1\"}]}."})
    EXPECT_EQ(analyze_text(kOtpApplication, "ebin/a.app", text).issues.size(), 1U) << text;
}

TEST(MixLock, ReadsPackagesAndRepositories) {
  const Analysis found = analyze_fixture(kMixLock, "app/mix.lock");
  EXPECT_THAT(listed(found),
              ElementsAre("acme/secret@1.0.0",
                          "cowboy@2.9.0",
                          "forked@3021d29d82741399d131e3be38d2a8db79d146d4",
                          "old@0.1.0",
                          "phoenix_html@3.2.0"));
  const model::Package& cowboy = *find_package(found, "cowboy");
  EXPECT_THAT(cowboy.dependencies, ElementsAre("cowlib", "ranch"));
  EXPECT_THAT(
      cowboy.hashes,
      ElementsAre("sha256:2c729f934b4e1aa149aff882f57c6372c15399a20d54f65c8d67bef583021bde"));
  EXPECT_THAT(find_package(found, "phoenix_html")->dependencies, IsEmpty()) << "it is optional";
  EXPECT_EQ(find_package(found, "forked")->purl,
            "pkg:hex/forked@3021d29d82741399d131e3be38d2a8db79d146d4?vcs_url=git%2Bhttps:%2F%2F"
            "github.com%2Facme%2Fforked.git%403021d29d82741399d131e3be38d2a8db79d146d4");
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(MixLock, SaysWhatItDoesNotUnderstand) {
  const Analysis found = analyze_text(
      kMixLock, "mix.lock", "%{\n\"a\": {:hex, :a},\n\"b\": {:hg, \"x\"},\n\"c\": {:path}}");
  EXPECT_THAT(found.packages, IsEmpty());
  EXPECT_EQ(issues_of(found),
            "line 2: \"a\" has no valid name and version\n"
            "line 3: \"b\" is of a kind that is not known\n");
  for (const std::string_view text : {"", "[]", "%{", "System.halt(1)"})
    EXPECT_EQ(analyze_text(kMixLock, "mix.lock", text).issues.size(), 1U) << text;
}

// The lists were made with regular expressions.
TEST(MixLock, ReadsRealFiles) {
  PQ_SHARED_DATA_OR_SKIP(samples, "pkgdb/lang/mix");
  check_samples(kMixLock, samples, std::filesystem::path(PORTIQUE_TESTDATA) / "golden/mix-lock");
}

TEST(RebarLock, ReadsPackagesUnderTheirRealNames) {
  const Analysis found = analyze_fixture(kRebarLock, "app/rebar.lock");
  EXPECT_THAT(listed(found),
              ElementsAre("getopt@1.0.1",
                          "gradualizer@3021d29d82741399d131e3be38d2a8db79d146d4",
                          "uuid_erl@2.0.1"));
  EXPECT_THAT(
      find_package(found, "uuid_erl")->hashes,
      ElementsAre("sha256:ab57caccd51f170011e5f444ce865f84b41605e483a9efcc468c1afaec87553b"));
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_THAT(listed(analyze_fixture(kRebarLock, "old/rebar.lock")),
              ElementsAre("cowlib@1.0.2", "ranch@55c2a9d623454f372a15e99721a37093d8773b48"));
}

TEST(RebarLock, SaysWhatIsNoLockFile) {
  for (const std::string_view text : {"", "ok.", "{\"1.2.0\"}.", "{\"1.2.0\",[}."})
    EXPECT_EQ(analyze_text(kRebarLock, "rebar.lock", text).issues.size(), 1U) << text;
  EXPECT_THAT(analyze_text(kRebarLock, "rebar.lock", "[].").issues, IsEmpty());
}

} // namespace
} // namespace portique::inventory
