#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/report/json_report.h"
#include "portique/report/sample_reports.h"

namespace portique::report {

namespace {

std::string json_of(const model::Report& report) {
  return write_text(*find_format("json"), report, {}).value();
}

/// By Python's jsonschema, an implementation that is not ours.
constexpr const char* kValidate = R"py(
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
bad = 0
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name, encoding='utf-8', errors='strict'))):
        print(name, error.json_path, error.message[:200])
        bad = 1
sys.exit(bad)
)py";

bool has_jsonschema() {
  return std::system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null") == 0;
}

std::filesystem::path schema_path() {
  return std::filesystem::path(PORTIQUE_TESTDATA).parent_path() /
         "../../../docs/report.schema.json";
}

class JsonSchema : public testing::Test {
protected:
  void SetUp() override {
    if (!has_jsonschema()) GTEST_SKIP() << "python3-jsonschema is not installed";
    ASSERT_TRUE(folder_);
    std::ofstream(folder_->path() / "validate.py") << kValidate;
  }

  int validate(const std::string& files) {
    return std::system(fmt::format("/usr/bin/python3 {}/validate.py {} {}",
                                   folder_->path().string(),
                                   schema_path().string(),
                                   files)
                           .c_str());
  }

  base::Result<base::TempDir> folder_ = base::TempDir::create("report");
};

TEST_F(JsonSchema, HoldsForEverySample) {
  std::string files;
  for (const SampleReport& sample : sample_reports()) {
    const auto file = folder_->path() / (std::string(sample.name) + ".json");
    std::ofstream(file) << json_of(sample.make());
    files += file.string() + " ";
  }
  const auto large = folder_->path() / "large.json";
  std::ofstream(large) << json_of({});
  EXPECT_EQ(validate(files + large.string()), 0);
}

TEST_F(JsonSchema, RefusesWhatItDoesNotName) {
  std::string text = json_of(sample_report("everything"));
  text.insert(text.find('{') + 1, "\"surprise\": 1,");
  const auto file = folder_->path() / "surprise.json";
  std::ofstream(file) << text;
  EXPECT_NE(validate(file.string() + " >/dev/null"), 0);
}

TEST(JsonReport, IsUtf8WithoutControlCharacters) {
  for (const SampleReport& sample : sample_reports()) {
    const std::string text = json_of(sample.make());
    std::string without_lines = text;
    std::erase(without_lines, '\n');
    EXPECT_EQ(base::printable(without_lines), without_lines) << sample.name;
    EXPECT_TRUE(base::parse_json(text)) << sample.name;
  }
}

TEST(JsonReport, IsTheSameEveryTime) {
  for (const SampleReport& sample : sample_reports())
    EXPECT_EQ(json_of(sample.make()), json_of(sample.make()));
}

TEST(JsonReport, HoldsWhatOthersRelyOn) {
  const auto document = base::parse_json(json_of(sample_report("everything"))).value();
  const auto at = [&](std::string_view pointer) { return document.at_pointer(pointer); };
  const auto sha256 = [](char digit) {
    return boost::json::value("sha256:" + std::string(64, digit));
  };
  EXPECT_EQ(at("/subject/name"), "web.tar");
  EXPECT_EQ(at("/subject/digest"), sha256('4'));
  EXPECT_EQ(at("/distro/id"), "debian");
  EXPECT_EQ(at("/distro/version"), "12");
  EXPECT_EQ(at("/packages/5/name"), "libssl3");
  EXPECT_EQ(at("/packages/5/source/name"), "openssl");
  EXPECT_EQ(at("/packages/5/type"), "deb");
  EXPECT_EQ(at("/packages/5/layer/index"), 0);
  EXPECT_EQ(at("/findings/2/id"), "CVE-2024-32002");
  EXPECT_EQ(at("/findings/2/package/name"), "git");
  EXPECT_EQ(at("/findings/2/fixed_version"), "1:2.39.5-0+deb12u1");
  EXPECT_EQ(at("/findings/2/layer/diff_id"), sha256('2'));
  EXPECT_EQ(at("/findings/2/kev"), true);
  EXPECT_TRUE(at("/findings/1/fixed_version").is_null());
  EXPECT_EQ(at("/summary/total"), 17);
  EXPECT_EQ(at("/issues/0/path"), "var/lib/dpkg/status.d/nodejs");
  EXPECT_EQ(at("/issues/0/layer/index"), 2);
  EXPECT_EQ(at("/database/built"), "2026-11-20T03:00:00Z");
  EXPECT_EQ(at("/database/feeds/0/name"), "apt");
}

TEST(JsonReport, TakesTheImageIdWhereThereIsNoManifest) {
  model::Report report = sample_report("no_packages");
  const auto document = base::parse_json(json_of(report)).value();
  EXPECT_EQ(document.at_pointer("/subject/digest").as_string(),
            report.subject.image.config_digest.text());
  report.subject.image.config_digest = {};
  EXPECT_TRUE(base::parse_json(json_of(report)).value().at_pointer("/subject/digest").is_null());
}

TEST(JsonReport, IsHandedOverInSmallPieces) {
  const model::Report report = large_report();
  for (const Format& format : formats()) {
    std::size_t largest = 0;
    std::size_t total = 0;
    ASSERT_TRUE(format.write(report, {}, [&](std::string_view bytes) -> base::Result<void> {
      largest = std::max(largest, bytes.size());
      total += bytes.size();
      return {};
    }));
    // Markdown is cut to what a comment may hold.
    EXPECT_TRUE(total > 1'000'000U || format.name == "markdown" || format.name == "github")
        << format.name << " " << total;
    EXPECT_LT(largest, 1'000'000U) << format.name;
  }
}

TEST(JsonReport, HandsTheSinksErrorOn) {
  for (const Format& format : formats()) {
    const auto result =
        format.write(sample_report("clean"), {}, [](std::string_view) -> base::Result<void> {
          return base::fail(base::Code::Io, "disk full");
        });
    ASSERT_FALSE(result) << format.name;
    EXPECT_EQ(result.error().code(), base::Code::Io);
  }
}

} // namespace
} // namespace portique::report
