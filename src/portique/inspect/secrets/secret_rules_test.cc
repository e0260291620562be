// Every built-in rule is held against its own examples, and the whole set against what must stay
// silent.

#include <filesystem>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inspect/secrets/rule_file.h"
#include "portique/inspect/secrets/secret_checks.h"
#include "portique/inspect/secrets/secret_examples_test_support.h"
#include "portique/inspect/secrets/secret_rules.h"
#include "portique/inspect/secrets/secret_scanner.h"

namespace portique::inspect {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

struct Loaded {
  SecretRuleSet set;
  std::vector<RuleExamples> examples;
  SecretRuleBook book;
};

/// The rules as they are built in, compiled once for all tests.
const Loaded& loaded() {
  static const Loaded kLoaded = [] {
    Loaded rules;
    const auto text = base::read_file(PORTIQUE_SECRET_RULES, 8 << 20);
    auto set = parse_rule_yaml(text.value(), {}, &rules.examples);
    if (!set) ADD_FAILURE() << set.error().text();
    rules.set = set.value();
    auto compiled = SecretRules::compile(rules.set, PatternPlatform::Any);
    if (!compiled) ADD_FAILURE() << compiled.error().text();
    rules.book.sets.push_back(std::make_shared<const SecretRules>(std::move(compiled.value())));
    return rules;
  }();
  return kLoaded;
}

const SecretRule& rule_of(const std::string& id) {
  for (const SecretRule& rule : loaded().set.rules)
    if (rule.id == id) return rule;
  ADD_FAILURE() << "no rule " << id;
  return loaded().set.rules.front();
}

std::vector<SecretHit> find(const SecretRule& rule, std::string path, const std::string& text) {
  auto scanner = SecretScanner::make(loaded().book, SecretSalt("salt"), {});
  if (rule.place == RulePlace::Config) {
    std::string copy = text;
    return scanner->scan_config("Env", copy).hits;
  }
  if (path.empty()) path = "srv/app/deploy.sh";
  EXPECT_TRUE(scanner->begin(path, base::as_bytes(text)));
  scanner->content(base::as_bytes(text));
  return scanner->end().hits;
}

std::vector<std::string> ids_of(const std::vector<SecretHit>& hits) {
  std::vector<std::string> ids;
  for (const SecretHit& hit : hits)
    ids.push_back(hit.rule);
  return ids;
}

TEST(BuiltinSecretRules, AreManyAndWhole) {
  EXPECT_GE(loaded().set.rules.size(), 180U);
  std::set<std::string> ids;
  for (const SecretRule& rule : loaded().set.rules) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_FALSE(rule.title.empty()) << rule.id;
    EXPECT_FALSE(rule.category.empty()) << rule.id;
    EXPECT_TRUE(rule.check.empty() || find_secret_check(rule.check) != nullptr) << rule.id;
  }
}

TEST(BuiltinSecretRules, FindTheirExamples) {
  for (const RuleExamples& examples : loaded().examples) {
    EXPECT_FALSE(examples.matches.empty()) << examples.rule;
    for (unsigned seed = 1; seed <= 3; ++seed)
      for (const std::string& example : examples.matches) {
        const std::string text = ExampleMaker(seed).make(example);
        const auto hits = find(rule_of(examples.rule), examples.path, text);
        EXPECT_THAT(ids_of(hits), Contains(examples.rule)) << text;
        // The same in the middle of a file, behind and before other lines.
        const auto inside =
            find(rule_of(examples.rule), examples.path, "# a comment\n" + text + "\nnext = 1\n");
        if (examples.rule == "rails-master-key") continue; // the key is the whole file
        EXPECT_THAT(ids_of(inside), Contains(examples.rule)) << text;
      }
  }
}

TEST(BuiltinSecretRules, DoNotFindTheirCounterexamples) {
  for (const RuleExamples& examples : loaded().examples)
    for (const std::string& example : examples.misses) {
      const std::string text = ExampleMaker().make(example);
      const auto hits = find(rule_of(examples.rule), examples.path, text);
      EXPECT_THAT(ids_of(hits), Not(Contains(examples.rule))) << text;
    }
}

/// Long runs of the examples' own random characters would otherwise show in masks.
TEST(BuiltinSecretRules, NeverShowWhatTheyFound) {
  for (const RuleExamples& examples : loaded().examples)
    for (const std::string& example : examples.matches) {
      const std::string text = ExampleMaker().make(example);
      for (const SecretHit& hit : find(rule_of(examples.rule), examples.path, text)) {
        EXPECT_TRUE(hit.masked.ends_with("****")) << hit.masked;
        EXPECT_LT(hit.masked.size(), 48U) << hit.masked;
        // Names to which secrets are assigned have capitals or small letters, not both.
        for (std::size_t at = 0; at + 14 < text.size(); ++at) {
          const std::string piece = text.substr(at, 14);
          if (std::ranges::none_of(piece, base::is_digit) || piece.contains('=') ||
              piece == base::to_lower(piece) ||
              std::ranges::none_of(piece, [](char c) { return c >= 'a' && c <= 'z'; }))
            continue;
          EXPECT_THAT(hit.masked, Not(testing::HasSubstr(piece))) << examples.rule;
        }
      }
    }
}

TEST(BuiltinSecretRules, SurviveBeingPacked) {
  const SecretRules& rules = *loaded().book.sets.front();
  const auto packed = rules.pack();
  ASSERT_TRUE(packed) << packed.error().text();
  auto unpacked = SecretRules::unpack(base::as_bytes(*packed));
  ASSERT_TRUE(unpacked) << unpacked.error().text();
  EXPECT_EQ(unpacked->set().rules, rules.set().rules);
  EXPECT_EQ(unpacked->version(), rules.version());
  SecretRuleBook book;
  book.sets.push_back(std::make_shared<const SecretRules>(std::move(*unpacked)));
  auto scanner = SecretScanner::make(book, SecretSalt("salt"), {});
  const std::string text = ExampleMaker().make("x = <=glpat->a<url:18>b");
  scanner->begin("a", {});
  scanner->content(base::as_bytes(text));
  EXPECT_THAT(ids_of(scanner->end().hits), testing::ElementsAre("gitlab-pat"));
}

/// What distributions and language registries publish holds nobody's secret. Their files are on
/// every machine that builds this.
TEST(BuiltinSecretRules, AreSilentOnWhatEverybodyHas) {
  auto scanner = SecretScanner::make(loaded().book, SecretSalt("salt"), {});
  std::size_t files = 0;
  for (const char* folder : {"/usr/include",
                             "/usr/share/doc",
                             "/usr/lib/python3",
                             "/usr/share/perl",
                             "/usr/share/nodejs",
                             "/usr/share/common-licenses",
                             "/usr/lib/ruby"}) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (!entry->is_regular_file(error) || entry->is_symlink(error)) continue;
      const auto content = base::read_file(entry->path(), 4 << 20);
      if (!content) continue;
      ++files;
      const std::string path = entry->path().string().substr(1);
      if (!scanner->begin(path, base::as_bytes(*content))) continue;
      scanner->content(base::as_bytes(*content));
      for (const SecretHit& hit : scanner->end().hits)
        // Packages do bring keys and logins for their tests; who owns the file tells those apart.
        if (hit.rule != "private-key" && path.find("/tests/") == std::string::npos)
          ADD_FAILURE() << path << ":" << hit.line << " " << hit.rule << " " << hit.masked;
    }
  }
  EXPECT_GT(files, 100U);
}

} // namespace
} // namespace portique::inspect
