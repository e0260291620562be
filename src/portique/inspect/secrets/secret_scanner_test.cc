#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inspect/secrets/rule_file.h"
#include "portique/inspect/secrets/secret_examples_test_support.h"
#include "portique/inspect/secrets/secret_scanner.h"

namespace portique::inspect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr std::string_view kRules = R"(
rules:
- id: acme-token
  title: Acme token
  severity: high
  category: test
  token: 'acme_[0-9A-Za-z]{20}'
- id: acme-name
  title: Acme key by name
  severity: medium
  category: test
  names: 'acme[_-]?key'
  value: '[0-9A-Za-z_]{16,40}'
- id: config-only
  title: A password in the environment
  severity: high
  category: test
  place: config
  regex: '([A-Z_]{1,20}PASSWORD)=([^\s]{4,60})'
  trigger: 'PASSWORD='
  group: 2
)";

class SecretScannerTest : public testing::Test {
protected:
  void use(std::string_view rules, base::Limits limits = {}) {
    auto set = parse_rule_yaml(rules, limits);
    ASSERT_TRUE(set) << set.error().text();
    auto compiled = SecretRules::compile(std::move(*set), PatternPlatform::Any);
    ASSERT_TRUE(compiled) << compiled.error().text();
    book_.sets.assign(1, std::make_shared<const SecretRules>(std::move(*compiled)));
    limits_ = limits;
    scanner_.emplace(SecretScanner::make(book_, SecretSalt("salt"), limits_).value());
  }

  void SetUp() override { use(kRules); }

  SecretFindings scan(std::string_view text, std::size_t piece = std::string::npos) {
    EXPECT_TRUE(scanner_->begin("app/settings", base::as_bytes(text.substr(0, 16))));
    for (std::size_t at = 0; at < text.size(); at += std::min(piece, text.size()))
      scanner_->content(base::as_bytes(text.substr(at, piece)));
    return scanner_->end();
  }

  static std::vector<std::string> rules_of(const SecretFindings& found) {
    std::vector<std::string> rules;
    for (const SecretHit& hit : found.hits)
      rules.push_back(hit.rule);
    return rules;
  }

  std::string token_ = "acme_" + ExampleMaker(3).from("abcdefghijkmnpqrstuvwxyz023456789", 20);
  SecretRuleBook book_;
  base::Limits limits_;
  std::optional<SecretScanner> scanner_;
};

TEST_F(SecretScannerTest, SaysWhereAndNotWhat) {
  const SecretFindings found = scan("a = 1\nb = " + token_ + "\n");
  ASSERT_THAT(found.hits, SizeIs(1));
  const SecretHit& hit = found.hits.front();
  EXPECT_EQ(hit.path, "app/settings");
  EXPECT_EQ(hit.line, 2U);
  EXPECT_EQ(hit.masked, "acme_****");
  EXPECT_THAT(hit.fingerprint, SizeIs(32));
  EXPECT_EQ(hit.severity, model::Severity::High);
}

TEST_F(SecretScannerTest, TheSameSecretHasTheSameFingerprintUnderOneSalt) {
  const SecretFindings found =
      scan(token_ + " " + token_ + "\nother " + token_.substr(0, 24) + "z");
  ASSERT_THAT(found.hits, SizeIs(3));
  EXPECT_EQ(found.hits[0].fingerprint, found.hits[1].fingerprint);
  EXPECT_NE(found.hits[0].fingerprint, found.hits[2].fingerprint);
  EXPECT_NE(found.hits[0].fingerprint, SecretSalt("another").fingerprint(token_));
}

TEST_F(SecretScannerTest, TokensStandAlone) {
  EXPECT_THAT(scan("x" + token_).hits, IsEmpty());
  EXPECT_THAT(scan(token_ + "9").hits, IsEmpty());
  EXPECT_THAT(scan("_" + token_).hits, IsEmpty());
  EXPECT_THAT(scan(token_).hits, SizeIs(1));
  EXPECT_THAT(scan("\"" + token_ + "\"").hits, SizeIs(1));
  EXPECT_THAT(scan("\\n" + token_ + "\\n").hits, SizeIs(1));
}

