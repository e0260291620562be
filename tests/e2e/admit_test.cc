// `portique admit` as a cluster runs it: real registry, real scans, TLS, signals.

#include <csignal>
#include <fstream>
#include <thread>

#include "e2e/program.h"
#include "e2e/running_program.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/json.h"
#include "portique/base/text.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/registry_server.h"
#include "portique/test_support/tar_builder.h"

namespace portique::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using test_support::DockerRegistry;
using test_support::TarBuilder;
using ::testing::HasSubstr;

/// The webhook in the background, on a free port.
class RunningWebhook : public RunningProgram {
public:
  RunningWebhook(const fs::path& folder, std::vector<std::string> flags)
      : RunningProgram(folder / "log", arguments(folder, std::move(flags))) {}

  [[nodiscard]] std::string port() const { return word_behind("listening on port"); }

private:
  static std::vector<std::string> arguments(const fs::path& folder,
                                            std::vector<std::string> flags) {
    flags.insert(flags.begin(),
                 {"admit",
                  "--listen",
                  "127.0.0.1:0",
                  "--tls-cert",
                  (folder / "server.pem").string(),
                  "--tls-key",
                  (folder / "server.key").string()});
    return flags;
  }
};

class Admit : public ::testing::Test {
protected:
  void SetUp() override {
    if (!test_support::make_certificates(folder_)) GTEST_SKIP() << "openssl is not installed";
  }

  [[nodiscard]] json::object
  ask(const RunningWebhook& webhook, const std::string& path, const std::string& body) const {
    const auto output = base::run_program({"curl",
                                           "-sS",
                                           "--max-time",
                                           "20",
                                           "--cacert",
                                           (folder_ / "ca.pem").string(),
                                           "-H",
                                           "Content-Type: application/json",
                                           "--data-binary",
                                           "@-",
                                           "https://localhost:" + webhook.port() + path},
                                          {},
                                          body);
    EXPECT_TRUE(output && output->exit_status == 0) << (output ? output->err : "");
    const auto review = base::parse_json(output ? output->out : "");
    EXPECT_TRUE(review) << (output ? output->out : "");
    if (!review) return {};
    return base::json_fields(base::json_object(&*review), "response");
  }

  static std::string pod(const std::string& image, const std::string& context = "{}") {
    return R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u1",)"
           R"("kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1",)"
           R"("resource":"pods"},"name":"web","namespace":"shop","operation":"CREATE","userInfo":)"
           R"({"username":"alice","groups":["dev"]},"dryRun":false,"oldObject":null,"object":)"
           R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":)"
           R"([{"name":"web","image":")" +
           image + R"(","securityContext":)" + context + "}]}}}}";
  }

  static std::string message_of(const json::object& response) {
    return std::string(base::json_string(&base::json_fields(&response, "status"), "message"));
  }

  fs::path folder_ = fresh_folder();
};

constexpr std::string_view kNoPrivileges = R"(rules:
  - {name: privileged, on: request, deny: request.privileged = true, message: privileged}
)";

