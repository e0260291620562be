// The webhook as the API server meets it: AdmissionReviews over TLS, sent by curl.
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "portique/access/kubernetes/admission_service.h"
#include "portique/access/kubernetes/admission_test_support.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/test_support/certificates.h"

namespace portique::access::kubernetes {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing::HasSubstr;

constexpr std::string_view kPolicy = R"(
rules:
  - {name: privileged, on: request, deny: request.privileged = true, message: "{request.images} privileged"}
admission:
  defaults: [{set: [drop-capabilities, seccomp, non-root]}]
)";

struct Answer {
  int status = 0; ///< 0: no answer
  std::string body;
  std::string problem;
};

class Webhook : public testing::Test {
protected:
  void SetUp() override {
    if (!test_support::make_certificates(folder_.path()))
      GTEST_SKIP() << "openssl is not installed";
    start({});
  }

  void TearDown() override { end(); }

  void start(const fs::path& client_authorities) {
    end();
    admission_ = std::make_unique<Admission>(AdmissionOptions{}, policy_of(std::string(kPolicy)));
    AdmissionServiceOptions options;
    options.endpoint.tls =
        http::TlsFiles{file("server.pem"), file("server.key"), client_authorities};
    options.status_endpoint = http::TcpEndpoint{};
    options.certificate_poll = std::chrono::milliseconds(100);
    auto service = AdmissionService::listen(std::move(options), *admission_, nullptr);
    ASSERT_TRUE(service) << service.error().text();
    service_ = *std::move(service);
    thread_ = std::jthread([this] { EXPECT_TRUE(service_->run()); });
  }

  void end() {
    if (!service_) return;
    service_->stop();
    thread_.join();
    service_.reset();
  }

  [[nodiscard]] fs::path file(const std::string& name) const { return folder_.path() / name; }

  Answer curl(const std::string& path,
              const std::vector<std::string>& more = {},
              const std::string& body = "") const {
    std::vector<std::string> arguments{"curl", "-sS", "--max-time", "10"};
    arguments.insert(arguments.end(), {"--cacert", file("ca.pem"), "-w", "\n%{http_code}"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    if (!body.empty())
      arguments.insert(arguments.end(),
                       {"-H", "Content-Type: application/json", "--data-binary", "@-"});
    arguments.push_back("https://localhost:" + std::to_string(service_->port()) + path);
    const auto output = base::run_program(arguments, {.output_bytes = 8ULL << 20U}, body);
    if (!output) return {0, "", output.error().text()};
    const std::size_t line = output->out.rfind('\n');
    if (line == std::string::npos) return {0, "", output->err};
    return {base::parse_int<int>(output->out.substr(line + 1)).value_or(0),
            output->out.substr(0, line),
            output->err};
  }

  base::TempDir folder_ = *base::TempDir::create("portique-webhook");
  std::unique_ptr<Admission> admission_;
  std::unique_ptr<AdmissionService> service_;
  std::jthread thread_;
};

TEST_F(Webhook, AnswersEveryKindOfReview) {
  std::size_t patched = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(PORTIQUE_TESTDATA) / "reviews")) {
    const std::string name = entry.path().stem().string();
    for (const std::string path : {"/validate?timeout=10s", "/mutate?timeout=10s"}) {
      const Answer answer = curl(path, {}, review_text(name));
      ASSERT_EQ(answer.status, 200) << name << ": " << answer.body << answer.problem;
      const json::value review = json::parse(answer.body);
      EXPECT_EQ(review.at("kind"), "AdmissionReview");
      EXPECT_EQ(review.at("response").at("uid"), "705ab4f5-6393-11e8-b7cc-42010a800002");
      EXPECT_EQ(review.at("response").at("allowed"), true) << name;
      if (review.at("response").as_object().contains("patch")) ++patched;
    }
  }
  EXPECT_EQ(patched, 13U);
}

