// Files that are not what their rpm packages brought, against `rpm -V`, on a root that rpm made.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/inventory/cataloger.h"
#include "portique/scan/changed_files.h"

namespace portique::scan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpec = R"(Name: hello
Version: 1
Release: 1
Summary: s
License: MIT
BuildArch: noarch
%description
x
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/etc %{buildroot}/var/log
for f in same size mode suid link gone clean free; do
  echo $f > %{buildroot}/usr/bin/$f
  chmod 755 %{buildroot}/usr/bin/$f
done
echo c > %{buildroot}/etc/hello.conf
echo g > %{buildroot}/var/log/hello.log
%files
%verify(not md5 size mtime) /usr/bin/free
/usr/bin/same
/usr/bin/size
/usr/bin/mode
/usr/bin/suid
/usr/bin/link
/usr/bin/gone
/usr/bin/clean
%config /etc/hello.conf
%ghost /var/log/hello.log
)";

constexpr std::string_view kChanges = "echo SAME > usr/bin/same; echo longer >> usr/bin/size; "
                                      "chmod 777 usr/bin/mode; chmod 4755 usr/bin/suid; "
                                      "ln -sf clean usr/bin/link; rm usr/bin/gone; "
                                      "echo x >> usr/bin/free; echo x >> etc/hello.conf; "
                                      "echo anything > var/log/hello.log";

/// The paths that `rpm -V` says differ in digest, size or mode, or are links now.
std::set<std::string> rpm_verify(const fs::path& root) {
  const auto output = base::run_program({"rpm",
                                         "--root",
                                         root.string(),
                                         "--define",
                                         "_db_backend sqlite",
                                         "--dbpath",
                                         "/var/lib/rpm",
                                         "-Va",
                                         "--noconfig"});
  std::set<std::string> paths;
  if (!output) return paths;
  for (const std::string_view line : base::split(output->out, '\n')) {
    if (line.starts_with("missing") || line.size() < 13) continue;
    const bool differs = line.substr(0, 3) != "..." || line[4] == 'L'; // size, mode, digest
    if (differs) paths.emplace(line.substr(line.find('/') + 1));
  }
  return paths;
}

/// A root as one layer.
LayerEvidence layer_of(const fs::path& root) {
  const base::Limits limits;
  ChecksumCollector collector(limits);
  LayerEvidence layer;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const std::string path = entry.path().lexically_relative(root);
    if (entry.is_symlink()) layer.links.push_back({path, fs::read_symlink(entry.path())});
    if (!entry.is_symlink() && entry.is_regular_file()) {
      const std::string content = base::read_file(entry.path(), 64U << 20U).value();
      collector.begin(path, static_cast<std::uint32_t>(entry.status().permissions()));
      collector.content(base::as_bytes(content));
      collector.end(layer.checksums, layer.issues);
    }
    if (!entry.is_directory()) layer.paths.push_back(inventory::path_hash(path));
  }
  std::ranges::sort(layer.paths);
  return layer;
}

TEST(ChangedFiles, ThoseOfRpmAreThoseThatItsVerificationNames) {
  const auto folder = base::TempDir::create("rpm").value();
  const std::string top = folder.path().string();
  ASSERT_TRUE(base::write_file_atomically(folder.path() / "hello.spec", kSpec));
  const auto made = base::run_program(
      {"sh",
       "-c",
       fmt::format("cd {0} && rpmbuild -bb --quiet --define '_topdir {0}' hello.spec && "
                   "mkdir root && rpm --root {0}/root --define '_db_backend sqlite' "
                   "--dbpath /var/lib/rpm -i --nodeps --force-debian RPMS/noarch/*.rpm && "
                   "cd root && mkdir -p var/log && {1}",
                   top,
                   kChanges)});
  const fs::path root = folder.path() / "root";
  if (!made || made->exit_status != 0 || !fs::exists(root / "var/lib/rpm/rpmdb.sqlite"))
    GTEST_SKIP() << "rpmbuild or rpm does not work here: " << (made ? made->err : "");
  const std::set<std::string> want = rpm_verify(root);
  ASSERT_TRUE(want.contains("usr/bin/same")) << "rpm does not verify here";
  const LayerEvidence layers[] = {layer_of(root)};
  std::set<std::string> found;
  for (const model::Finding& finding : find_changed_files(layers))
    found.insert(finding.path);
  EXPECT_EQ(found, want);
  EXPECT_EQ(found.size(), 5U);
}

} // namespace
} // namespace portique::scan