TEST_F(Admit, ServesReloadsAndEnds) {
  const std::string policy = write_file(folder_ / "policy.yaml", kNoPrivileges);
  const std::string trail = (folder_ / "trail").string();
  RunningWebhook webhook(folder_, {"--policy", policy, "--trail", trail, "--grace", "1"});
  ASSERT_TRUE(webhook.says("listening on port")) << webhook.log();
  const std::string privileged = pod("a:1", R"({"privileged":true})");
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", pod("a:1")).at("allowed"), true);
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", privileged).at("allowed"), false);
  // A policy that is broken changes nothing.
  write_file(policy, "rules: [{name: x}]\n");
  webhook.signal(SIGHUP);
  ASSERT_TRUE(webhook.says("could not be read again")) << webhook.log();
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", privileged).at("allowed"), false);
  // One that is good serves without being told.
  write_file(policy, "rules: []\n");
  bool allowed = false;
  for (int i = 0; i < 200 && !allowed; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    allowed = ask(webhook, "/validate?timeout=5s", privileged).at("allowed").as_bool();
  }
  EXPECT_TRUE(allowed) << webhook.log();
  webhook.signal(SIGTERM);
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", pod("a:1")).at("allowed"), true)
      << "who is still sent here is still answered";
  EXPECT_EQ(webhook.wait(), 0) << webhook.log();
  std::string lines;
  for (const auto& entry : fs::directory_iterator(trail)) {
    std::ifstream in(entry.path());
    lines.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_THAT(lines, HasSubstr("containers.create"));
  EXPECT_THAT(lines, HasSubstr("shop/web"));
}

TEST_F(Admit, ScansWhatItDoesNotKnowAndPinsTags) {
  const auto registry = DockerRegistry::start(fresh_folder(), {});
  if (!registry) GTEST_SKIP() << "docker-registry is not installed";
  for (const std::string package : {"telnetd", "busybox"}) {
    const fs::path layout = fresh_folder();
    const std::string installed = "P:" + package + "\nV:1.0-r0\nA:x86_64\no:" + package + "\n\n";
    test_support::write_oci_layout(
        layout,
        {{.layers = {{.tar = TarBuilder()
                                 .file("etc/os-release", "ID=alpine\nVERSION_ID=3.19.1\n")
                                 .file("lib/apk/db/installed", installed)
                                 .finish(),
                      .created_by = "ADD a in /"}}}});
    const auto copied = base::run_program({"skopeo",
                                           "copy",
                                           "--quiet",
                                           "--insecure-policy",
                                           "--dest-tls-verify=false",
                                           "oci:" + layout.string(),
                                           "docker://" + registry->host() + "/" + package + ":1"});
    if (!copied || copied->exit_status != 0) GTEST_SKIP() << "skopeo could not push";
  }
  const std::string policy = write_file(folder_ / "policy.yaml", R"(rules:
  - {name: no-telnet, on: image, deny: package.name = telnetd, message: "{package.name} speaks in the clear"}
admission:
  images: {scan: true, unknown: closed}
  defaults: [{set: [pin-images]}]
)");
  RunningWebhook webhook(folder_,
                         {"--policy",
                          policy,
                          "--state",
                          (folder_ / "state").string(),
                          "--cache-dir",
                          (folder_ / "cache").string(),
                          "--insecure",
                          registry->host()});
  ASSERT_TRUE(webhook.says("listening on port")) << webhook.log();
  const std::string bad = registry->host() + "/telnetd:1";
  const std::string good = registry->host() + "/busybox:1";
  EXPECT_THAT(message_of(ask(webhook, "/validate?timeout=5s", pod(bad))),
              HasSubstr("it is being scanned"));
  ASSERT_TRUE(webhook.says("scanned " + bad + ": deny", 120)) << webhook.log();
  EXPECT_THAT(message_of(ask(webhook, "/validate?timeout=5s", pod(bad))),
              HasSubstr("telnetd speaks in the clear"));
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", pod(good)).at("allowed"), false);
  ASSERT_TRUE(webhook.says("scanned " + good, 120)) << webhook.log();
  const json::object known = ask(webhook, "/validate?timeout=5s", pod(good));
  EXPECT_EQ(known.at("allowed"), true) << message_of(known);
  const json::object defaulted = ask(webhook, "/mutate?timeout=5s", pod(good));
  const auto patch = base::from_base64(base::json_string(&defaulted, "patch"));
  ASSERT_TRUE(patch);
  const json::value operations = json::parse(*patch);
  EXPECT_EQ(operations.at(0).at("op"), "replace");
  EXPECT_EQ(operations.at(0).at("path"), "/spec/containers/0/image");
  const std::string pinned(operations.at(0).at("value").as_string());
  EXPECT_THAT(pinned, HasSubstr(good + "@sha256:"));
  EXPECT_EQ(ask(webhook, "/validate?timeout=5s", pod(pinned)).at("allowed"), true)
      << "the verdict of the tag is that of its content";
  // Verdicts outlive the program.
  webhook.signal(SIGINT);
  EXPECT_EQ(webhook.wait(), 0);
  RunningWebhook again(folder_, {"--policy", policy, "--state", (folder_ / "state").string()});
  ASSERT_TRUE(again.says("listening on port")) << again.log();
  EXPECT_THAT(message_of(ask(again, "/validate?timeout=5s", pod(bad))),
              HasSubstr("telnetd speaks in the clear"));
}

TEST_F(Admit, DoesNotBeginWithoutWhatItNeeds) {
  const std::string policy = write_file(folder_ / "policy.yaml", "rules: [{name: x}]\n");
  const std::string certificate = (folder_ / "server.pem").string();
  const std::string key = (folder_ / "server.key").string();
  const auto broken =
      portique({"admit", "--policy", policy, "--tls-cert", certificate, "--tls-key", key});
  EXPECT_EQ(broken.exit_status, 3) << broken.err;
  EXPECT_THAT(broken.err, HasSubstr("policy.yaml"));
  const std::string good = write_file(folder_ / "good.yaml", kNoPrivileges);
  EXPECT_EQ(portique({"admit",
                      "--policy",
                      good,
                      "--tls-cert",
                      certificate,
                      "--tls-key",
                      (folder_ / "absent").string()})
                .exit_status,
            2);
  EXPECT_EQ(portique({"admit", "--policy", good}).exit_status, 2);
  EXPECT_EQ(portique({"admit",
                      "--policy",
                      good,
                      "--tls-cert",
                      certificate,
                      "--tls-key",
                      key,
                      "--fail",
                      "ajar"})
                .exit_status,
            2);
}

} // namespace
} // namespace portique::e2e
