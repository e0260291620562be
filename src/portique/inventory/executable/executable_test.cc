#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/inventory/binary/binary_test_builder.h"
#include "portique/inventory/executable/executable.h"

namespace portique::inventory {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Analysis analyze(std::string_view path, std::string_view content) {
  return analyze_executable({path, base::as_bytes(content)}, {});
}

std::vector<std::string> rows(const Analysis& analysis) {
  std::vector<std::string> out;
  for (const model::Package& p : analysis.packages)
    out.push_back(p.type + ' ' + (p.ns.empty() ? "" : p.ns + '/') + p.name + ' ' + p.version + ' ' +
                  p.path);
  return out;
}

std::string go_blob(std::string_view lines) {
  const std::string wrapped = std::string(16, 'a') + std::string(lines) + std::string(16, 'z');
  EXPECT_LT(wrapped.size(), 128U);
  return std::string("\xff Go buildinf:\x08\x02", 16) + std::string(16, '\0') + "\x08go1.22.3" +
         static_cast<char>(wrapped.size()) + wrapped;
}

TEST(Executable, SaysWhatKindOfProgramAFileIs) {
  const std::vector<TestSection> none{{".data", "x"}};

  const struct {
    std::string_view path;
    std::string content;
    std::optional<Executable> what;
  } rows_of[] = {
      {"usr/bin/tool", build_elf({.sections = none}), Executable{ExecutableKind::Elf, false}},
      {"usr/lib/liba.so.1",
       build_elf({.type = 3, .sections = none}),
       Executable{ExecutableKind::Elf, true}},
      {"usr/lib/libc.so.6",
       build_elf({.type = 3, .has_interpreter = true, .sections = none}),
       Executable{ExecutableKind::Elf, true}},
      {"app/tool.exe", build_pe(none), Executable{ExecutableKind::Pe, false}},
      {"app/tool.dll", build_pe(none, true, 0x2022), Executable{ExecutableKind::Pe, true}},
      {"app/tool", build_macho(none), Executable{ExecutableKind::MachO, false}},
      {"app/tool.sh", "#!/bin/sh\n", Executable{ExecutableKind::Script, false}},
      {"app/dos.exe", "MZ" + std::string(100, '\0'), std::nullopt},
      {"app/text", "just text", std::nullopt},
      {"app/empty", "", std::nullopt},
      {"app/App.class",
       std::string("\xca\xfe\xba\xbe\0\0\0\x34", 8) + std::string(50, '\0'),
       std::nullopt},
  };

  for (const auto& row : rows_of) {
    const Analysis found = analyze(row.path, row.content);
    EXPECT_EQ(found.executable, row.what) << row.path;
    EXPECT_THAT(found.packages, IsEmpty()) << row.path;
    EXPECT_THAT(found.issues, IsEmpty()) << row.path;
  }
}

TEST(Executable, ReportsATruncatedProgramAndKeepsItsKind) {
  const std::string elf = build_elf({.sections = {{".data", "x"}}});
  const Analysis found = analyze("usr/bin/tool", std::string_view(elf).substr(0, elf.size() - 1));
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_EQ(found.issues[0].code, base::Code::Truncated);
  EXPECT_EQ(found.executable, (Executable{ExecutableKind::Elf, false}));
  EXPECT_THAT(analyze("usr/bin/tool",
                      "\x7f"
                      "ELF")
                  .issues,
              SizeIs(1));
}

TEST(Executable, ListsGoModulesWithThePathTheyAreIn) {
  const std::string elf = build_elf(
      {.sections = {{".go.buildinfo",
                     go_blob("mod\ta.example/app\tv1.0.0\t\ndep\tb.example/x\tv0.1.0\t\n")}}});
  EXPECT_THAT(rows(analyze("usr/bin/app", elf)),
              ElementsAre("golang a.example/app v1.0.0 usr/bin/app",
                          "golang b.example/x v0.1.0 usr/bin/app",
                          "golang stdlib 1.22.3 usr/bin/app"));
  const std::string part =
      build_macho({{"__go_buildinfo", go_blob("mod\ta.example/app\tv1.0.0\t\n")}});
  EXPECT_THAT(rows(analyze("app", build_fat_macho({part, part}))),
              ElementsAre("golang a.example/app v1.0.0 app", "golang stdlib 1.22.3 app"))
      << "once, though it was built for two processors";
}

TEST(Executable, CompletesTheVersionOfAGoProgramByItsContent) {
  const auto helm = [](std::string_view lines) {
    return build_elf({.sections = {{".go.buildinfo", go_blob(lines)},
                                   {".data", std::string("\0v3.15.2\0\0", 10)}}});
  };
  EXPECT_THAT(rows(analyze("usr/bin/helm", helm("mod\thelm.sh/helm/v3\t(devel)\t\n"))),
              ElementsAre("golang helm.sh/helm/v3 v3.15.2 usr/bin/helm",
                          "golang stdlib 1.22.3 usr/bin/helm"));
  EXPECT_THAT(rows(analyze("usr/bin/helm", helm("mod\thelm.sh/helm/v3\tv3.0.1\t\n"))),
              ElementsAre("golang helm.sh/helm/v3 v3.0.1 usr/bin/helm",
                          "golang stdlib 1.22.3 usr/bin/helm"))
      << "its own word counts";
  EXPECT_THAT(
      rows(analyze("usr/bin/helm", helm("dep\tb.example/x\tv0.1.0\t\n"))),
      ElementsAre("golang b.example/x v0.1.0 usr/bin/helm", "golang stdlib 1.22.3 usr/bin/helm"))
      << "a dependency is not the program";
}

TEST(Executable, ReportsGoProgramsWhoseModulesAreUnknown) {
  const Analysis found = analyze("app", build_elf({.sections = {{".gopclntab", "x"}}}));
  ASSERT_THAT(found.issues, SizeIs(1));
  EXPECT_THAT(found.issues[0].message,
              testing::StartsWith("a Go program without build information"));
  EXPECT_TRUE(found.executable);
}

TEST(Executable, KnowsProgramsByNameAndContent) {
  const std::string script = "#!/bin/sh\nELIXIR_VERSION=1.14.0\n";
  EXPECT_THAT(rows(analyze("usr/bin/elixir", script)),
              ElementsAre("generic elixir 1.14.0 usr/bin/elixir"));
  EXPECT_THAT(rows(analyze("usr/share/doc/elixir", script.substr(2))), IsEmpty()) << "no program";
}

} // namespace
} // namespace portique::inventory
