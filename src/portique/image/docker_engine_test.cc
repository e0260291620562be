#include <algorithm>
#include <fstream>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/image/archive_blobs.h"
#include "portique/image/docker_engine.h"
#include "portique/image/image_source.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/engine_daemon.h"
#include "portique/test_support/script_server.h"
#include "portique/test_support/shared_data.h"

namespace portique::image {
namespace {

namespace fs = std::filesystem;
using base::Code;
using model::ChangeKind;
using model::PathChange;
using test_support::EngineDaemon;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const base::Limits kLimits;
const std::string kHex(64, 'a');

EngineEndpoint socket_endpoint(const fs::path& socket) {
  return *parse_engine_address("unix://" + socket.string(), {});
}

/// All that a feed gives.
base::Result<std::string> content_of(const Feed& feed) {
  std::string content;
  PQ_TRY(feed(
      [&](base::Bytes piece) -> base::Result<void> {
        content += base::as_text(piece);
        return {};
      },
      [] { return false; }));
  return content;
}

/// An engine that behaves badly; started anew for each behaviour.
class FakeEngineTest : public ::testing::Test {
protected:
  bool start(const std::string& behaviour) {
    server_.reset();
    fs::remove(socket());
    auto server = test_support::ScriptServer::start(
        "fake_engine.py", {socket().string(), folder_.path().string(), behaviour});
    if (server) server_.emplace(*std::move(server));
    return server_.has_value();
  }

  [[nodiscard]] fs::path socket() const { return folder_.path() / "socket"; }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << content;
  }

  [[nodiscard]] base::Result<DockerEngine> connect(const base::Limits& limits = kLimits) const {
    return DockerEngine::connect("Docker", socket_endpoint(socket()), limits);
  }