TEST_F(Webhook, Denies) {
  const json::value review = changed_review(
      "statefulset-create",
      R"({"initContainers":[{"name":"i","image":"i:1","securityContext":{"privileged":true}}]})",
      "");
  const Answer answer = curl("/validate?timeout=10s", {}, json::serialize(review));
  ASSERT_EQ(answer.status, 200) << answer.problem;
  const json::value told = json::parse(answer.body);
  EXPECT_EQ(told.at("response").at("allowed"), false);
  EXPECT_EQ(told.at("response").at("status").at("code"), 403);
  EXPECT_EQ(told.at("response").at("status").at("message"),
            "init container i: docker.io/library/i:1 privileged [privileged]");
}

TEST_F(Webhook, RefusesWhatIsNoReview) {
  const std::string good = review_text("pod-create");
  std::string old = good;
  old.replace(old.find("admission.k8s.io/v1"), 19, "admission.k8s.io/v1beta1");

  const struct {
    std::string why;
    std::string path;
    std::vector<std::string> more;
    std::string body;
    int status;
    std::string says;
  } rows[] = {
      {"GET", "/validate", {}, "", 405, "POST"},
      {"other content",
       "/validate",
       {"-H", "Content-Type: text/plain"},
       good,
       415,
       "application/json"},
      {"no JSON", "/validate", {}, "hello", 400, "no admission review"},
      {"old version", "/mutate", {}, old, 400, "admissionReviewVersions"},
      {"unknown path", "/validate/x", {}, "", 404, "/healthz"},
  };

  for (const auto& row : rows) {
    std::vector<std::string> more = row.more;
    if (!row.more.empty()) more.insert(more.end(), {"--data-binary", "@-"});
    const Answer answer = row.more.empty()
                              ? curl(row.path, {}, row.body)
                              : curl(row.path, {"-H", "Content-Type: text/plain", "-d", "x"});
    EXPECT_EQ(answer.status, row.status) << row.why << ": " << answer.body << answer.problem;
    EXPECT_THAT(answer.body, HasSubstr(row.says)) << row.why;
  }
  const Answer large = curl("/validate", {}, std::string(9U << 20U, ' '));
  EXPECT_TRUE(large.status == 413 || large.status == 0) << large.status;
}

TEST_F(Webhook, WantsACertificateIfToldSo) {
  start(file("ca.pem"));
  EXPECT_EQ(curl("/validate", {}, review_text("pod-create")).status, 0);
  const std::vector<std::string> shown{"--cert", file("cert.pem"), "--key", file("key.pem")};
  EXPECT_EQ(curl("/validate", shown, review_text("pod-create")).status, 200);
}

