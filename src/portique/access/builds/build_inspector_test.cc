#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/builds/build_inspector.h"
#include "portique/access/builds/http2_test_support.h"
#include "portique/base/text.h"

namespace portique::access {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Allows all but what names "evil", and writes down what it was asked.
class Desk {
public:
  AskAboutBuild ask() {
    return [this](std::string_view action, const WorkloadFacts& facts) -> base::Result<void> {
      std::string line(action);
      for (const std::string& image : facts.images)
        line += " " + image;
      for (const std::string& word : facts.entitlements)
        line += " +" + word;
      asked.push_back(line);
      if (line.contains("evil")) return base::fail(base::Code::InvalidArgument, "no");
      return {};
    };
  }

  std::vector<std::string> asked;
};

constexpr std::string_view kSync = "/moby.filesync.v1.FileSync/DiffCopy";

std::string state(std::string_view path, std::uint64_t size, std::string_view link = "") {
  ProtobufWriter stat;
  stat.bytes(1, path).number(2, 0644).number(5, size).number(6, 1700000000);
  if (!link.empty()) stat.bytes(7, link);
  return ProtobufWriter().bytes(2, stat.text()).text();
}

std::string content(std::uint32_t id, std::string_view bytes) {
  ProtobufWriter packet;
  packet.number(1, 2).number(3, id);
  if (!bytes.empty()) packet.bytes(4, bytes);
  return packet.text();
}

const std::string kFinish = ProtobufWriter().number(1, 3).text();

/// A session in which the engine asks for the folder of Dockerfiles.
struct Session {
  explicit Session(Desk& desk, BuildSessions& sessions, std::string_view folder = "dockerfile")
      : inspector(BuildConnection::Session, "s1", sessions, desk.ask()) {
    EXPECT_TRUE(inspector.from_engine(Http2Writer::preface() +
                                      engine.open(1, kSync, {{"dir-name", std::string(folder)}})));
  }

  base::Result<void> client(const std::string& packet) {
    return inspector.from_client(Http2Writer::message(1, packet));
  }

