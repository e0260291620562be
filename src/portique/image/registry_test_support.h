#pragma once

// What the tests of registries share: an image, the registry of our own that serves it, and options
// that do not wait.

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "portique/archive/byte_stream.h"
#include "portique/base/file.h"
#include "portique/image/blob_provider.h"
#include "portique/image/image_source.h"
#include "portique/image/reference.h"
#include "portique/image/registry_options.h"
#include "portique/test_support/image_builder.h"
#include "portique/test_support/registry_server.h"
#include "portique/test_support/tar_builder.h"

namespace portique::image {

/// Bytes that do not compress, so that a layer of them is as large packed as unpacked.
inline std::string noise(std::size_t size) {
  std::string bytes;
  std::uint32_t state = 1;
  while (bytes.size() < size) {
    state = state * 1664525U + 1013904223U;
    bytes += static_cast<char>(state >> 24U);
  }
  return bytes;
}

class RegistryTest : public ::testing::Test {
protected:
  static std::string first_tar() {
    return test_support::TarBuilder().file("etc/noise", noise(400'000)).finish();
  }

  static std::string second_tar() {
    return test_support::TarBuilder().file("etc/plain", "plain").finish();
  }

  void SetUp() override {
    test_support::write_oci_layout(
        root_.path() / "layout",
        {{.layers = {{first_tar(), true, "FROM"}, {second_tar(), false, "COPY"}}}});
    if (!start_server({})) GTEST_SKIP() << "python3 is not installed";
    options_.certificates = root_.path() / "certs.d";
    options_.daemon_config = root_.path() / "daemon.json";
    options_.credential_files = std::vector{root_.path() / "config.json"};
    options_.http.back_off = std::chrono::milliseconds(1);
    options_.http.wait = [this](std::chrono::milliseconds pause) { waits_.push_back(pause); };
  }

  bool start_server(const std::filesystem::path& tls_folder) {
    auto started = test_support::RegistryServer::start(root_.path() / "layout", tls_folder);
    server_.reset();
    if (started) server_.emplace(std::move(*started));
    return server_.has_value();
  }

  void log_in(const std::string& entry) {
    base::write_file_atomically(root_.path() / "config.json",
                                R"({"auths":{")" + server_->host() + R"(":)" + entry + "}}")
        .value();
  }

  [[nodiscard]] Reference reference(const std::string& kind, const std::string& tag = "1") const {
    return parse_reference(server_->host() + "/" + kind + "/app:" + tag).value();
  }

  /// The lines of the server's log that hold all the words.
  [[nodiscard]] std::vector<std::string> logged(const std::vector<std::string>& words) const {
    std::vector<std::string> lines = server_->log();
    std::erase_if(lines, [&](const std::string& line) {
      return !std::ranges::all_of(words, [&](const auto& word) { return line.contains(word); });
    });
    return lines;
  }

  base::TempDir root_ = *base::TempDir::create("portique-registry");
  std::optional<test_support::RegistryServer> server_;
  RegistryOptions options_;
  std::vector<std::chrono::milliseconds> waits_; ///< of the threads' retries; read after they ended
};

/// A provider's blobs, as the sandboxed reader sees them.
class ProvidedBlobs : public BlobStore {
public:
  explicit ProvidedBlobs(BlobProvider& provider) : provider_(&provider) {}

  base::Result<std::unique_ptr<archive::ByteStream>> open(std::string_view name) override {
    base::Fd file = PQ_TRY(provider_->open_blob(name));
    ::lseek(file.get(), 0, SEEK_SET);
    return archive::pipe_stream(std::move(file));
  }

private:
  BlobProvider* provider_;
};

} // namespace portique::image