TEST_F(SecretScannerTest, OfTwoRulesTheOneThatSaysMoreCounts) {
  EXPECT_THAT(rules_of(scan("ACME_KEY=" + token_)), ElementsAre("acme-token"));
}

TEST_F(SecretScannerTest, PlaceholdersAreNoSecrets) {
  for (const char* value :
       {"acme_EXAMPLE0123example02", "acme_xxxxxxxxxxxxxxxxxxxx", "acme_abcdefghijklmnopqrst"})
    EXPECT_THAT(scan(value).hits, IsEmpty()) << value;
}

TEST_F(SecretScannerTest, FindsWhatBlocksAndPiecesDivide) {
  // Around every edge of the blocks of 256 KiB, 20 KiB of which are looked at twice.
  for (std::size_t at : {262'143U, 262'144U - 12U, 262'144U, 241'664U, 241'660U, 483'328U}) {
    std::string text(at, '\n');
    text += token_ + "\n" + std::string(300'000, ' ');
    for (const std::size_t piece : {std::string::npos, std::size_t{4096}, std::size_t{99'991}}) {
      const SecretFindings found = scan(text, piece);
      ASSERT_THAT(found.hits, SizeIs(1)) << at << " " << piece;
      EXPECT_EQ(found.hits[0].line, at + 1);
    }
  }
}

TEST_F(SecretScannerTest, InBinariesOnlyTokensCount) {
  const std::string binary = std::string("\x7f"
                                         "ELF\0\0\0",
                                         7);
  EXPECT_THAT(rules_of(scan(binary + token_ + std::string(1, '\0'))), ElementsAre("acme-token"));
  EXPECT_THAT(scan(binary + "ACME_KEY=abcq7zk2mw9x4v3p").hits, IsEmpty());
  EXPECT_EQ(scan(binary + token_).hits[0].line, 0U);
}

TEST_F(SecretScannerTest, PassesOverWhatIsCompressed) {
  using namespace std::string_literals;
  for (const std::string& first : {"\xfd"
                                   "7zXZ"s,
                                   "BZh9"s,
                                   "\x28\xb5\x2f\xfd"s,
                                   "\x89PNG"s})
    EXPECT_FALSE(scanner_->begin("a", base::as_bytes(first)));
  EXPECT_TRUE(scanner_->begin("a", {}));
}

TEST_F(SecretScannerTest, MasksTheConfigItself) {
  std::string text = "RUN DB_PASSWORD=tr0ub4dor&3 ./setup --password tr0ub4dor&3";
  const SecretFindings found = scanner_->scan_config("history 4", text);
  ASSERT_THAT(found.hits, SizeIs(1));
  EXPECT_EQ(found.hits[0].field, "history 4");
  EXPECT_EQ(found.hits[0].path, "");
  EXPECT_EQ(text, "RUN DB_PASSWORD=**** ./setup --password ****");
  EXPECT_THAT(scan("DB_PASSWORD=tr0ub4dor&3").hits, IsEmpty()) << "only in the config";
}

TEST_F(SecretScannerTest, ManySecretsAreAnIssueAndNoFlood) {
  base::Limits limits;
  limits.secrets_in_file = 5;
  use(kRules, limits);
  std::string text;
  for (int i = 100; i < 120; ++i)
    text += token_.substr(0, 22) + std::to_string(i) + "\n";
  const SecretFindings found = scan(text);
  EXPECT_THAT(found.hits, SizeIs(5));
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_EQ(found.issues[0].code, base::Code::LimitExceeded);
  EXPECT_THAT(scan(token_).issues, IsEmpty()) << "the next file begins anew";
}

TEST_F(SecretScannerTest, WorkIsBounded) {
  base::Limits limits;
  limits.secret_tried_bytes = 10'000;
  use(kRules, limits);
  std::string text;
  for (int i = 0; i < 20'000; ++i)
    text += "acme_key acmekey ";
  const SecretFindings found = scan(text);
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_THAT(found.issues[0].message, HasSubstr("not searched"));
}

TEST_F(SecretScannerTest, GitleaksRulesApplyAsTheyAre) {
  const auto set = parse_gitleaks(R"(
title = "ours"
[allowlist]
paths = ['''(^|/)third_party/''']
[[rules]]
id = "own-key"
description = "Our key"
regex = '''(?i)ourkey[\s=:"']{1,5}([0-9a-z]{12})'''
secretGroup = 1
entropy = 2.5
keywords = ["ourkey"]
[[rules.allowlists]]
condition = "AND"
regexes = ['''aaa''']
stopwords = ["zzz"]
[[rules]]
id = "no-keyword"
regex = '''\bTOP-[A-Z]{10}\b'''
[[rules]]
id = "only-a-path"
path = '''\.p12$'''
)",
                                  {});
  ASSERT_TRUE(set) << set.error().text();
  EXPECT_FALSE(set->extends_builtin);
  ASSERT_THAT(set->rules, SizeIs(2));
  auto compiled = SecretRules::compile(*set, PatternPlatform::ThisMachine);
  ASSERT_TRUE(compiled) << compiled.error().text();
  book_.sets.assign(1, std::make_shared<const SecretRules>(std::move(*compiled)));
  scanner_.emplace(SecretScanner::make(book_, SecretSalt("salt"), limits_).value());
  EXPECT_THAT(rules_of(scan("OurKey = \"q8w2k5z1m7x4\"\n")), ElementsAre("own-key"));
  EXPECT_THAT(scan("ourkey = aaaaaaaaaaaa").hits, IsEmpty()) << "too little entropy";
  EXPECT_THAT(rules_of(scan("x TOP-QZJXKWVBPD y")), ElementsAre("no-keyword"));
  EXPECT_THAT(rules_of(scan("x TOP-ABCDEFGHIJ y")), ElementsAre("no-keyword")) << "as written";
  ASSERT_TRUE(scanner_->begin("app/third_party/a.c", {}));
  scanner_->content(base::as_bytes("ourkey = q8w2k5z1m7x4"));
  EXPECT_THAT(scanner_->end().hits, IsEmpty()) << "allowed by its path";
}

TEST(RuleFile, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* says;
  };

  for (const Case& c :
       {Case{"rules:\n- id: a\n  severity: high\n", "one of token, names and regex"},
        Case{"rules:\n- id: a\n  severity: huge\n  token: 'abcdef'\n", "severity"},
        Case{"rules:\n- id: a\n  severity: high\n  names: 'a'\n", "need a value"},
        Case{"rules:\n- id: a\n  severity: high\n  regex: 'abc'\n", "trigger"},
        Case{"rules:\n- id: a\n  severity: high\n  token: 'abc'\n  colour: red\n", "colour"},
        Case{"rules:\n- id: a\n  severity: high\n  token: 'abc'\n- id: a\n  severity: low\n"
             "  token: 'b'\n",
             "two rules"},
        Case{"rules: 7\n", "list of rules"},
        Case{"- 1\n", "keys and values"}}) {
    const auto set = parse_rule_yaml(c.text, {});
    ASSERT_FALSE(set) << c.text;
    EXPECT_THAT(set.error().text(), HasSubstr(c.says));
  }
  auto set = parse_rule_yaml("rules:\n- id: bad\n  severity: high\n  token: '(abc'\n", {});
  ASSERT_TRUE(set);
  const auto compiled = SecretRules::compile(std::move(*set), PatternPlatform::Any);
  ASSERT_FALSE(compiled);
  EXPECT_THAT(compiled.error().text(), HasSubstr("bad"));
}

} // namespace
} // namespace portique::inspect
