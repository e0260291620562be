#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/report/sample_reports.h"
#include "portique/report/table_text.h"

namespace portique::report {

namespace {

using testing::HasSubstr;
using testing::Not;

TEST(TableText, ShowsInstructionsAsTheirAuthorWroteThem) {
  struct Case {
    std::string_view created_by;
    std::string_view want;
  };

  const Case cases[] = {
      {"", ""},
      {"/bin/sh -c #(nop) ADD file:5cbd in / ", "ADD file:5cbd in /"},
      {"/bin/sh -c #(nop)  CMD [\"bash\"]", "CMD [\"bash\"]"},
      {"/bin/sh -c apt-get update \t && true", "RUN apt-get update && true"},
      {"RUN /bin/sh -c apk add curl # buildkit", "RUN apk add curl"},
      {"RUN |1 VERSION=3 /bin/sh -c make install # buildkit", "RUN make install"},
      {"|2 A=1 B=2 /bin/sh -c make", "RUN make"},
      {"COPY . /srv # buildkit", "COPY . /srv"},
      {"bazel build ...", "bazel build ..."},
  };
  for (const Case& c : cases)
    EXPECT_EQ(instruction_text(c.created_by), c.want);
}

TEST(TableText, SaysHowOldTheDatabaseIsAndWhatItCovers) {
  const base::Time now = *base::parse_time("2026-11-24T12:00:00Z");
  model::DatabaseInfo database;
  EXPECT_EQ(database_text(database, now), "no database");
  database = sample_report("everything").database;
  EXPECT_EQ(database_text(database, now),
            "starter database of 2026-11-20 (4 days old), covers Debian 12");
  database.embedded = false;
  database.ecosystems = {"Alpine:v3.19", "Debian:12", "Ubuntu:22.04:LTS"};
  EXPECT_EQ(
      database_text(database, now),
      "database of 2026-11-20 (4 days old), covers Alpine v3.19, Debian 12, Ubuntu 22.04 LTS");
  database.ecosystems = {"a", "b", "c", "d", "e"};
  EXPECT_THAT(database_text(database, now), HasSubstr("covers 5 distributions and ecosystems"));
  database.ecosystems.clear();
  EXPECT_THAT(database_text(database, now), HasSubstr("covers nothing"));
  database.feeds.clear();
  EXPECT_EQ(database_date(database), database.built) << "the feeds do not say";
  EXPECT_EQ(database_text(database, *base::parse_time("2020-01-01")),
            "database of 2026-11-20, covers nothing")
      << "a clock that runs behind gives no age";
}

TEST(TableText, NeverCallsASubjectCleanThatWasNotChecked) {
  const std::string clean = "No known vulnerabilities";
  for (const SampleReport& sample : sample_reports()) {
    model::Report report = sample.make();
    const Summary none{.packages = report.packages.size()};
    const std::string text = nothing_found_text(report, none);
    if (report.coverage == model::Coverage::Covered)
      EXPECT_THAT(text, HasSubstr(clean)) << sample.name;
    else
      EXPECT_THAT(text, Not(HasSubstr(clean))) << sample.name;
  }
  const model::Report unread = sample_report("clean_but_unread");
  EXPECT_THAT(nothing_found_text(unread, {}), HasSubstr("2 parts could not be."));
  const model::Report hidden = sample_report("all_hidden");
  EXPECT_THAT(nothing_found_text(hidden, summarise(hidden)), Not(HasSubstr(clean)));
}

TEST(TableText, RoundsEpssWithoutHidingIt) {
  struct Case {
    double score;
    std::string_view want;
  };

  for (const Case& c : {Case{0, "<1%"}, {0.0099, "<1%"}, {0.01, "1%"}, {0.155, "16%"}, {1, "100%"}})
    EXPECT_EQ(epss_text({.epss = model::Epss{.score = c.score}}), c.want) << c.score;
  EXPECT_EQ(epss_text({}), "");
  EXPECT_EQ(epss_text({.epss = model::Epss{.score = std::nan("")}}), "");
}

TEST(TableText, TellsTheThreeKindsOfFix) {
  EXPECT_EQ(fix_text({.fixed_version = "1.2"}), "1.2");
  EXPECT_EQ(fix_text({}), "no fix");
  EXPECT_EQ(fix_text({.fix_state = model::FixState::EndOfLife}), "end of life");
  EXPECT_EQ(fix_text({.kind = model::FindingKind::Secret}), "");
}

TEST(Summary, CountsWhatIsInForce) {
  const Summary summary = summarise(sample_report("everything"));
  EXPECT_EQ(summary.total, 17U);
  EXPECT_EQ(summary.of(model::Severity::Critical), 2U);
  EXPECT_EQ(summary.of(model::Severity::High), 5U) << "the suppressed one is not among them";
  EXPECT_EQ(summary.fixable, 11U);
  EXPECT_EQ(summary.kev, 1U);
  EXPECT_EQ(summary.suppressed, 1U);
  EXPECT_EQ(summary.hidden, 3U);
  EXPECT_EQ(summary.packages, 10U);
  EXPECT_EQ(severity_counts(summary.by_severity),
            "2 critical, 5 high, 4 medium, 1 low, 4 negligible, 1 unknown");
  EXPECT_EQ(severity_counts({}), "");
}

} // namespace
} // namespace portique::report