  Http2Writer engine;
  BuildInspector inspector;
};

TEST(BuildInspector, JudgesTheDockerfileBeforeItsLastByte) {
  Desk desk;
  BuildSessions sessions;
  sessions.began("s1", {{"BASE", "harmless"}});
  sessions.began("s1", {{"BASE", "evil:1"}});
  Session session(desk, sessions);
  ASSERT_TRUE(session.client(state("Dockerfile", 30)));
  ASSERT_TRUE(session.client(ProtobufWriter().text())); // all have been told
  ASSERT_TRUE(session.client(content(0, "ARG BASE=fine\n")));
  ASSERT_TRUE(session.client(content(0, "FROM $BASE\n")));
  EXPECT_THAT(desk.asked, IsEmpty());
  EXPECT_FALSE(session.client(content(0, "")));
  EXPECT_THAT(desk.asked, ElementsAre("images.build harmless", "images.build evil:1"));
}

TEST(BuildInspector, ADockerfileOfAnUnknownBuildIsUnseen) {
  Desk desk;
  BuildSessions sessions;
  Session session(desk, sessions);
  ASSERT_TRUE(session.client(state("Dockerfile", 30)));
  ASSERT_TRUE(session.client(content(0, "FROM a\n")));
  ASSERT_TRUE(session.client(content(0, "")));
  EXPECT_THAT(desk.asked, ElementsAre("images.build +unseen"));
}

TEST(BuildInspector, ArgumentsOfTheBridgeBelongToTheConnectionsSession) {
  Desk desk;
  BuildSessions sessions;
  BuildInspector inspector(BuildConnection::Grpc, "", sessions, desk.ask());
  Http2Writer client;
  std::string bytes = Http2Writer::preface();
  bytes += client.open(1, "/moby.buildkit.v1.Control/Solve");
  bytes += Http2Writer::message(1, ProtobufWriter().bytes(5, "s1").text(), true);
  bytes += client.open(3, "/moby.buildkit.v1.frontend.LLBBridge/Solve");
  bytes += Http2Writer::message(3, ProtobufWriter().entry(3, "build-arg:BASE", "evil").text());
  ASSERT_TRUE(inspector.from_client(bytes));
  Session session(desk, sessions);
  ASSERT_TRUE(session.client(state("Dockerfile", 30)));
  ASSERT_TRUE(session.client(content(0, "ARG BASE=a\nFROM $BASE\n")));
  EXPECT_FALSE(session.client(content(0, "")));
}

TEST(BuildInspector, RemembersWhatTheEngineHasAlready) {
  Desk desk;
  BuildSessions sessions;
  sessions.began("s1", {});
  {
    Session session(desk, sessions);
    ASSERT_TRUE(session.client(state("Dockerfile", 12)));
    ASSERT_TRUE(session.client(content(0, "FROM alpine\n")));
    ASSERT_TRUE(session.client(content(0, "")));
    ASSERT_TRUE(session.inspector.from_engine(Http2Writer::message(1, kFinish)));
  }
  Session again(desk, sessions);
  ASSERT_TRUE(again.client(state("Dockerfile", 12)));
  ASSERT_TRUE(again.inspector.from_engine(Http2Writer::message(1, kFinish)));
  Session other(desk, sessions);
  ASSERT_TRUE(other.client(state("Dockerfile", 13)));
  ASSERT_TRUE(other.inspector.from_engine(Http2Writer::message(1, kFinish)));
  EXPECT_THAT(desk.asked,
              ElementsAre("images.build alpine", "images.build alpine", "images.build +unseen"));
}

TEST(BuildInspector, LooksIntoNoFolderButThatOfDockerfiles) {
  Desk desk;
  BuildSessions sessions;
  Session session(desk, sessions, "context");
  ASSERT_TRUE(session.client(state("Dockerfile", 9)));
  ASSERT_TRUE(session.client(content(0, "FROM evil\n")));
  ASSERT_TRUE(session.client(content(0, "")));
  EXPECT_THAT(desk.asked, IsEmpty());
}

TEST(BuildInspector, IgnoreFilesCountOnlyAsWhatTheyAre) {
  Desk desk;
  BuildSessions sessions;
  Session plain(desk, sessions);
  ASSERT_TRUE(plain.client(state(".dockerignore", 9)));
  ASSERT_TRUE(plain.client(content(0, "FROM evil\n")));
  ASSERT_TRUE(plain.client(content(0, "")));
  EXPECT_THAT(desk.asked, IsEmpty());
  sessions.began("s1", {});
  Session linked(desk, sessions);
  ASSERT_TRUE(linked.client(state(".dockerignore", 9)));
  ASSERT_TRUE(linked.client(state("Dockerfile", 0, ".dockerignore")));
  ASSERT_TRUE(linked.client(content(0, "FROM evil\n")));
  EXPECT_FALSE(linked.client(content(0, "")));
}

TEST(BuildInspector, AsksAboutSecretsAndKeys) {
  Desk desk;
  BuildSessions sessions;
  BuildInspector inspector(BuildConnection::Session, "s1", sessions, desk.ask());
  Http2Writer engine;
  ASSERT_TRUE(inspector.from_engine(Http2Writer::preface()));
  std::uint32_t stream = 1;
  for (const char* path : {"/moby.buildkit.secrets.v1.Secrets/GetSecret",
                           "/moby.sshforward.v1.SSH/CheckAgent",
                           "/moby.filesync.v1.Auth/Credentials"}) {
    ASSERT_TRUE(inspector.from_engine(engine.open(stream, path)));
    stream += 2;
  }
  EXPECT_THAT(desk.asked, ElementsAre("images.build +secret", "images.build +ssh"));
}

TEST(BuildInspector, AnUploadIsADockerfileOrUnseen) {
  Desk desk;
  BuildSessions sessions;
  sessions.began("s1", {});
  const auto upload = [&](const std::string& bytes) {
    BuildInspector inspector(BuildConnection::Session, "s1", sessions, desk.ask());
    Http2Writer engine;
    Http2Writer client;
    EXPECT_TRUE(inspector.from_engine(Http2Writer::preface() +
                                      engine.open(1, "/moby.upload.v1.Upload/Pull")));
    auto sent =
        inspector.from_client(Http2Writer::message(1, ProtobufWriter().bytes(1, bytes).text()));
    if (sent)
      sent = inspector.from_client(http2_frame(1, 0x5, 1, client.block({{"grpc-status", "0"}})));
    return sent.has_value();
  };
  EXPECT_TRUE(upload("FROM alpine\n"));
  EXPECT_FALSE(upload("FROM evil\n"));
  EXPECT_TRUE(upload("\x1F\x8B" + std::string(600, 'x')));
  EXPECT_THAT(desk.asked,
              ElementsAre("images.build alpine", "images.build evil", "images.build +unseen"));
}

TEST(BuildInspector, JudgesWhatAClientAsksOfBuildKit) {
  struct Case {
    const char* path;
    std::string message;
    std::vector<std::string> asked;
  };

  const std::string image =
      ProtobufWriter()
          .bytes(1,
                 ProtobufWriter()
                     .bytes(3, ProtobufWriter().bytes(1, "docker-image://alpine").text())
                     .text())
          .text();
  const std::vector<Case> cases{
      {"/moby.buildkit.v1.Control/Solve",
       ProtobufWriter().bytes(2, image).text(),
       {"images.build alpine"}},
      {"/moby.buildkit.v1.frontend.LLBBridge/Solve",
       ProtobufWriter().bytes(1, image).text(),
       {"images.build alpine"}},
      {"/moby.buildkit.v1.frontend.LLBBridge/NewContainer",
       ProtobufWriter().number(3, 1).text(),
       {"images.build +network.host"}},
      {"/moby.buildkit.v1.frontend.LLBBridge/ReadFile", "x", {}},
      {"/moby.buildkit.v1.Control/Session", "x", {"images.build +unseen"}},
      {"/moby.buildkit.v1.Control/Prune", "", {"build.prune"}},
      {"/moby.buildkit.v1.Control/Status", "x", {}},
      {"/grpc.health.v1.Health/Check", "", {}},
      {"/containerd.services.content.v1.Content/Write", "x", {"images.build +unseen"}},
      {"/something.new/Call", "x", {"images.build +unseen"}},
  };
  for (const Case& item : cases) {
    Desk desk;
    BuildSessions sessions;
    BuildInspector inspector(BuildConnection::Grpc, "", sessions, desk.ask());
    Http2Writer client;
    ASSERT_TRUE(inspector.from_client(Http2Writer::preface() + client.open(1, item.path) +
                                      Http2Writer::message(1, item.message, true)))
        << item.path;
    EXPECT_EQ(desk.asked, item.asked) << item.path;
  }
}

} // namespace
} // namespace portique::access
