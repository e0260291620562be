// Images in a real registry (Debian's docker-registry, filled by skopeo), and in one of our own
// that misbehaves, scanned by the program as a user runs it.

#include "e2e/program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/registry_server.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
using test_support::DockerRegistry;
using test_support::RegistryServer;
using test_support::TarBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kStatus = "Package: %1\nStatus: install ok installed\nArchitecture: "
                                     "amd64\nVersion: 1.0-1\nDescription: x\n\n";

/// A Debian image with two layers, whose upper one has the package named so.
test_support::BuildImage debian_with(const std::string& package) {
  std::string status(kStatus);
  status.replace(status.find("%1"), 2, package);
  return {.layers = {{TarBuilder()
                          .file("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n")
                          .file("var/lib/dpkg/status", "")
                          .finish(),
                      true,
                      "FROM"},
                     {TarBuilder().file("var/lib/dpkg/status", status).finish(), true, "RUN apt"}}};
}

fs::path layout_of(const std::vector<test_support::BuildImage>& images) {
  const fs::path folder = fresh_folder();
  test_support::write_oci_layout(folder, images);
  return folder;
}

class Registry : public ::testing::Test {
protected:
  bool start(const DockerRegistry::Options& options) {
    auto started = DockerRegistry::start(fresh_folder(), options);
    if (started) registry_.emplace(std::move(*started));
    login_ = options.user.empty() ? "" : options.user + ":" + options.password;
    return registry_.has_value();
  }

  /// skopeo copy SOURCE docker://HOST/NAME
  void push(const std::string& source,
            const std::string& name,
            const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> command{"skopeo",
                                     "copy",
                                     "--quiet",
                                     "--all",
                                     "--insecure-policy",
                                     "--dest-cert-dir",
                                     (registry_->certs() / registry_->host()).string()};
    if (!fs::exists(registry_->certs())) command.emplace_back("--dest-tls-verify=false");
    if (!login_.empty()) command.push_back("--dest-creds=" + login_);
    command.insert(command.end(), flags.begin(), flags.end());
    command.insert(command.end(), {source, "docker://" + registry_->host() + "/" + name});
    const auto output = base::run_program(command, {.time = std::chrono::minutes(2)});
    ASSERT_TRUE(output) << output.error().text();
    ASSERT_EQ(output->exit_status, 0) << output->err;
  }

  [[nodiscard]] std::string target(const std::string& name) const {
    return "registry:" + registry_->host() + "/" + name;
  }

  /// Runs the program with Docker's config.json of this test.
  static base::ProgramOutput scan(const std::string& target,
                                  std::vector<std::string> flags,
                                  const std::string& docker_config = "/nonexistent") {
    std::vector<std::string> command{"env",
                                     "DOCKER_CONFIG=" + docker_config,
                                     "HOME=/nonexistent",
                                     "XDG_RUNTIME_DIR=",
                                     "PORTIQUE_CACHE_DIR=" + (scratch() / "cache").string(),
                                     PORTIQUE_PROGRAM,
                                     "scan",
                                     target,
                                     "-f",
                                     "json"};
    command.insert(command.end(), flags.begin(), flags.end());
    auto output = base::run_program(command, {.time = std::chrono::minutes(2)});
    EXPECT_TRUE(output) << output.error().text();
    return output ? std::move(*output) : base::ProgramOutput{-1, {}, {}};
  }

  static boost::json::object report_of(const base::ProgramOutput& output) {
    EXPECT_TRUE(output.exit_status == 0 || output.exit_status == 4) << output.err;
    const auto report = base::parse_json(output.out);
    return report && report->is_object() ? report->as_object() : boost::json::object{};
  }

  static void
  expect_failure(const base::ProgramOutput& output, int status, const std::string& hint) {
    EXPECT_EQ(output.exit_status, status) << output.out.substr(0, 300);
    EXPECT_THAT(output.err, HasSubstr(hint));
    EXPECT_THAT(output.err, Not(HasSubstr("secret")));
  }

  std::optional<DockerRegistry> registry_;
  std::string login_;
};

