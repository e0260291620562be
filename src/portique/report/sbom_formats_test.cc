// What the SBOM formats write, against the published schemas (tests/schemas).
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/run_program.h"
#include "portique/base/xml.h"
#include "portique/report/formats.h"
#include "portique/report/sample_reports.h"

namespace portique::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Written {
  std::string_view format;
  std::string_view version;
  std::string schema; ///< as tests/schemas/validate.py calls it
};

std::vector<Written> all_forms() {
  std::vector<Written> forms;
  for (const Format& format : formats()) {
    if (format.use != FormatUse::Sbom) continue;
    if (format.name == "syft-json") forms.push_back({format.name, {}, "syft-16.1.10"});
    for (const std::string_view version : format.versions)
      forms.push_back({format.name, version, fmt::format("{}-{}", format.name, version)});
  }
  return forms;
}

std::string text_of(const Written& form, const model::Report& report, WriteOptions options = {}) {
  options.spec_version = form.version;
  options.tool_version = "1.2.3";
  return write_text(*find_format(form.format), report, options).value();
}

std::filesystem::path validator() {
  return std::filesystem::path(PORTIQUE_TESTDATA).parent_path() /
         "../../../tests/schemas/validate.py";
}

TEST(SbomFormats, EveryFormIsValid) {
  const auto folder = base::TempDir::create("portique-sbom").value();
  for (const Written& form : all_forms()) {
    std::vector<std::string> arguments{"/usr/bin/python3", validator().string(), form.schema};
    for (const SampleReport& sample : sample_reports()) {
      for (const bool inventory_only : {true, false}) {
        const auto path = folder.path() / fmt::format("{}-{}-{}",
                                                      sample.name,
                                                      form.schema,
                                                      inventory_only ? "inventory" : "findings");
        std::ofstream(path, std::ios::binary)
            << text_of(form, sample.make(), {.inventory_only = inventory_only});
        arguments.push_back(path.string());
      }
    }
    const auto run = base::run_program(arguments, {.time = std::chrono::minutes(5)});
    ASSERT_TRUE(run) << run.error().text();
    if (run->exit_status == 77) GTEST_SKIP() << run->out;
    EXPECT_EQ(run->exit_status, 0) << form.schema << "\n" << run->out << run->err;
  }
}

TEST(SbomFormats, TheSameReportGivesTheSameBytes) {
  model::Report report = sample_report("everything");
  for (const Written& form : all_forms()) {
    const std::string first = text_of(form, report, {.inventory_only = true});
    model::Report later = report;
    later.created += std::chrono::hours(24);
    EXPECT_EQ(text_of(form, later, {.inventory_only = true}), first) << form.schema;
    later.packages.front().version += "x";
    EXPECT_NE(text_of(form, later, {.inventory_only = true}), first) << form.schema;
  }
}

TEST(SbomFormats, TheNameOfTheDocumentFollowsItsContent) {
  const auto serial = [](const model::Report& report) {
    const auto document =
        base::parse_json(text_of({"cyclonedx", "1.6", {}}, report, {.inventory_only = true}));
    return std::string(base::json_string(base::json_object(&*document), "serialNumber"));
  };
  model::Report report = sample_report("everything");
  const std::string first = serial(report);
  EXPECT_TRUE(first.starts_with("urn:uuid:")) << first;
  report.packages.pop_back();
  EXPECT_NE(serial(report), first);
}

TEST(SbomFormats, FindingsStandOnlyWhereThereWasASearch) {
  const model::Report report = sample_report("everything");
  for (const std::string_view format : {"cyclonedx", "cyclonedx-xml"}) {
    const Written form{format, "1.7", {}};
    EXPECT_THAT(text_of(form, report, {.inventory_only = true}), Not(HasSubstr("vulnerabilities")));
    EXPECT_THAT(text_of(form, report), HasSubstr("vulnerabilities"));
    EXPECT_THAT(text_of(form, report), HasSubstr("not_affected"));
  }
  // That nothing was found is worth saying, too.
  EXPECT_THAT(text_of({"cyclonedx", "1.7", {}}, sample_report("clean")),
              HasSubstr("\"vulnerabilities\": []"));
}

TEST(SbomFormats, EachVersionSaysWhichItIs) {
  const model::Report report = sample_report("clean");
  for (const std::string_view version : find_format("cyclonedx")->versions) {
    EXPECT_THAT(text_of({"cyclonedx", version, {}}, report),
                HasSubstr(fmt::format("\"specVersion\": \"{}\"", version)));
    EXPECT_THAT(text_of({"cyclonedx-xml", version, {}}, report),
                HasSubstr(fmt::format("http://cyclonedx.org/schema/bom/{}", version)));
  }
  EXPECT_THAT(text_of({"cyclonedx", {}, {}}, report), HasSubstr("\"specVersion\": \"1.7\""));
}

TEST(SbomFormats, WhatCouldNotBeReadIsSaid) {
  const model::Report report = sample_report("clean_but_unread");
  EXPECT_THAT(
      text_of({"cyclonedx", "1.6", {}}, report),
      testing::AllOf(HasSubstr("\"aggregate\": \"incomplete\""), HasSubstr("portique:issue:0")));
  EXPECT_THAT(text_of({"spdx", "2.3", {}}, report), HasSubstr("portique:issue:0"));
  EXPECT_THAT(text_of({"cyclonedx", "1.6", {}}, sample_report("clean")),
              Not(HasSubstr("compositions")));
}

TEST(SbomFormats, AreFoundByTheirOtherNames) {
  EXPECT_EQ(find_format("cyclonedx-json"), find_format("cyclonedx"));
  EXPECT_EQ(find_format("spdx-json"), find_format("spdx"));
  EXPECT_EQ(find_format("spdx-tag-value"), find_format("spdx-tag"));
  EXPECT_EQ(find_format(""), nullptr);
}

} // namespace
} // namespace portique::report
