// Images and containers where they live: real Docker, podman, containerd, runc and LXC, and an
// engine that misbehaves.

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/base/digest.h"
#include "portique/base/json.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/script_server.h"
#include "portique/test_support/shared_data.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using test_support::EngineDaemon;
using test_support::TarBuilder;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// What a shell inside a container does to it, and what has to be found of it.
constexpr const char* kDoings =
    "cp /bin/busybox /usr/local/bin/miner; echo >>/sbin/apk; rm /etc/motd; rm -r /etc/apk; "
    "mkdir /etc/apk; echo x >/etc/apk/arch; echo data >/tmp/data; "
    "printf 'P:evil\\nV:1.0-r0\\nA:x86_64\\no:evil\\nL:MIT\\n\\n' >>/lib/apk/db/installed";

const std::vector<std::string> kDrift{
    "PORTIQUE-DRIFT-CHANGED-EXECUTABLE sbin/apk high",
    "PORTIQUE-DRIFT-NEW-EXECUTABLE usr/local/bin/miner high",
    "PORTIQUE-DRIFT-NEW-PACKAGE evil medium",
};

/// Sets variables for the program that is run, and takes them back.
class Environment {
public:
  explicit Environment(std::vector<std::pair<std::string, std::string>> variables)
      : variables_(std::move(variables)) {
    for (const auto& [name, value] : variables_)
      ::setenv(name.c_str(), value.c_str(), 1);
  }

  ~Environment() {
    for (const auto& [name, value] : variables_)
      ::unsetenv(name.c_str());
  }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

private:
  std::vector<std::pair<std::string, std::string>> variables_;
};

/// "ID SUBJECT SEVERITY" of each drift finding, sorted.
std::vector<std::string> drift_of(const json::object& report) {
  std::vector<std::string> list;
  for (const auto& item : base::json_items(&report, "findings")) {
    const json::object& finding = item.as_object();
    if (base::json_string(&finding, "kind") != "runtime") continue;
    std::string subject(base::json_string(&finding, "path"));
    if (subject.empty())
      subject = base::json_string(&base::json_fields(&finding, "package"), "name");
    list.push_back(std::string(base::json_string(&finding, "id")) + " " + subject + " " +
                   std::string(base::json_string(&finding, "severity")));
  }
  std::ranges::sort(list);
  return list;
}

std::vector<std::string> changes_of(const json::object& report) {
  std::vector<std::string> list;
  const json::object& container =
      base::json_fields(&base::json_fields(&report, "subject"), "container");
  for (const auto& item : base::json_items(&container, "changes"))
    list.push_back(std::string(base::json_string(&item.as_object(), "kind")) + " " +
                   std::string(base::json_string(&item.as_object(), "path")));
  return list;
}

/// A report without what says how it was come by.
json::object nameless(json::object report) {
  json::object& subject = report["subject"].as_object();
  for (const char* member : {"name", "kind", "tags"})
    subject.erase(member);
  report.erase("created");
  return report;
}

std::string unpacked(const fs::path& packed) {
  const std::string file = (fresh_folder() / packed.stem()).string();
  EXPECT_EQ(base::run_program({"sh", "-c", R"(gunzip -c "$0" >"$1")", packed.string(), file})
                ->exit_status,
            0);
  return file;
}

std::string kind_of(const json::object& report) {
  return std::string(base::json_string(&base::json_fields(&report, "subject"), "kind"));
}

#define ENGINE_WITH_ALPINE(daemon, kind, ...)                                                      \
  PQ_SHARED_DATA_OR_SKIP(alpine, "images/alpine-311.tar.gz");                                      \
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::kind __VA_OPT__(, ) __VA_ARGS__);                  \
  (void)daemon.run({"load", "-i", unpacked(alpine)})