TEST_F(Registry, AnImageIsReadAsFromItsLayout) {
  if (!start({})) GTEST_SKIP() << "docker-registry is not installed";
  const fs::path layout = layout_of({debian_with("hello")});
  const auto expected = scan_json("oci:" + layout.string());
  push("oci:" + layout.string(), "team/app:1");
  const auto report = report_of(scan(target("team/app:1"), {"--no-cache"}));
  EXPECT_THAT(packages_of(report), ElementsAre("hello 1.0-1"));
  EXPECT_EQ(report.at("packages"), expected.at("packages"));
  EXPECT_EQ(report.at("findings"), expected.at("findings"));
  const auto& subject = base::json_fields(&report, "subject");
  EXPECT_EQ(base::json_string(&subject, "kind"), "registry");
  const std::string digest(base::json_string(&subject, "digest"));
  ASSERT_TRUE(digest.starts_with("sha256:")) << base::pretty_json(subject);
  const auto by_digest = report_of(scan(target("team/app@" + digest), {"--no-cache"}));
  EXPECT_EQ(by_digest.at("packages"), expected.at("packages"));
}

/// An OCI layout with one artifact as cosign makes them: a single file of the type given.
fs::path artifact_layout(const std::string& content, const std::string& media_type) {
  const fs::path folder = fresh_folder();
  const auto put = [&](const std::string& bytes, const std::string& type) {
    const std::string digest = test_support::sha256(bytes);
    write_file(folder / "blobs/sha256" / digest.substr(7), bytes);
    return boost::json::object{{"mediaType", type}, {"digest", digest}, {"size", bytes.size()}};
  };
  fs::create_directories(folder / "blobs/sha256");
  boost::json::object config{{"architecture", ""}, {"os", ""}};
  config["rootfs"] = {{"type", "layers"}, {"diff_ids", {test_support::sha256(content)}}};
  const boost::json::object manifest{
      {"schemaVersion", 2},
      {"mediaType", "application/vnd.oci.image.manifest.v1+json"},
      {"config", put(serialize(config), "application/vnd.oci.image.config.v1+json")},
      {"layers", {put(content, media_type)}}};
  boost::json::object entry =
      put(serialize(manifest), "application/vnd.oci.image.manifest.v1+json");
  const boost::json::object index{{"schemaVersion", 2}, {"manifests", {entry}}};
  write_file(folder / "index.json", serialize(index));
  write_file(folder / "oci-layout", R"({"imageLayoutVersion": "1.0.0"})");
  return folder;
}

TEST_F(Registry, AttachedVexDocumentsAreReadWhenAskedFor) {
  if (!start({})) GTEST_SKIP() << "docker-registry is not installed";
  push("oci:" + layout_of({debian_with("curl")}).string(), "team/app:1");
  const auto before = report_of(scan(target("team/app:1"), {}));
  const auto& findings = base::json_items(&before, "findings");
  ASSERT_FALSE(findings.empty());
  const std::string id(base::json_string(findings.front().if_object(), "id"));
  const std::string digest(base::json_string(&base::json_fields(&before, "subject"), "digest"));
  const auto suppressed = [&](const base::ProgramOutput& output) {
    const auto report = report_of(output);
    std::vector<std::string> ids;
    for (const auto& finding : base::json_items(&report, "findings"))
      if (const auto* by = base::json_member(finding.if_object(), "suppressed");
          by != nullptr && by->is_object())
        ids.emplace_back(base::json_string(finding.if_object(), "id"));
    return ids;
  };
  const auto none = scan(target("team/app:1"), {"--vex", "registry"});
  EXPECT_THAT(suppressed(none), ::testing::IsEmpty());
  EXPECT_THAT(none.out, HasSubstr("no VEX document is attached"));

  const boost::json::object vex{{"@context", "https://openvex.dev/ns/v0.2.0"},
                                {"@id", "https://example.org/vex"},
                                {"author", "the team"},
                                {"timestamp", "2025-01-01T00:00:00Z"},
                                {"version", 1},
                                {"statements",
                                 {{{"vulnerability", {{"name", id}}},
                                   {"products", {{{"@id", digest}}}},
                                   {"status", "not_affected"},
                                   {"justification", "vulnerable_code_not_present"}}}}};
  std::string tag = digest;
  tag.replace(tag.find(':'), 1, "-");
  push("oci:" + artifact_layout(serialize(vex), "application/vnd.openvex+json").string(),
       "team/app:" + tag + ".att");
  EXPECT_THAT(suppressed(scan(target("team/app:1"), {})), ::testing::IsEmpty()) << "not asked for";
  EXPECT_THAT(suppressed(scan(target("team/app:1"), {"--vex", "registry"})), ElementsAre(id));
  const auto local = scan("rootfs:" + fresh_folder().string(), {"--vex", "registry"});
  EXPECT_EQ(local.exit_status, 2) << local.err;
}

