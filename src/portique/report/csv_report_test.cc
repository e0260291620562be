// Python's csv module reads what is written.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRead = R"py(
import csv, json, sys
with open(sys.argv[1], newline='', encoding='utf-8', errors='strict') as file:
    print(json.dumps(list(csv.DictReader(file, strict=True))))
)py";

/// The rows, by an implementation that is not ours.
boost::json::array rows_of(const model::Report& report) {
  const auto folder = base::TempDir::create("portique-csv").value();
  const auto path = folder.path() / "report.csv";
  std::ofstream(path, std::ios::binary) << write_text(*find_format("csv"), report, {}).value();
  const auto run =
      base::run_program({"python3", "-c", kRead, path.string()}, {.output_bytes = 64ULL << 20U});
  if (!run || run->exit_status != 0) {
    ADD_FAILURE() << (run ? run->err : run.error().text());
    return {};
  }
  return base::parse_json(run->out).value().as_array();
}

std::string_view cell(const boost::json::value& row, std::string_view column) {
  return base::json_string(base::json_object(&row), column);
}

TEST(CsvReport, HasARowForEachFindingAndIssue) {
  for (const SampleReport& sample : sample_reports()) {
    const model::Report report = sample.make();
    const auto rows = rows_of(report);
    ASSERT_EQ(rows.size(), report.findings.size() + report.issues.size()) << sample.name;
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      EXPECT_EQ(cell(rows[i], "severity"), model::severity_name(report.findings[i].severity));
      EXPECT_EQ(cell(rows[i], "suppressed_by").empty(), !report.findings[i].suppression);
    }
    for (std::size_t i = report.findings.size(); i < rows.size(); ++i)
      EXPECT_EQ(cell(rows[i], "kind"), "issue");
  }
}

TEST(CsvReport, NoCellIsAFormula) {
  struct Case {
    std::string name;
    std::string want;
  };

  const Case cases[] = {
      {"=1+1", "'=1+1"},
      {"+HYPERLINK(\"http://x\")", "'+HYPERLINK(\"http://x\")"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"-2+3|cmd", "'-2+3|cmd"},
      {"@angular/core", "@angular/core"},
      {"a,\"b\"\nc", "a,\"b\"\nc"},
      {"\tx", "'\tx"},
      {"\xff", "\xEF\xBF\xBD"},
  };
  model::Report report = sample_report("clean");
  report.packages.resize(1);
  report.findings.resize(1);
  report.findings[0].package = 0;
  for (const Case& c : cases) {
    report.packages[0].name = c.name;
    const auto rows = rows_of(report);
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(cell(rows[0], "package"), c.want);
  }
}

} // namespace
} // namespace portique::report
