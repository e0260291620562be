#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/image/oci_bundle.h"
#include "portique/test_support/shared_data.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using base::Code;
using ::testing::HasSubstr;

const base::Limits kLimits;

TEST(RuntimeState, ReadsRuncAndCrun) {
  const auto runc = parse_runtime_state(
      R"({"id":"x","init_process_pid":16615,"init_process_start":287010,
          "config":{"rootfs":"/b/rootfs","labels":["other=1","bundle=/b"]}})");
  ASSERT_TRUE(runc) << runc.error().text();
  EXPECT_EQ(runc->rootfs, "/b/rootfs");
  EXPECT_EQ(runc->bundle, "/b");
  EXPECT_EQ(runc->pid, 16615);
  EXPECT_EQ(runc->started, 287010U);
  const auto crun = parse_runtime_state(
      R"({"version":"1.0","pid":7,"process-start-time":9,"rootfs":"rootfs","bundle":"/c"})");
  ASSERT_TRUE(crun) << crun.error().text();
  EXPECT_EQ(crun->rootfs, "rootfs");
  EXPECT_EQ(crun->bundle, "/c");
  EXPECT_EQ(crun->pid, 7);
  EXPECT_EQ(crun->started, 9U);
  EXPECT_EQ(parse_runtime_state(R"({"pid":-1,"config":7})")->pid, 0);
  for (const char* broken : {"", "[]", "7", "{"})
    EXPECT_FALSE(parse_runtime_state(broken)) << broken;
}

TEST(RuntimeState, ABundleNamesItsRoot) {
  EXPECT_EQ(parse_bundle_root(R"({"ociVersion":"1.0.2","root":{"path":"rootfs"}})"), "rootfs");
  for (const char* broken : {"", "{}", R"({"root":"/"})", R"({"root":{"path":7}})"})
    EXPECT_FALSE(parse_bundle_root(broken)) << broken;
}

class OciBundleTest : public ::testing::Test {
protected:
  void write(const fs::path& relative, std::string_view content) const {
    fs::create_directories((folder_.path() / relative).parent_path());
    std::ofstream(folder_.path() / relative) << content;
  }

  [[nodiscard]] base::Result<OciBundle> find(std::string_view name) const {
    return find_oci_bundle(name, {folder_.path() / "none", folder_.path() / "state"}, kLimits);
  }

  [[nodiscard]] fs::path at(const fs::path& relative) const { return folder_.path() / relative; }

  base::TempDir folder_ = *base::TempDir::create("portique-bundle");
};

TEST_F(OciBundleTest, IsFoundByItsFolder) {
  write("b/config.json", R"({"root":{"path":"rootfs"}})");
  const std::string folder = at("b").string();
  EXPECT_THAT(find(folder).error().text(), HasSubstr("has nothing in its root file system"));
  write("b/rootfs/etc/os-release", "ID=x\n");
  const auto bundle = find(folder);
  ASSERT_TRUE(bundle) << bundle.error().text();
  EXPECT_EQ(bundle->rootfs, at("b/rootfs"));
  write("c/config.json", R"({"root":{"path":")" + at("b/rootfs").string() + R"("}})");
  EXPECT_EQ(find(at("c").string())->rootfs, at("b/rootfs")) << "an absolute path";
  write("d/config.json", R"({"process":{}})");
  EXPECT_THAT(find(at("d").string()).error().text(), HasSubstr("is no bundle"));
  EXPECT_EQ(find(at("absent").string()).error().code(), Code::NotFound);
}

TEST_F(OciBundleTest, IsFoundByTheStateOfItsContainer) {
  write("b/rootfs/etc/os-release", "ID=x\n");
  const std::string bundle = at("b").string();
  write("state/web/state.json",
        R"({"config":{"rootfs":")" + bundle + R"(/rootfs","labels":["bundle=)" + bundle +
            R"("]}})");
  write("state/crun1/status", R"({"rootfs":"rootfs","bundle":")" + bundle + R"("})");
  for (const char* id : {"web", "crun1"}) {
    const auto found = find(id);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->id, id);
    EXPECT_EQ(found->bundle, bundle);
    EXPECT_EQ(found->rootfs, at("b/rootfs"));
  }
}

TEST_F(OciBundleTest, ARootThatIsMountedElsewhereIsReachedThroughTheProcess) {
  const std::string self = std::to_string(::getpid());
  fs::create_directories(at("b/rootfs")); // empty: the mount is in another name space
  const std::string rootfs = at("b/rootfs").string();
  write("state/live/state.json",
        R"({"init_process_pid":)" + self + R"(,"config":{"rootfs":")" + rootfs + R"("}})");
  EXPECT_EQ(find("live")->rootfs, "/proc/" + self + "/root");
  write("state/reused/state.json",
        R"({"init_process_pid":)" + self + R"(,"init_process_start":1,"config":{"rootfs":")" +
            rootfs + R"("}})");
  const auto reused = find("reused");
  ASSERT_FALSE(reused);
  EXPECT_THAT(reused.error().text(), HasSubstr("cannot be seen from here: it does not run"));
}

TEST_F(OciBundleTest, AnIdIsNoPath) {
  for (const char* name : {"", ".", "..", "a b", "a\n", "x:y"}) {
    const auto bundle = find(name);
    ASSERT_FALSE(bundle) << name;
    EXPECT_EQ(bundle.error().code(), Code::InvalidArgument) << name;
  }
  const auto absent = find("absent");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), Code::NotFound);
  EXPECT_THAT(absent.error().text(), HasSubstr("no OCI runtime has a container 'absent'"));
  write("state/broken/state.json", "{");
  EXPECT_THAT(find("broken").error().text(), HasSubstr("state.json"));
}

/// A container that the real runtime runs.
TEST_F(OciBundleTest, FitsTheStateThatRuncKeeps) {
  PQ_SHARED_DATA_OR_SKIP(archive, "images/alpine-311.tar.gz");
  if (::geteuid() != 0) GTEST_SKIP() << "runc needs root";
  const auto run = [&](const std::string& script) {
    return base::run_program(
        {"sh", "-c", "cd \"$0\"; " + script, folder_.path().string(), archive.string()});
  };
  if (run("command -v runc")->exit_status != 0) GTEST_SKIP() << "runc is not installed";
  const auto started = run(
      R"(set -e; mkdir -p b/rootfs; tar xzOf "$1" --wildcards '*/layer.tar' | tar x -C b/rootfs
         cd b; runc spec; sed -i 's/"terminal": true/"terminal": false/; s/"sh"/"sleep", "60"/' config.json
         runc --root ../state run -d real </dev/null >/dev/null 2>../log)");
  if (started->exit_status != 0) {
    const auto log = base::read_file(at("log"), 10'000);
    GTEST_SKIP() << "runc starts nothing here: " << (log ? *log : started->err);
  }
  const auto bundle = find("real");
  fs::rename(at("b/rootfs"), at("b/moved")); // as seen from another mount name space
  fs::create_directory(at("b/rootfs"));
  const auto hidden = find("real");
  EXPECT_EQ(run("runc --root state delete -f real")->exit_status, 0);
  ASSERT_TRUE(bundle) << bundle.error().text();
  EXPECT_EQ(bundle->bundle, at("b"));
  EXPECT_EQ(bundle->rootfs, at("b/rootfs"));
  ASSERT_TRUE(hidden) << hidden.error().text();
  EXPECT_THAT(hidden->rootfs.string(), ::testing::MatchesRegex("/proc/[0-9]+/root"));
}

} // namespace
} // namespace portique::image