TEST_F(Registry, DockerManifestsAndZstdLayersAreRead) {
  if (!start({})) GTEST_SKIP() << "docker-registry is not installed";
  const fs::path layout = layout_of({debian_with("hello")});
  push("oci:" + layout.string(), "docker:1", {"--format=v2s2"});
  push("oci:" + layout.string(), "zstd:1", {"--dest-compress-format=zstd"});
  for (const char* name : {"docker:1", "zstd:1"})
    EXPECT_THAT(packages_of(report_of(scan(target(name), {"--no-cache"}))),
                ElementsAre("hello 1.0-1"))
        << name;
}

TEST_F(Registry, APlatformOfAnIndexIsChosen) {
  if (!start({})) GTEST_SKIP() << "docker-registry is not installed";
  test_support::BuildImage arm = debian_with("arm-thing");
  arm.architecture = "arm64";
  const fs::path layout = layout_of({debian_with("hello"), arm});
  // As a registry has it: an index of its own, under a tag.
  const std::string index = *base::read_file(layout / "index.json", 1 << 20);
  const std::string digest = test_support::sha256(index);
  write_file(layout / "blobs/sha256" / digest.substr(7), index);
  write_file(layout / "index.json",
             R"({"schemaVersion":2,"manifests":[{"mediaType":)"
             R"("application/vnd.oci.image.index.v1+json","digest":")" +
                 digest + R"(","size":)" + std::to_string(index.size()) + "}]}");
  push("oci:" + layout.string(), "many:1");
  EXPECT_THAT(packages_of(report_of(scan(target("many:1"), {"--platform", "linux/arm64"}))),
              ElementsAre("arm-thing 1.0-1"));
  EXPECT_THAT(packages_of(report_of(scan(target("many:1"), {"--platform", "linux/amd64"}))),
              ElementsAre("hello 1.0-1"));
  expect_failure(
      scan(target("many:1"), {"--platform", "linux/s390x"}), 3, "linux/amd64, linux/arm64");
}

TEST_F(Registry, TlsAndALoginAreNeededAndEnough) {
  if (!start({.tls = true, .user = "someone", .password = "secret"}))
    GTEST_SKIP() << "docker-registry, openssl or htpasswd is not installed";
  push("oci:" + layout_of({debian_with("hello")}).string(), "private:1");
  const std::vector<std::string> certs{"--registry-certs", registry_->certs().string()};
  const std::string config =
      write_file(fresh_folder() / "config.json",
                 R"({"auths":{")" + registry_->host() + R"(":{"auth":"c29tZW9uZTpzZWNyZXQ="}}})");
  const std::string folder = fs::path(config).parent_path().string();
  EXPECT_THAT(packages_of(report_of(scan(target("private:1"), certs, folder))),
              ElementsAre("hello 1.0-1"));
  expect_failure(scan(target("private:1"), certs), 3, "docker login " + registry_->host());
  expect_failure(scan(target("private:1"), {}, folder), 3, "cannot be verified");
  EXPECT_THAT(
      packages_of(report_of(scan(target("private:1"), {"--insecure", registry_->host()}, folder))),
      ElementsAre("hello 1.0-1"));
  write_file(config,
             R"({"auths":{")" + registry_->host() + R"(":{"auth":"c29tZW9uZTpvdGhlcg=="}}})");
  expect_failure(scan(target("private:1"), certs, folder), 3, "does not accept the login from");
}

TEST_F(Registry, AClientCertificateIsShown) {
  if (!start({.tls = true, .client_certs = true}))
    GTEST_SKIP() << "docker-registry or openssl is not installed";
  push("oci:" + layout_of({debian_with("hello")}).string(), "mutual:1");
  EXPECT_THAT(packages_of(report_of(
                  scan(target("mutual:1"), {"--registry-certs", registry_->certs().string()}))),
              ElementsAre("hello 1.0-1"));
  fs::remove(registry_->certs() / registry_->host() / "client.cert");
  fs::remove(registry_->certs() / registry_->host() / "client.key");
  EXPECT_EQ(scan(target("mutual:1"), {"--registry-certs", registry_->certs().string()}).exit_status,
            3);
}

