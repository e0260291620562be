#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/os/pacman_desc.h"
#include "portique/inventory/os/pacman_files.h"

namespace portique::inventory {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kDesc = "var/lib/pacman/local/zlib-1:1.3.1-2/desc";
constexpr std::string_view kFiles = "var/lib/pacman/local/zlib-1:1.3.1-2/files";

TEST(PacmanDesc, ReadsEveryField) {
  const Analysis found = analyze_text(kPacmanDesc,
                                      kDesc,
                                      "%NAME%\nlib32-zlib\n\n%VERSION%\n1:1.3.1-2\n\n"
                                      "%BASE%\nzlib\n\n%DESC%\n%NAME%\n\n"
                                      "%ARCH%\nx86_64\n\n%PACKAGER%\nA <a@b.c>\n\n"
                                      "%LICENSE%\nMIT\ncustom:x\n\n%REASON%\n1\n\n"
                                      "%DEPENDS%\nglibc>=2.36\nlibz.so=1-64\nsh\n\n");
  ASSERT_EQ(found.packages.size(), 1U);
  const model::Package want{.type = "alpm",
                            .name = "lib32-zlib",
                            .version = "1:1.3.1-2",
                            .arch = "x86_64",
                            .epoch = 1,
                            .source_name = "zlib",
                            .source_version = "1:1.3.1-2",
                            .licences = {"MIT", "custom:x"},
                            .maintainer = "A <a@b.c>",
                            .path = std::string(kDesc),
                            .dependencies = {"glibc", "sh"}};
  EXPECT_EQ(found.packages[0], want);
  EXPECT_THAT(found.issues, IsEmpty());
}

TEST(PacmanDesc, SaysWhatIsMissing) {
  EXPECT_EQ(issues_of(analyze_text(kPacmanDesc, kDesc, "")), "it has no name\n");
  EXPECT_EQ(issues_of(analyze_text(kPacmanDesc, kDesc, "%NAME%\na\n")), "it has no version\n");
  EXPECT_EQ(issues_of(analyze_text(kPacmanDesc, kDesc, "%NAME%\na b\n\n%VERSION%\n1")),
            "\"a b\" is no name\n");
}

TEST(PacmanFiles, AreThePackagesOfTheFolder) {
  const Analysis found = analyze_text(kPacmanFiles,
                                      kFiles,
                                      "%FILES%\nusr/\nusr/lib/libz.so.1\nusr/lib/a b\n\n"
                                      "%BACKUP%\netc/x\t00\n\n%FILES%\netc/y");
  EXPECT_THAT(
      found.owned,
      ElementsAre(OwnedFiles{
          "zlib", {path_hash("usr/lib/libz.so.1"), path_hash("usr/lib/a b"), path_hash("etc/y")}}));
  EXPECT_THAT(found.issues, IsEmpty());
  EXPECT_EQ(analyze_text(kPacmanFiles, kFiles, ""), Analysis{});
}

TEST(PacmanFiles, SaysWhatIsBroken) {
  EXPECT_EQ(issues_of(analyze_text(kPacmanFiles, "var/lib/pacman/local/a-1/files", "")),
            "its folder is not named after a package\n");
  EXPECT_EQ(issues_of(analyze_text(kPacmanFiles, kFiles, "usr/bin/x\n\n%FILES%\na\n")),
            "line 1: \"usr/bin/x\" is no field\n");
  base::Limits limits;
  limits.path_bytes = 3;
  const Analysis found =
      analyze_pacman_files({kFiles, base::as_bytes("%FILES%\nlong\nok\n")}, limits);
  EXPECT_EQ(issues_of(found), "line 2: the path is too long\n");
  EXPECT_EQ(found.owned.at(0).paths.size(), 1U);
}

/// A database that pacman itself makes of packages made here.
class MadeByPacman : public testing::Test {
protected:
  void SetUp() override {
    if (!run(
            "mkdir root db && printf '[options]\\nSigLevel = Never\\nLocalFileSigLevel = Never\\n' "
            "> pacman.conf && pacman --version"))
      GTEST_SKIP() << "pacman does not work here";
  }

  bool run(const std::string& script) {
    const auto output =
        base::run_program({"sh", "-c", "cd '" + folder_.path().string() + "' && " + script});
    if (!output || output->exit_status != 0) return false;
    out_ = output->out;
    return true;
  }

  bool install(const std::string& name, const std::string& version) {
    return run(fmt::format(
        "rm -rf p && mkdir -p p/opt/{0}/empty p/usr/bin && echo x > p/usr/bin/{0} && "
        "ln -s {0} p/usr/bin/{0}-link && echo y > 'p/opt/{0}/a file' && "
        "printf 'pkgname = {0}\\npkgver = {1}\\narch = any\\nlicense = MIT\\nsize = 1\\n"
        "packager = P\\nbuilddate = 1\\n' > p/.PKGINFO && "
        "tar -C p -cf {0}.pkg.tar .PKGINFO opt usr && "
        "pacman --config pacman.conf --root root --dbpath db -Udd --noconfirm {0}.pkg.tar",
        name,
        version));
  }

  base::TempDir folder_ = base::TempDir::create("pacman").value();
  std::string out_;
};

TEST_F(MadeByPacman, AgreesWithPacman) {
  for (const auto& [name, version] : std::vector<std::pair<std::string, std::string>>{
           {"plain", "1.0-1"}, {"with-dash", "2:3.4.r5.g0a1b2c-1.1"}, {"gtk2+extra", "20240101-7"}})
    if (!install(name, version)) GTEST_SKIP() << "pacman cannot install a package here";
  ASSERT_TRUE(run("pacman --config pacman.conf --dbpath db -Q"));
  std::vector<std::string> want_packages;
  for (const std::string_view line : base::split(out_, '\n'))
    if (!line.empty()) want_packages.emplace_back(line);
  ASSERT_TRUE(run("pacman --config pacman.conf --root / --dbpath db -Ql"));
  std::vector<std::pair<std::string, std::uint64_t>> want_files;
  for (std::string_view line : base::split(out_, '\n')) {
    const std::string_view package = base::take_until(line, ' ');
    if (line.starts_with('/') && !line.ends_with('/'))
      want_files.emplace_back(package, path_hash(line.substr(1)));
  }

  std::vector<std::string> packages;
  std::vector<std::pair<std::string, std::uint64_t>> files;
  for (const auto& entry : fs::directory_iterator(folder_.path() / "db/local")) {
    if (!entry.is_directory()) continue;
    const std::string path = "var/lib/pacman/local/" + entry.path().filename().string();
    const Analysis desc = analyze_text(
        kPacmanDesc, path + "/desc", base::read_file(entry.path() / "desc", 1U << 20U).value());
    const Analysis owned = analyze_text(
        kPacmanFiles, path + "/files", base::read_file(entry.path() / "files", 1U << 20U).value());
    EXPECT_EQ(issues_of(desc) + issues_of(owned), "");
    for (const model::Package& package : desc.packages)
      packages.push_back(package.name + " " + package.version);
    for (const OwnedFiles& of : owned.owned)
      for (const std::uint64_t hash : of.paths)
        files.emplace_back(of.package, hash);
  }
  EXPECT_THAT(packages, testing::UnorderedElementsAreArray(want_packages));
  EXPECT_EQ(packages.size(), 3U);
  EXPECT_THAT(files, testing::UnorderedElementsAreArray(want_files));
  EXPECT_EQ(files.size(), 9U);
}

} // namespace
} // namespace portique::inventory
