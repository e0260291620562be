#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <isa-l/igzip_lib.h>

#include "portique/base/byte_reader.h"
#include "portique/inventory/binary/binary_test_builder.h"
#include "portique/inventory/rust/audit_data.h"

namespace portique::inventory {
namespace {

using base::Code;
using testing::ElementsAre;
using testing::IsEmpty;

// As cargo-auditable's own documentation shows it.
constexpr std::string_view kJson =
    R"({"packages":[{"name":"adler","version":"0.2.3","source":"registry"},)"
    R"({"name":"cc","version":"1.0.67","source":"crates.io","kind":"build"},)"
    R"({"name":"app","version":"0.1.0","source":"local","dependencies":[0,1],"root":true}]})";

std::string zlib(std::string text) {
  std::string out(text.size() + 1000, '\0');
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.gzip_flag = IGZIP_ZLIB;
  stream.next_in = reinterpret_cast<std::uint8_t*>(text.data());
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  EXPECT_EQ(isal_deflate_stateless(&stream), COMP_OK);
  out.resize(stream.total_out);
  return out;
}

struct Read {
  Analysis analysis;
  base::Result<void> result;
};

Read read(std::string_view file_bytes, const base::Limits& limits = {}) {
  Read out;
  const FileContent file("usr/bin/program", base::as_bytes(file_bytes));
  std::vector<BinaryImage> images;
  EXPECT_TRUE(
      read_binary_images(file, kind_of(file_bytes.substr(0, kHeadBytes)).value(), limits, images));
  out.result = add_audited_crates(file, images.front(), limits, out.analysis);
  return out;
}

Read read_elf(std::string content, const base::Limits& limits = {}) {
  return read(build_elf({.sections = {{".dep-v0", std::move(content)}}}), limits);
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages) {
    std::string row = p.type + ' ' + p.name + ' ' + p.version;
    if (p.scope == model::PackageScope::Development) row += " development";
    for (const std::string& dependency : p.dependencies)
      row += " +" + dependency;
    out.push_back(row);
  }
  return out;
}

TEST(AuditData, ListsTheCratesOfEveryFormat) {
  const std::string compressed = zlib(std::string(kJson));
  for (const std::string& file : {build_elf({.sections = {{".dep-v0", compressed}}}),
                                  build_elf({.wide = false, .sections = {{".dep-v0", compressed}}}),
                                  build_pe({{".dep-v0", compressed}}),
                                  build_macho({{".dep-v0", compressed}})}) {
    const Read found = read(file);
    ASSERT_TRUE(found.result) << found.result.error().text();
    EXPECT_THAT(rows(found.analysis),
                ElementsAre("cargo adler 0.2.3",
                            "cargo cc 1.0.67 development",
                            "cargo app 0.1.0 +adler@0.2.3 +cc@1.0.67"));
    EXPECT_THAT(found.analysis.issues, IsEmpty());
  }
}

TEST(AuditData, SaysNothingOfOtherPrograms) {
  const Read found = read(build_elf({.sections = {{".data", "x"}}}));
  EXPECT_TRUE(found.result);
  EXPECT_EQ(found.analysis, Analysis{});
}

TEST(AuditData, ReportsWhatIsBroken) {
  std::string wrong_sum = zlib(std::string(kJson));
  wrong_sum.back() = static_cast<char>(wrong_sum.back() ^ 1);

  const struct {
    std::string content;
    Code code;
  } rows_of[] = {
      {"", Code::Truncated},
      {"plain text", Code::Malformed},
      {wrong_sum, Code::Malformed},
      {zlib(std::string(kJson)).substr(0, 40), Code::Truncated},
      {zlib("not JSON"), Code::Malformed},
      {zlib("[]"), Code::Malformed},
      {zlib(R"({"packages":[]})"), Code::Malformed},
  };

  for (const auto& row : rows_of) {
    const Read found = read_elf(row.content);
    ASSERT_FALSE(found.result) << testing::PrintToString(row.content);
    EXPECT_EQ(found.result.error().code(), row.code) << testing::PrintToString(row.content);
  }
}

TEST(AuditData, KeepsTheRestOfAListWithWrongEntries) {
  Analysis analysis;
  ASSERT_TRUE(read_audit_json(
      R"({"packages":[{"name":"a","version":"1.0.0","dependencies":[1,2,3,9,-1,"x"]},
                      {"name":"","version":"1.0.0"},7,
                      {"name":"d","version":"4.0.0","dependencies":[0]},
                      {"name":"two words","version":"1"},{"version":"1"}]})",
      {},
      analysis));
  EXPECT_THAT(rows(analysis), ElementsAre("cargo a 1.0.0 +d@4.0.0", "cargo d 4.0.0 +a@1.0.0"));
  std::vector<std::string> messages;
  for (const model::Issue& issue : analysis.issues)
    messages.push_back(issue.message);
  EXPECT_THAT(messages,
              ElementsAre("crate 2 has no name or version",
                          "crate 3 has no name or version",
                          "crate 5 has no name or version",
                          "crate 6 has no name or version"));
}

TEST(AuditData, KeepsWithinItsLimits) {
  base::Limits limits;
  limits.cargo_audit_bytes = 1000;
  const Read bomb = read_elf(zlib(std::string(1U << 20U, ' ')), limits);
  ASSERT_FALSE(bomb.result);
  EXPECT_EQ(bomb.result.error().code(), Code::LimitExceeded);
  EXPECT_FALSE(read_elf(std::string(1001, 'x'), limits).result);

  limits = {};
  limits.packages = 2;
  const Read many = read_elf(zlib(std::string(kJson)), limits);
  ASSERT_FALSE(many.result);
  EXPECT_EQ(many.result.error().code(), Code::LimitExceeded);

  limits.packages = 4;
  Analysis analysis;
  const auto links = read_audit_json(
      R"({"packages":[{"name":"a","version":"1","dependencies":[0,0,0,0,0]}]})", limits, analysis);
  ASSERT_FALSE(links);
  EXPECT_EQ(links.error().code(), Code::LimitExceeded);
}

} // namespace
} // namespace portique::inventory