TEST(Engines, AnImageOfDockerIsWhatItsArchiveIs) {
  ENGINE_WITH_ALPINE(docker, Docker);
  PQ_SHARED_DATA_OR_SKIP(osv, "osv/Alpine");
  const Environment environment({{"DOCKER_HOST", docker.address()}});
  const std::string database = database_of(osv);
  const fs::path context = fresh_folder();
  write_file(context / "Dockerfile",
             "FROM alpine:3.11\nRUN rm /etc/motd && echo x >/x\nCOPY --chown=1:1 app /app\n"
             "RUN sed -i '/^P:musl-utils/,/^$/d' /lib/apk/db/installed\n");
  write_file(context / "app", "#!/bin/sh\n");
  (void)docker.run({"build", "--network", "none", "-t", "app:1", context.string()});
  const std::string archive = (fresh_folder() / "app.tar").string();
  (void)docker.run({"save", "-o", archive, "app:1"});
  const json::object expected = nameless(scan_json(archive, {"--no-cache", "--db", database}));
  EXPECT_FALSE(base::json_items(&expected, "findings").empty());
  const std::string id = docker.run({"images", "-q", "--no-trunc", "app:1"});
  for (const std::string& target : {std::string("docker:app:1"),
                                    "docker:" + id,
                                    std::string("image:app:1"),
                                    std::string("app:1")}) {
    for (const bool cached : {false, true}) { // the second time nothing is streamed
      const json::object report = scan_json(target, {"--db", database});
      EXPECT_EQ(kind_of(report), "docker");
      EXPECT_EQ(nameless(report), expected) << target << (cached ? " cached" : "");
    }
  }
  const auto absent = portique({"scan", "docker:app:2"});
  EXPECT_EQ(absent.exit_status, 3);
  EXPECT_EQ(absent.err, "portique: docker:app:2: Docker has no image app:2\n");
}

TEST(Engines, AContainerOfDockerShowsWhatItChanged) {
  const fs::path certificates = fresh_folder();
  if (!test_support::make_certificates(certificates)) GTEST_SKIP() << "openssl is not installed";
  ENGINE_WITH_ALPINE(docker, Docker, certificates);
  (void)docker.run(
      {"run", "-d", "--name", "box", "--network", "none", "alpine:3.11", "sleep", "600"});
  (void)docker.run({"exec", "box", "sh", "-c", kDoings});
  const std::vector<std::string> changes{"changed etc/apk/arch",
                                         "deleted etc/apk/keys",
                                         "deleted etc/apk/protected_paths.d",
                                         "deleted etc/apk/repositories",
                                         "deleted etc/apk/world",
                                         "deleted etc/motd",
                                         "changed lib/apk/db/installed",
                                         "changed sbin/apk",
                                         "added tmp/data",
                                         "added usr/local/bin/miner"};
  json::object local;
  {
    const Environment environment({{"DOCKER_HOST", docker.address()}});
    local = scan_json("container:box");
    EXPECT_EQ(drift_of(local), kDrift);
    EXPECT_THAT(packages_of(local), Contains("evil 1.0-r0"));
    EXPECT_EQ(changes_of(local), changes);
    for (const auto& finding : base::json_items(&local, "findings"))
      EXPECT_NE(base::json_string(finding.if_object(), "id"), "PORTIQUE-IMAGE-FORGED-HISTORY")
          << "the layer of the changes is none of the image's";
    const json::object& container =
        base::json_fields(&base::json_fields(&local, "subject"), "container");
    EXPECT_EQ(base::json_string(&container, "name"), "box");
    EXPECT_EQ(container.at("running"), true);
  }
  // Over the network there is no folder to look into: the engine gives the files.
  const std::string address = "tcp://127.0.0.1:" + std::to_string(docker.port());
  {
    const Environment environment({{"DOCKER_HOST", address},
                                   {"DOCKER_TLS_VERIFY", "1"},
                                   {"DOCKER_CERT_PATH", certificates.string()}});
    const json::object remote = scan_json("container:box");
    EXPECT_EQ(nameless(remote), nameless(local));
  }
  {
    const fs::path home = fresh_folder();
    const std::string id(base::digest_of(base::as_bytes("far")).hex());
    write_file(home / ".docker/config.json", R"({"currentContext":"far"})");
    write_file(home / ".docker/contexts/meta" / id / "meta.json",
               R"({"Name":"far","Endpoints":{"docker":{"Host":")" + address + R"("}}})");
    const fs::path tls = home / ".docker/contexts/tls" / id / "docker";
    fs::create_directories(tls);
    for (const char* name : {"ca.pem", "cert.pem", "key.pem"})
      fs::copy(certificates / name, tls / name);
    const Environment environment({{"HOME", home.string()}});
    EXPECT_EQ(kind_of(scan_json("docker:alpine:3.11")), "docker");
    fs::remove(tls / "cert.pem");
    fs::remove(tls / "key.pem");
    const auto refused = portique({"scan", "docker:alpine:3.11"});
    EXPECT_EQ(refused.exit_status, 3);
    EXPECT_THAT(refused.err, HasSubstr("Docker cannot be reached at " + address));
    EXPECT_THAT(refused.err, HasSubstr("the context 'far'"));
  }
  const Environment environment({{"DOCKER_HOST", docker.address()}});
  (void)docker.run({"kill", "box"});
  const json::object stopped = scan_json("container:box");
  EXPECT_EQ(drift_of(stopped), kDrift);
  const auto gate = portique({"scan", "container:box", "--fail-on", "high"});
  EXPECT_EQ(gate.exit_status, 1);
  EXPECT_THAT(gate.out, HasSubstr("added    usr/local/bin/miner"));
  EXPECT_THAT(gate.out, HasSubstr("PORTIQUE-DRIFT-NEW-EXECUTABLE"));
}

