// Held against what the compiler was told, and against readelf on the machine's own programs.
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/inspect/image/elf_hardening.h"

namespace portique::inspect {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& file) {
  auto content = base::read_file(file, 64U << 20U);
  return content ? *std::move(content) : std::string();
}

/// Read in pieces of that size.
std::optional<Hardening> hardening_of(const std::string& content, std::size_t piece = 1U << 16U) {
  ElfHardening reader;
  const base::Bytes bytes = base::as_bytes(content);
  if (!reader.begin(bytes.first(std::min<std::size_t>(bytes.size(), 4096)))) return std::nullopt;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    reader.content(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  return reader.end();
}

class Compiled : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "portique-elf.XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    base::write_file_atomically(
        folder_ / "a.c",
        "#include <stdio.h>\n"
        "int main(int c, char** v) { char b[64]; sprintf(b, \"%s\", v[0]);\n"
        "return b[c]; }\n")
        .value();
  }

  void TearDown() override { fs::remove_all(folder_); }

  std::string compile(std::vector<std::string> flags) {
    std::vector<std::string> command{
        "cc", "-o", (folder_ / "a").string(), (folder_ / "a.c").string()};
    command.insert(command.end(), flags.begin(), flags.end());
    const auto output = base::run_program(command, {.time = std::chrono::minutes(1)});
    if (!output || output->exit_status != 0) return {};
    return read(folder_ / "a");
  }

  fs::path folder_;
};

TEST_F(Compiled, IsWhatTheCompilerWasTold) {
  struct Case {
    std::vector<std::string> flags;
    bool program, pie, relro, stack_protector, executable_stack;
  };

  const Case cases[] = {
      {{"-fPIE", "-pie", "-Wl,-z,relro", "-fstack-protector-all"}, true, true, true, true, false},
      {{"-fno-pie", "-no-pie", "-Wl,-z,norelro", "-fno-stack-protector"},
       true,
       false,
       false,
       false,
       false},
      {{"-fPIE", "-pie", "-Wl,-z,norelro", "-fno-stack-protector", "-z", "execstack"},
       true,
       true,
       false,
       false,
       true},
      {{"-fPIC", "-shared", "-Wl,-z,relro", "-fno-stack-protector"},
       false,
       true,
       true,
       false,
       false},
  };
  for (const Case& c : cases) {
    const std::string content = compile(c.flags);
    if (content.empty()) GTEST_SKIP() << "there is no C compiler here";
    for (const std::size_t piece : {std::size_t{1} << 16U, std::size_t{7}, std::size_t{1}}) {
      const auto found = hardening_of(content, piece);
      ASSERT_TRUE(found);
      EXPECT_EQ(found->program, c.program) << c.flags[0];
      EXPECT_EQ(found->pie, c.pie) << c.flags[0];
      EXPECT_EQ(found->relro, c.relro) << c.flags[0];
      EXPECT_EQ(found->stack_protector, c.stack_protector) << c.flags[0] << " in " << piece;
      EXPECT_EQ(found->executable_stack, c.executable_stack) << c.flags[0];
      EXPECT_FALSE(found->go);
    }
  }
}

TEST(ElfHardening, IsWhatReadelfSays) {
  std::size_t compared = 0;
  for (const auto& entry : fs::directory_iterator("/usr/bin")) {
    if (compared == 60) break;
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    const std::string content = read(entry.path());
    const auto found = hardening_of(content);
    if (!found) continue;
    const auto output = base::run_program({"readelf", "-lW", entry.path().string()},
                                          {.time = std::chrono::minutes(1)});
    if (!output || output->exit_status != 0) GTEST_SKIP() << "readelf is not installed";
    EXPECT_EQ(found->relro, output->out.contains("GNU_RELRO")) << entry.path();
    EXPECT_EQ(found->program,
              output->out.contains("INTERP") || output->out.contains("EXEC (Executable file)"))
        << entry.path();
    EXPECT_EQ(found->pie, output->out.contains("DYN (")) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 10U);
}

TEST(ElfHardening, PassesOverWhatIsNoProgram) {
  EXPECT_FALSE(hardening_of(""));
  EXPECT_FALSE(hardening_of("\x7f"
                            "ELF"));
  EXPECT_FALSE(hardening_of("#!/bin/sh\necho\n"));
  std::string broken(200, '\xff');
  broken.replace(0,
                 6,
                 std::string("\x7f"
                             "ELF\x02\x01",
                             6));
  broken[16] = 3;
  broken[17] = 0;
  EXPECT_TRUE(hardening_of(broken)) << "headers that lead nowhere are none";
}

} // namespace
} // namespace portique::inspect
