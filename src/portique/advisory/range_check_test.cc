// The evaluation algorithm of the OSV schema, a row a rule.

#include <gtest/gtest.h>

#include "portique/advisory/advisory_test_support.h"
#include "portique/advisory/package_name.h"
#include "portique/advisory/range_check.h"

namespace portique::advisory {
namespace {

using model::EventKind;

struct RangeCase {
  const char* name;
  const char* ecosystem;
  std::string affected; ///< the "ranges" and "versions" of a record, as JSON
  const char* version;
  const char* verdict; ///< "yes", "yes, fixed 1.2", "no", "unclear: bound"
};

std::string events(const std::string& list) {
  return R"("ranges": [{"type": "ECOSYSTEM", "events": [)" + list + "]}]";
}

const std::string kUntil2 = events(R"({"introduced": "0"}, {"fixed": "2.0"})");
const std::string kTwice =
    events(R"({"introduced": "0"}, {"fixed": "1.5"}, {"introduced": "2.0"}, {"fixed": "2.3"})");
const std::string kTwiceShuffled =
    events(R"({"fixed": "2.3"}, {"introduced": "2.0"}, {"fixed": "1.5"}, {"introduced": "0"})");
const std::string kLast = events(R"({"introduced": "1.0"}, {"last_affected": "1.4"})");
const std::string kLimited = events(R"({"introduced": "1.0"}, {"limit": "1.9"})");
const std::string kBadFix = events(R"({"introduced": "1.0"}, {"fixed": "garbage!"})");
const std::string kListed = R"("versions": ["1.0", "1.2"])";
const std::string kListedAndFixed =
    events(R"({"introduced": "3.0"}, {"fixed": "3.1"})") + R"(, "versions": ["3.10.2"])";
const std::string kTwoRanges =
    R"("ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.0"}]},
                  {"type": "SEMVER", "events": [{"introduced": "1.0"}, {"fixed": "1.8"}]}])";
const std::string kCommits =
    R"("ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}], "versions": ["1.0"])";