  base::TempDir folder_ = *base::TempDir::create("portique-fake");
  std::optional<test_support::ScriptServer> server_;
};

#define START_OR_SKIP(behaviour)                                                                   \
  if (!start(behaviour)) GTEST_SKIP() << "python3 is not installed"

TEST_F(FakeEngineTest, ReadsImages) {
  write("images_team_app:1_json", R"({"Id":"sha256:)" + kHex + R"(","RepoTags":["team/app:1"]})");
  write("images_sha256:" + kHex + "_get", std::string(200'000, 'x'));
  START_OR_SKIP("good");
  const auto engine = connect();
  ASSERT_TRUE(engine) << engine.error().text();
  const auto image = engine->inspect_image("team/app:1");
  ASSERT_TRUE(image) << image.error().text();
  EXPECT_THAT(image->tags, ElementsAre("team/app:1"));
  EXPECT_EQ(content_of(engine->save_image(image->id)), std::string(200'000, 'x'));
}

TEST_F(FakeEngineTest, ANameCannotBecomeAnotherRequest) {
  START_OR_SKIP("good");
  const auto engine = connect();
  ASSERT_TRUE(engine);
  for (const char* name : {"",
                           "..",
                           "a/../../containers",
                           "a//b",
                           "./a",
                           "a b",
                           "a?b",
                           "a#b",
                           "a%2f",
                           "-a",
                           "/a",
                           "a\n",
                           "a\xFF"}) {
    const auto image = engine->inspect_image(name);
    ASSERT_FALSE(image) << name;
    EXPECT_EQ(image.error().code(), Code::InvalidArgument) << name;
    EXPECT_EQ(engine->inspect_container(name).error().code(), Code::InvalidArgument) << name;
  }
}

TEST_F(FakeEngineTest, NothingThatTheEngineDoesGoesUnnoticed) {
  write("images_x_json", R"({"Id":"sha256:)" + kHex + R"(","RepoTags":["x:1"]})");
  write("images_json", "[]" + std::string(1000, ' '));
  write("images_sha256:" + kHex + "_get", std::string(200'000, 'x'));

  struct Case {
    const char* behaviour;
    Code code;
    const char* sentence;
  };

  for (const Case& row : {Case{"cut", Code::Truncated, "broke off"},
                          Case{"torn", Code::Truncated, "broke off"},
                          Case{"refuse", Code::Network, "the disk is \xEF\xBF\xBD[31mfull"},
                          Case{"endless", Code::LimitExceeded, "larger than"}}) {
    START_OR_SKIP(row.behaviour);
    base::Limits limits;
    limits.engine_answer_bytes = 1'000'000;
    limits.layer_bytes = 5'000'000;
    const auto engine = connect(limits);
    ASSERT_TRUE(engine) << row.behaviour << ": " << engine.error().text();
    const auto image = engine->inspect_image("x");
    ASSERT_FALSE(image) << row.behaviour;
    EXPECT_EQ(image.error().code(), row.code) << row.behaviour << ": " << image.error().text();
    EXPECT_THAT(image.error().text(), HasSubstr(row.sentence)) << row.behaviour;
    EXPECT_FALSE(engine->list_images()) << row.behaviour;
    const auto saved = content_of(engine->save_image(*base::Digest::parse("sha256:" + kHex)));
    ASSERT_FALSE(saved) << row.behaviour;
    EXPECT_EQ(saved.error().code(), row.code) << row.behaviour << ": " << saved.error().text();
  }
}

TEST_F(FakeEngineTest, DeepDocumentsAreRefused) {
  write("images_x_json", std::string(100'000, '['));
  START_OR_SKIP("good");
  const auto image = connect()->inspect_image("x");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code(), Code::Malformed);
}

TEST_F(FakeEngineTest, WhatIsNoEngineIsSaidToBeNone) {
  for (const auto& [behaviour, code, sentence] :
       {std::tuple{"foreign", Code::Network, "does not speak the API of Docker"},
        std::tuple{"ancient", Code::Unsupported, "speaks version 1.21 of its API"}}) {
    START_OR_SKIP(behaviour);
    const auto engine = connect();
    ASSERT_FALSE(engine) << behaviour;
    EXPECT_EQ(engine.error().code(), code);
    EXPECT_THAT(engine.error().text(), HasSubstr(sentence));
  }
}

TEST_F(FakeEngineTest, AnAbsentEngineIsOneClearSentence) {
  const auto absent = connect();
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().text(),
            "Docker cannot be reached at unix://" + socket().string() +
                ": no such file or directory; is it running?");
  write("socket", "");
  EXPECT_THAT(connect().error().text(), HasSubstr("connection refused; is it running?"));
}

TEST_F(FakeEngineTest, AReaderThatIsGoneEndsTheTransfer) {
  write("images_sha256:" + kHex + "_get", std::string(5'000'000, 'x'));
  START_OR_SKIP("good");
  const auto engine = connect();
  ASSERT_TRUE(engine);
  auto feed = PipeFeed::start(engine->save_image(*base::Digest::parse("sha256:" + kHex)));
  ASSERT_TRUE(feed);
  ASSERT_TRUE(archive::pipe_stream((*feed)->take_reading_end())->next());
  EXPECT_TRUE((*feed)->finish());
}

TEST_F(FakeEngineTest, ATransferCanBeGivenUp) {
  write("images_sha256:" + kHex + "_get", "x");
  START_OR_SKIP("dripping");
  const auto engine = connect();
  ASSERT_TRUE(engine);
  const auto began = std::chrono::steady_clock::now();
  const auto saved = engine->save_image(*base::Digest::parse("sha256:" + kHex))(
      [](base::Bytes) { return base::Result<void>(); },
      [&] { return std::chrono::steady_clock::now() - began > std::chrono::milliseconds(500); });
  EXPECT_FALSE(saved);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

/// Everything that is asked of an engine, with a real image in it.
void expect_a_real_engine(const DockerEngine& engine,
                          const EngineDaemon& daemon,
                          const std::string& name) {
  const auto image = engine.inspect_image(name);
  ASSERT_TRUE(image) << image.error().text();
  EXPECT_EQ(image->id.hex(), "a187dde48cd289ac374ad8539930628314bc581a481cdb41409c9289419ddb72");
  EXPECT_THAT(image->tags, Contains(name));
  EXPECT_EQ(image->diff_ids.size(), 1U);
  EXPECT_EQ(image->platform.architecture, "amd64");
  EXPECT_EQ(engine.inspect_image(image->id.text())->tags, image->tags);
  const auto listed = engine.list_images();
  ASSERT_TRUE(listed) << listed.error().text();
  EXPECT_THAT(*listed, Contains(::testing::Field(&EngineImage::id, image->id)));
  const auto absent = engine.inspect_image("portique/absent:1");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code(), Code::NotFound) << absent.error().text();
  EXPECT_THAT(absent.error().text(), HasSubstr("has no image portique/absent:1"));

  const auto saved = content_of(engine.save_image(image->id));
  ASSERT_TRUE(saved) << saved.error().text();
  const auto stream = archive::memory_stream(base::as_bytes(*saved));
  auto store =
      StreamedArchive::read(*stream, kLimits, [](const std::string&, archive::ByteStream&) {
        return base::Result<void>();
      });
  ASSERT_TRUE(store) << store.error().text();
  const auto described = describe_image(**store, {}, kLimits);
  ASSERT_TRUE(described) << described.error().text();
  EXPECT_EQ(described->image.config_digest, image->id);
  ASSERT_EQ(described->image.layers.size(), 1U);
  EXPECT_EQ(described->image.layers[0].diff_id, image->diff_ids[0]);

  (void)daemon.run({"create", "--name", "box", "--network", "none", name, "true"});
  const auto container = engine.inspect_container("box");
  ASSERT_TRUE(container) << container.error().text();
  EXPECT_EQ(container->name, "box");
  EXPECT_EQ(container->image, image->id.text());
  EXPECT_FALSE(container->running);
  EXPECT_TRUE(fs::is_directory(container->upper_dir)) << container->upper_dir;
  (void)daemon.run({"cp", "/usr/bin/env", "box:/usr/bin/added program"});
  const auto changes = engine.changes(*container);
  ASSERT_TRUE(changes) << changes.error().text();
  EXPECT_THAT(*changes,
              AllOf(Contains(PathChange{"usr/bin/added program", ChangeKind::Added}),
                    Contains(PathChange{"usr/bin", ChangeKind::Changed})));
  const auto exported = content_of(engine.save_container(*container));
  ASSERT_TRUE(exported) << exported.error().text();
  EXPECT_THAT(*exported, HasSubstr(*base::read_file("/usr/bin/env", 10U << 20U)));
  EXPECT_EQ(engine.inspect_container("absent").error().code(), Code::NotFound);
}

TEST(DockerEngine, IsDocker) {
  PQ_SHARED_DATA_OR_SKIP(archive, "images/alpine-311.tar.gz");
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::Docker);
  const auto engine = DockerEngine::connect("Docker", socket_endpoint(daemon.socket()), kLimits);
  ASSERT_TRUE(engine) << engine.error().text();
  (void)daemon.run({"load", "-i", archive.string()});
  expect_a_real_engine(*engine, daemon, "alpine:3.11");
}

TEST(DockerEngine, IsPodman) {
  PQ_SHARED_DATA_OR_SKIP(archive, "images/alpine-311.tar.gz");
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::Podman);
  const auto engine = DockerEngine::connect("podman", socket_endpoint(daemon.socket()), kLimits);
  ASSERT_TRUE(engine) << engine.error().text();
  const fs::path plain = daemon.folder() / "alpine.tar"; // podman's service takes no gzip
  ASSERT_EQ(
      base::run_program({"sh", "-c", R"(gunzip -c "$0" >"$1")", archive.string(), plain.string()})
          ->exit_status,
      0);
  (void)daemon.run({"load", "-i", plain.string()});
  expect_a_real_engine(*engine, daemon, "localhost/alpine:3.11");
}

TEST(DockerEngine, RunsPodmansServiceWhereNobodyDoes) {
  if (fs::exists("/run/podman/podman.sock") || std::getenv("CONTAINER_HOST") != nullptr)
    GTEST_SKIP() << "a service of the system is there";
  EXPECT_EQ(DockerEngine::podman(kLimits, DockerEngine::Podman::AsItIs).error().code(),
            Code::NotFound);
  // State of its own, so that the machine's is left alone.
  const auto folder = base::TempDir::create("portique-podman-test");
  const fs::path config = folder->path() / "storage.conf";
  std::ofstream(config) << "[storage]\ndriver = \"vfs\"\ngraphroot = \"" << folder->path().string()
                        << "/data\"\nrunroot = \"" << folder->path().string() << "/run\"\n";
  ::setenv("CONTAINERS_STORAGE_CONF", config.c_str(), 1);
  std::optional<base::Result<DockerEngine>> engine =
      DockerEngine::podman(kLimits, DockerEngine::Podman::Run);
  ::unsetenv("CONTAINERS_STORAGE_CONF");
  if (!*engine && engine->error().code() == Code::NotFound)
    GTEST_SKIP() << "podman is not installed";
  ASSERT_TRUE(*engine) << engine->error().text();
  const auto images = (*engine)->list_images();
  ASSERT_TRUE(images) << images.error().text();
  EXPECT_TRUE(images->empty());
  const fs::path socket = (*engine)->endpoint().unix_socket;
  engine.reset();
  EXPECT_FALSE(fs::exists(socket)) << "it is taken down with the last who needs it";
}

TEST(DockerEngine, IsReachedOverTlsOnlyWithACertificate) {
  const auto folder = base::TempDir::create("portique-tls");
  if (!test_support::make_certificates(folder->path())) GTEST_SKIP() << "openssl is not installed";
  PQ_ENGINE_OR_SKIP(daemon, EngineDaemon::Kind::Docker, folder->path());
  const std::string address = "tcp://127.0.0.1:" + std::to_string(daemon.port());
  base::HttpTls tls{.authorities = folder->path() / "ca.pem",
                    .certificate = folder->path() / "cert.pem",
                    .key = folder->path() / "key.pem"};
  const auto engine = DockerEngine::connect("Docker", *parse_engine_address(address, tls), kLimits);
  ASSERT_TRUE(engine) << engine.error().text();
  EXPECT_FALSE(engine->is_local());
  EXPECT_TRUE(engine->list_images());

  tls.certificate.clear();
  tls.key.clear();
  const auto stranger =
      DockerEngine::connect("Docker", *parse_engine_address(address, tls), kLimits);
  ASSERT_FALSE(stranger);
  EXPECT_THAT(stranger.error().text(), HasSubstr("Docker cannot be reached at " + address));
  EXPECT_FALSE(DockerEngine::connect("Docker", *parse_engine_address(address, {}), kLimits))
      << "plain HTTP to a port with TLS";
}

} // namespace
} // namespace portique::image