TEST(Engines, PodmanIsReadAsDockerIs) {
  ENGINE_WITH_ALPINE(podman, Podman);
  const Environment environment(
      {{"CONTAINER_HOST", podman.address()}, {"DOCKER_HOST", "unix:///nonexistent.sock"}});
  const json::object image = scan_json("podman:localhost/alpine:3.11");
  EXPECT_EQ(kind_of(image), "podman");
  EXPECT_EQ(nameless(image), nameless(scan_json(unpacked(alpine), {"--no-cache"})));
  EXPECT_EQ(kind_of(scan_json("localhost/alpine:3.11")), "podman") << "looked for in order";
  (void)podman.run(
      {"run", "-d", "--name", "box", "--network", "none", "localhost/alpine:3.11", "sleep", "600"});
  (void)podman.run({"exec", "box", "sh", "-c", kDoings});
  const json::object container = scan_json("container:box");
  EXPECT_EQ(drift_of(container), kDrift);
  EXPECT_THAT(changes_of(container), Contains("deleted etc/motd"));
}

TEST(Engines, ContainerdIsReadInPlace) {
  PQ_SHARED_DATA_OR_SKIP(alpine, "images/alpine-311.tar.gz");
  PQ_ENGINE_OR_SKIP(containerd, EngineDaemon::Kind::Containerd);
  const std::string archive = unpacked(alpine);
  (void)containerd.run({"-n", "k8s.io", "images", "import", archive});
  const Environment environment({{"CONTAINERD_ADDRESS", containerd.socket().string()}});
  const json::object report = scan_json("containerd:alpine:3.11");
  EXPECT_EQ(kind_of(report), "containerd");
  EXPECT_EQ(packages_of(report), packages_of(scan_json(archive)));
  EXPECT_EQ(packages_of(report).size(), 14U);
}

TEST(Engines, ABundleIsItsRootFileSystem) {
  const fs::path bundle = fresh_folder();
  write_file(bundle / "config.json", R"({"ociVersion":"1.0.2","root":{"path":"rootfs"}})");
  write_file(bundle / "rootfs/etc/os-release", "ID=alpine\nVERSION_ID=3.11.5\n");
  write_file(bundle / "rootfs/lib/apk/db/installed", "P:musl\nV:1.1.24-r2\nA:x86_64\no:musl\n\n");
  const json::object report = scan_json("runc:" + bundle.string());
  EXPECT_EQ(kind_of(report), "runc");
  EXPECT_THAT(packages_of(report), ElementsAre("musl 1.1.24-r2"));
  const auto absent = portique({"scan", "runc:no-such-container"});
  EXPECT_EQ(absent.exit_status, 3);
  EXPECT_THAT(absent.err, HasSubstr("no OCI runtime has a container 'no-such-container'"));
}