const std::vector<RangeCase> kCases{
    {"below the fix", "Debian:12", kUntil2, "1.9", "yes, fixed 2.0"},
    {"at the fix", "Debian:12", kUntil2, "2.0", "no"},
    {"just below by a tilde", "Debian:12", kUntil2, "2.0~rc1", "yes, fixed 2.0"},
    {"an epoch beats all", "Debian:12", kUntil2, "1:0.1", "no"},
    {"below zero is in the range", "Debian:12", kUntil2, "0~0", "yes, fixed 2.0"},
    {"in the first span", "npm", kTwice, "1.4.9", "yes, fixed 1.5"},
    {"between the spans", "npm", kTwice, "1.7.0", "no"},
    {"in the second span", "npm", kTwice, "2.0.0", "yes, fixed 2.3"},
    {"after the spans", "npm", kTwice, "2.3.0", "no"},
    {"events in any order", "npm", kTwiceShuffled, "2.2.0", "yes, fixed 2.3"},
    {"events in any order, between", "npm", kTwiceShuffled, "1.5.0", "no"},
    {"below the introduction", "npm", kLast, "0.9.0", "no"},
    {"at the introduction", "npm", kLast, "1.0.0", "yes"},
    {"a pre-release of the introduction", "npm", kLast, "1.0.0-rc.1", "no"},
    {"at the last affected", "npm", kLast, "1.4.0", "yes"},
    {"behind the last affected", "npm", kLast, "1.4.1", "no"},
    {"below the limit", "npm", kLimited, "1.8.9", "yes"},
    {"at the limit", "npm", kLimited, "1.9.0", "no"},
    {"a limit of *", "npm", events(R"({"introduced": "1.0"}, {"limit": "*"})"), "99.0.0", "yes"},
    {"the furthest of two limits",
     "npm",
     events(R"({"introduced": "0"}, {"limit": "1.0"}, {"limit": "2.0"})"),
     "1.5.0",
     "yes"},
    {"no fix", "Debian:12", events(R"({"introduced": "0"})"), "99", "yes"},
    {"an empty range",
     "crates.io",
     events(R"({"introduced": "0.2.1"}, {"fixed": "0.2.1"})"),
     "0.2.1",
     "no"},
    {"no event at all", "npm", events(""), "1.0.0", "no"},
    {"listed", "PyPI", kListed, "1.2", "yes"},
    {"listed in another spelling", "PyPI", kListed, "1.2.0", "yes"},
    {"not listed", "PyPI", kListed, "1.1", "no"},
    {"listed beyond the range", "npm", kListedAndFixed, "3.10.2", "yes"},
    {"a range of commits counts for nothing", "PyPI", kCommits, "2.0", "no"},
    {"what is listed beside commits counts", "PyPI", kCommits, "1.0", "yes"},
    {"the nearest fix of two ranges", "npm", kTwoRanges, "1.2.0", "yes, fixed 1.8"},
    {"one range of two", "npm", kTwoRanges, "2.0.0", "yes, fixed 4.0"},
    {"a bound that is no version", "Debian:12", kBadFix, "1.5", "unclear: garbage!"},
    {"before a range with such a bound", "Debian:12", kBadFix, "0.5", "no"},
    {"listed beside such a bound", "Debian:12", kBadFix + R"(, "versions": ["1.5"])", "1.5", "yes"},
    {"an introduction that is no version",
     "Debian:12",
     events(R"({"introduced": "???"}, {"fixed": "2"})"),
     "1",
     "unclear: ???"},
    {"an rpm epoch",
     "AlmaLinux:8",
     events(R"({"introduced": "0"}, {"fixed": "1:1.3.6-2.el8"})"),
     "2.0-1.el8",
     "yes, fixed 1:1.3.6-2.el8"},
    {"an rpm epoch at the fix",
     "AlmaLinux:8",
     events(R"({"introduced": "0"}, {"fixed": "1:1.3.6-2.el8"})"),
     "1:1.3.6-2.el8",
     "no"},
    {"an apk revision",
     "Alpine:v3.10",
     events(R"({"introduced": "0"}, {"fixed": "1.1.1d-r2"})"),
     "1.1.1d-r1",
     "yes, fixed 1.1.1d-r2"},
    {"a pseudo-version of Go",
     "Go",
     events(R"({"introduced": "0"}, {"fixed": "0.1.0"})"),
     "v0.0.0-20200101000000-abcdefabcdef",
     "yes, fixed 0.1.0"},
};

std::string verdict_of(const RangeCase& row) {
  const std::string json = R"({"id": "X-1", "modified": "2024-01-01T00:00:00Z", "affected": [{
      "package": {"ecosystem": ")" +
                           std::string(row.ecosystem) + R"(", "name": "a"}, )" + row.affected +
                           "}]}";
  SmallDatabase small({});
  const Database database = small.add(json).open();
  const version::SchemeInfo& scheme =
      version::scheme_info(*version::scheme_of_ecosystem(row.ecosystem));
  std::string text = "no";
  AffectedRecord record;
  const auto read = for_each_group(
      database.entries(package_key(row.ecosystem, "a")), [&](std::string_view, base::Bytes group) {
        return for_each_entry(group, [&](base::Bytes entry) -> base::Result<void> {
          PQ_TRY(unpack_affected(entry, record));
          const RangeVerdict verdict = check_ranges(record, scheme, row.version);
          if (verdict.affected == Affectedness::Affected)
            text = "yes" + (verdict.fixed.empty() ? std::string()
                                                  : ", fixed " + std::string(verdict.fixed));
          else if (verdict.affected == Affectedness::Undetermined)
            text = "unclear: " + std::string(verdict.bad_bound);
          return {};
        });
      });
  EXPECT_TRUE(read);
  return text;
}

TEST(RangeCheck, FollowsTheSchema) {
  for (const RangeCase& row : kCases)
    EXPECT_EQ(verdict_of(row), row.verdict) << row.name;
}

} // namespace
} // namespace portique::advisory
