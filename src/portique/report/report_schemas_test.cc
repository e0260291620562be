// What the report formats for other systems write, against their schemas (tests/schemas).
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

struct Schema {
  std::string_view format;
  std::string_view name; ///< as tests/schemas/validate.py calls it
};

constexpr Schema kSchemas[] = {
    {"sarif", "sarif-2.1.0"},
    {"gitlab", "gitlab-15.0.7"},
    {"gitlab-codequality", "codequality-1"},
    {"junit", "junit-10"},
};

std::filesystem::path validator() {
  return std::filesystem::path(PORTIQUE_TESTDATA).parent_path() /
         "../../../tests/schemas/validate.py";
}

TEST(ReportSchemas, EveryReportIsValid) {
  const auto folder = base::TempDir::create("portique-report").value();
  for (const Schema& schema : kSchemas) {
    std::vector<std::string> arguments{
        "/usr/bin/python3", validator().string(), std::string(schema.name)};
    const auto write = [&](std::string_view name, const model::Report& report) {
      for (const bool shown : {false, true}) {
        const auto path = folder.path() / fmt::format("{}-{}-{}", name, schema.format, shown);
        std::ofstream(path, std::ios::binary)
            << write_text(*find_format(schema.format),
                          report,
                          {.show_suppressed = shown, .tool_version = "1.2.3"})
                   .value();
        arguments.push_back(path.string());
      }
    };
    for (const SampleReport& sample : sample_reports())
      write(sample.name, sample.make());
    const auto run = base::run_program(arguments, {.time = std::chrono::minutes(5)});
    ASSERT_TRUE(run) << run.error().text();
    if (run->exit_status == 77) GTEST_SKIP() << run->out;
    EXPECT_EQ(run->exit_status, 0) << schema.name << "\n" << run->out << run->err;
  }
}

TEST(ReportSchemas, TheSameReportGivesTheSameBytes) {
  for (const Schema& schema : kSchemas) {
    const Format& format = *find_format(schema.format);
    const std::string first = write_text(format, every_kind(), {}).value();
    EXPECT_EQ(write_text(format, every_kind(), {}).value(), first) << schema.format;
    EXPECT_TRUE(first.ends_with('\n')) << schema.format;
  }
}

TEST(ReportSchemas, AFullSinkStopsTheWriting) {
  for (const Schema& schema : kSchemas) {
    std::size_t calls = 0;
    const auto result =
        find_format(schema.format)
            ->write(large_report(), {}, [&](std::string_view) -> base::Result<void> {
              ++calls;
              return base::fail(base::Code::Io, "no space");
            });
    EXPECT_FALSE(result) << schema.format;
    EXPECT_EQ(calls, 1U) << schema.format;
  }
}

} // namespace
} // namespace portique::report