TEST_F(Registry, KnownLayersAreNotDownloaded) {
  const fs::path layout = layout_of({debian_with("cached")});
  const auto server = RegistryServer::start(layout);
  if (!server) GTEST_SKIP() << "python3 is not installed";
  const auto blobs_asked = [&] {
    const auto lines = server->log();
    return std::ranges::count_if(lines, [](const auto& line) { return line.contains("/blobs/"); });
  };
  const std::string target = "registry:" + server->host() + "/good/app:1";
  const std::vector<std::string> cache{"--cache-dir", fresh_folder().string()};
  EXPECT_THAT(packages_of(report_of(scan(target, cache))), ElementsAre("cached 1.0-1"));
  EXPECT_EQ(blobs_asked(), 3) << "config and two layers";
  EXPECT_THAT(packages_of(report_of(scan(target, cache))), ElementsAre("cached 1.0-1"));
  EXPECT_EQ(blobs_asked(), 4) << "the config only";
}

TEST_F(Registry, FailuresAreToldWithTheirReason) {
  const auto server = RegistryServer::start(layout_of({debian_with("hello")}));
  if (!server) GTEST_SKIP() << "python3 is not installed";

  struct Case {
    const char* repository;
    int status;
    const char* hint;
  };

  for (const Case& c : {Case{"cut-always/app", 3, "tries"},
                        Case{"wrong-digest/app", 3, "should have the digest"},
                        Case{"missing/app", 3, "has no blob sha256:"},
                        Case{"missing-config/app", 3, "has no blob sha256:"},
                        Case{"schema1/app", 3, "schema 1, which was retired"},
                        Case{"loop/app", 3, "redirects more than 5 times"},
                        Case{"busy-long/app", 3, "come back in 9999 seconds"},
                        Case{"endless/app", 3, "larger than the"},
                        Case{"basic/app", 3, "docker login"},
                        Case{"good/app:no-such", 3, "has no image good/app:no-such"},
                        Case{"Good/App", 2, "did you mean"}}) {
    const auto output = scan("registry:" + server->host() + "/" + c.repository, {"--no-cache"});
    SCOPED_TRACE(c.repository);
    expect_failure(output, c.status, c.hint);
  }
  expect_failure(scan("registry:" + server->host() + "/good/app", {"--offline"}), 2, "--offline");
}

TEST_F(Registry, AForeignLayerThatIsNotThereIsAnIssue) {
  const fs::path layout = layout_of({debian_with("hello")});
  const auto path_of = [&](std::string_view digest) {
    return layout / "blobs/sha256" / std::string(digest.substr(7));
  };
  // The manifest again, its first layer marked as foreign, and without its blob.
  auto index = base::parse_json(*base::read_file(layout / "index.json", 1 << 20))->as_object();
  auto& descriptor = index.at("manifests").at(0).as_object();
  auto manifest =
      base::parse_json(*base::read_file(path_of(descriptor.at("digest").as_string()), 1 << 20))
          ->as_object();
  auto& layer = manifest.at("layers").at(0).as_object();
  layer["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  fs::remove(path_of(layer.at("digest").as_string()));
  const std::string changed = boost::json::serialize(manifest);
  descriptor["digest"] = test_support::sha256(changed);
  descriptor["size"] = changed.size();
  write_file(path_of(test_support::sha256(changed)), changed);
  write_file(layout / "index.json", boost::json::serialize(index));

  const auto server = RegistryServer::start(layout);
  if (!server) GTEST_SKIP() << "python3 is not installed";
  for (const std::string& target :
       {"registry:" + server->host() + "/good/app:1", "oci:" + layout.string()}) {
    const auto output = scan(target, {"--no-cache"});
    EXPECT_EQ(output.exit_status, 4) << output.err;
    const auto report = report_of(output);
    EXPECT_THAT(packages_of(report), ElementsAre("hello 1.0-1"));
    EXPECT_THAT(boost::json::serialize(base::json_items(&report, "issues")),
                HasSubstr("a foreign layer, which is not kept beside the image, was not read"))
        << target;
  }
}

} // namespace
} // namespace portique::e2e