/// A container that only keeps what differs from another one.
TEST(Engines, AnLxcContainerIsItsFolders) {
  if (::geteuid() != 0) GTEST_SKIP() << "LXC needs root";
  const fs::path place = fresh_folder();
  const auto lxc = [&](std::vector<std::string> command) {
    command.insert(command.begin() + 1, {"-P", place.string()});
    return base::run_program(command);
  };
  const auto made = lxc({"lxc-create", "-n", "first", "-t", "busybox"});
  if (!made || made->exit_status != 0)
    GTEST_SKIP() << "LXC makes no container here: " << (made ? made->err : made.error().text());
  write_file(place / "first/rootfs/etc/os-release", "ID=alpine\nVERSION_ID=3.11.5\n");
  write_file(place / "first/rootfs/lib/apk/db/installed", "P:musl\nV:1\nA:x86_64\no:musl\n\n");
  ASSERT_EQ(lxc({"lxc-copy", "-n", "first", "-N", "second", "-B", "overlay", "-s"})->exit_status,
            0);
  write_file(place / "second/overlay/delta/lib/apk/db/installed",
             "P:musl\nV:1\nA:x86_64\no:musl\n\nP:curl\nV:2\nA:x86_64\no:curl\n\n");
  // LXC puts a busybox there, of whatever version this machine has.
  EXPECT_THAT(packages_of(scan_json("lxc:" + (place / "first").string())),
              AllOf(Contains("musl 1"), Not(Contains("curl 2"))));
  const json::object second = scan_json("lxc:" + (place / "second").string());
  EXPECT_EQ(kind_of(second), "lxc");
  EXPECT_THAT(packages_of(second), IsSupersetOf({"curl 2", "musl 1"}));
}

TEST(Engines, WhatIsNotThereIsOneSentence) {
  const Environment environment({{"DOCKER_HOST", "unix:///nonexistent/docker.sock"},
                                 {"CONTAINER_HOST", "ssh://root@far/run/podman.sock"},
                                 {"CONTAINERD_ADDRESS", "/nonexistent/containerd.sock"}});

  struct Case {
    std::string target;
    std::string sentence;
  };

  for (const Case& row :
       {Case{"docker:x",
             "Docker cannot be reached at unix:///nonexistent/docker.sock (from "
             "DOCKER_HOST): no such file or directory; is it running?"},
        Case{"podman:x", "an engine behind ssh://root@far/run/podman.sock is not reached"},
        Case{"containerd:x", "containerd cannot be reached at /nonexistent/containerd.sock"},
        Case{"container:x", "Docker cannot be reached"},
        Case{"image:x", "there is no file 'x', and no engine here has an image of that name"},
        Case{"lxc:/nonexistent/x", "there is no LXC container 'x' in /nonexistent"}}) {
    const auto output = portique({"scan", row.target});
    EXPECT_EQ(output.exit_status, 3) << row.target;
    EXPECT_THAT(output.err, HasSubstr(row.sentence)) << row.target;
    EXPECT_EQ(std::ranges::count(output.err, '\n'), 1) << output.err;
  }
  EXPECT_EQ(portique({"scan", "docker:"}).exit_status, 2);
}

// --- an engine that misbehaves -----------------------------------------------------------------

std::string layer_tar(std::string_view status) {
  return TarBuilder()
      .file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
      .file("var/lib/dpkg/status", status)
      .finish();
}

constexpr std::string_view kStatus =
    "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n";

/// Serves one image, called x.
class FakeEngine : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = fresh_folder();
    image_ = {.layers = {{layer_tar(kStatus), false, "FROM"}, {layer_tar(kStatus), true, "RUN"}},
              .architecture = "amd64",
              .tag = "x:1"};
    archive_ = test_support::docker_archive(image_);
    id_ = test_support::sha256(test_support::config_json(image_));
    write_file(folder_ / "images_x_json", R"({"Id":")" + id_ + R"(","RepoTags":["x:1"]})");
    write_file(archive_file(), archive_);
  }

  [[nodiscard]] fs::path archive_file() const { return folder_ / ("images_" + id_ + "_get"); }

  bool start(const std::string& behaviour) {
    const std::string socket = (folder_ / (behaviour + ".sock")).string();
    auto server =
        test_support::ScriptServer::start("fake_engine.py", {socket, folder_.string(), behaviour});
    if (!server) return false;
    server_.emplace(*std::move(server));
    environment_.emplace(
        std::vector<std::pair<std::string, std::string>>{{"DOCKER_HOST", "unix://" + socket}});
    return true;
  }

  static void expect_failure(const std::string& what, const std::string& sentence) {
    const auto output = portique({"scan", "docker:x", "--no-cache"});
    EXPECT_EQ(output.exit_status, 3) << what << ": " << output.out;
    EXPECT_THAT(output.err, HasSubstr(sentence)) << what;
    EXPECT_EQ(std::ranges::count(output.err, '\n'), 1) << what << ": " << output.err;
    EXPECT_EQ(output.out, "") << what;
  }

  fs::path folder_;
  test_support::BuildImage image_;
  std::string archive_;
  std::string id_;
  std::optional<test_support::ScriptServer> server_;
  std::optional<Environment> environment_;
};