TEST_F(Webhook, TellsHowItIs) {
  EXPECT_EQ(curl("/healthz").body, "ok\n");
  EXPECT_EQ(curl("/readyz").status, 200);
  curl("/validate", {}, review_text("pod-create-dry-run"));
  curl("/mutate", {}, review_text("pod-create"));
  curl("/validate", {}, "{}");
  const std::string metrics = curl("/metrics").body;
  EXPECT_THAT(
      metrics,
      HasSubstr(
          "portique_admission_requests_total{endpoint=\"validate\",outcome=\"allowed\"} 1\n"));
  EXPECT_THAT(
      metrics,
      HasSubstr(
          "portique_admission_requests_total{endpoint=\"validate\",outcome=\"unreadable\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("portique_admission_patches_total 1\n"));
  EXPECT_THAT(metrics, HasSubstr("portique_admission_dry_runs_total 1\n"));
  EXPECT_THAT(
      metrics,
      HasSubstr("portique_admission_duration_seconds_bucket{endpoint=\"mutate\",le=\"+Inf\"} 1\n"));
  EXPECT_THAT(metrics, HasSubstr("portique_certificate_expiry_timestamp_seconds "));
  const auto plain = base::run_program(
      {"curl", "-sS", "http://127.0.0.1:" + std::to_string(service_->status_port()) + "/readyz"});
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->out, "ok\n");
  service_->drain();
  EXPECT_EQ(curl("/readyz").status, 503);
  EXPECT_EQ(curl("/healthz").status, 200);
  EXPECT_EQ(curl("/validate", {}, review_text("pod-create")).status, 200)
      << "who is still sent here is still answered";
}

/// Serial number of the certificate that new connections get.
std::string serial_at(std::uint16_t port) {
  const auto output =
      base::run_program({"sh",
                         "-c",
                         "openssl s_client -connect localhost:" + std::to_string(port) +
                             " </dev/null 2>/dev/null | openssl x509 -noout -serial"});
  return output ? output->out : "";
}

TEST_F(Webhook, TakesNewCertificatesAsKubernetesSwapsThem) {
  // As the kubelet mounts a secret: tls.crt -> ..data/tls.crt, ..data -> a folder of that time.
  const fs::path mount = folder_.path() / "mount";
  const auto fill = [&](const std::string& time) {
    fs::create_directories(mount / time);
    fs::copy_file(file("server.pem"), mount / time / "tls.crt");
    fs::copy_file(file("server.key"), mount / time / "tls.key");
    fs::create_directory_symlink(time, mount / "..data_tmp");
    fs::rename(mount / "..data_tmp", mount / "..data");
  };
  fill("..2026_01_01");
  fs::create_symlink("..data/tls.crt", mount / "tls.crt");
  fs::create_symlink("..data/tls.key", mount / "tls.key");
  end();
  AdmissionServiceOptions options;
  options.endpoint.tls = http::TlsFiles{mount / "tls.crt", mount / "tls.key", {}};
  options.certificate_poll = std::chrono::milliseconds(200);
  service_ = *AdmissionService::listen(std::move(options), *admission_, nullptr);
  thread_ = std::jthread([this] { EXPECT_TRUE(service_->run()); });
  const std::string first = serial_at(service_->port());
  ASSERT_THAT(first, HasSubstr("serial="));
  ASSERT_TRUE(test_support::make_certificates(folder_.path()));
  fill("..2026_02_02");
  std::string now = first;
  for (int i = 0; i < 100 && now == first; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    now = serial_at(service_->port());
  }
  EXPECT_NE(now, first);
  EXPECT_EQ(curl("/validate", {}, review_text("pod-create")).status, 200);
  // A key that does not fit is not taken.
  std::ofstream(mount / "..2026_02_02" / "tls.key") << "no key";
  std::string metrics;
  for (int i = 0; i < 100; ++i) {
    metrics = curl("/metrics").body;
    if (metrics.contains("certificate_reload_failures_total 1")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_THAT(metrics, HasSubstr("portique_certificate_reload_failures_total 1\n"));
  EXPECT_EQ(serial_at(service_->port()), now);
}

TEST(AdmissionService, ReadsHowLongTheServerWaits) {
  const struct {
    std::string target;
    std::optional<int> milliseconds;
  } rows[] = {
      {"/validate?timeout=10s", 10'000},
      {"/validate?a=b&timeout=1m30s", 90'000},
      {"/validate?timeout=500ms", 500},
      {"/validate", std::nullopt},
      {"/validate?timeout=", std::nullopt},
      {"/validate?timeout=10", std::nullopt},
      {"/validate?timeout=s", std::nullopt},
      {"/validate?timeout=0s", std::nullopt},
      {"/validate?timeout=99999999999s", std::nullopt},
      {"/validate?timeout=10h", std::nullopt},
  };

  for (const auto& row : rows) {
    const auto found = timeout_of(row.target);
    EXPECT_EQ(found.has_value(), row.milliseconds.has_value()) << row.target;
    if (found && row.milliseconds) {
      EXPECT_EQ(found->count(), *row.milliseconds) << row.target;
    }
  }
}

} // namespace
} // namespace portique::access::kubernetes