#define START_OR_SKIP(behaviour)                                                                   \
  if (!start(behaviour)) GTEST_SKIP() << "python3 is not installed"

TEST_F(FakeEngine, AnImageThatIsKnownIsNotFetchedAgain) {
  START_OR_SKIP("good");
  const std::string cache = (fresh_folder() / "cache").string();
  const json::object first = scan_json("docker:x", {"--cache-dir", cache});
  EXPECT_THAT(packages_of(first), ElementsAre("bash 5.2-1"));
  fs::remove(archive_file());
  EXPECT_EQ(scan_json("docker:x", {"--cache-dir", cache}), first);
  expect_failure("without cache", "Docker has no image");
}

/// What Docker 25 and later save is an OCI layout, with compressed layers if containerd keeps them.
TEST_F(FakeEngine, ALayoutInTheArchiveIsReadAsItPasses) {
  START_OR_SKIP("good");
  const fs::path layout = fresh_folder();
  test_support::write_oci_layout(layout, {image_});
  const json::object expected = nameless(scan_json("oci:" + layout.string(), {"--no-cache"}));
  for (const char* order : {"oci-layout index.json blobs", "blobs oci-layout index.json"}) {
    const auto packed = base::run_program({"sh",
                                           "-c",
                                           "tar -C \"$0\" -cf \"$1\" $2",
                                           layout.string(),
                                           archive_file().string(),
                                           order});
    ASSERT_EQ(packed->exit_status, 0) << packed->err;
    const std::string cache = (fresh_folder() / "cache").string();
    for (const bool cached : {false, true}) {
      const json::object report = scan_json("docker:x", {"--cache-dir", cache});
      EXPECT_EQ(nameless(report), expected) << order << (cached ? " cached" : "");
    }
  }
}

TEST_F(FakeEngine, AnEngineThatDiesOnTheWayIsSaidToHaveDied) {
  START_OR_SKIP("good");
  // The documents come whole, the archive does not: half of it, to every member's edge and beyond.
  for (const std::size_t size : {std::size_t{0}, std::size_t{512}, archive_.size() / 2}) {
    write_file(archive_file(), archive_.substr(0, size));
    const auto output = portique({"scan", "docker:x", "--no-cache"});
    EXPECT_EQ(output.exit_status, 3) << size << ": " << output.out;
    EXPECT_EQ(output.out, "");
  }
  for (const char* behaviour : {"cut", "torn"}) {
    START_OR_SKIP(behaviour);
    expect_failure(behaviour, "Docker broke off in the middle of its answer");
  }
  START_OR_SKIP("endless");
  expect_failure("endless", "larger than");
  START_OR_SKIP("refuse");
  expect_failure("refuse", "Docker does not give the image x: the disk is");
}

TEST_F(FakeEngine, WhatItSendsIsNotBelieved) {
  START_OR_SKIP("good");
  write_file(archive_file(), std::string(300'000, 'g'));
  expect_failure("garbage", "docker:x: ");
  std::string doctored = archive_;
  const std::size_t version = doctored.find("5.2-1");
  ASSERT_NE(version, std::string::npos);
  doctored[version] = '9';
  write_file(archive_file(), doctored);
  expect_failure("another layer", "the layer should have the digest sha256:");
  write_file(folder_ / "images_x_json", R"({"Id":"../../etc/passwd"})");
  expect_failure("no id", "an image without a valid Id");
}

TEST_F(FakeEngine, AContainerWithoutItsImageIsReadAlone) {
  START_OR_SKIP("good");
  const std::string hex(64, 'c');
  write_file(folder_ / "containers_box_json",
             R"({"Id":")" + hex + R"(","Name":"/box","Image":"sha256:)" + std::string(64, 'd') +
                 R"(","State":{"Running":true}})");
  write_file(folder_ / ("containers_" + hex + "_export"), layer_tar(kStatus));
  const json::object report = scan_json("container:box");
  EXPECT_THAT(packages_of(report), ElementsAre("bash 5.2-1"));
  ASSERT_EQ(base::json_items(&report, "issues").size(), 1U);
  EXPECT_THAT(std::string(base::json_string(&base::json_items(&report, "issues")[0].as_object(),
                                            "message")),
              HasSubstr("has the container's image no more"));
}

} // namespace
} // namespace portique::e2e
