#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/base/channel.h"
#include "portique/base/file.h"
#include "portique/scan/clamd_relay.h"
#include "portique/test_support/script_server.h"

namespace portique::scan {
namespace {

using testing::HasSubstr;

/// A relay to a clamd that behaves as told, and the inspector at its other end.
class ClamdRelayTest : public testing::Test {
protected:
  void serve(const std::string& behaviour, inspect::MalwareLimits limits = {}) {
    auto folder = base::TempDir::create("portique-clamd");
    ASSERT_TRUE(folder.has_value());
    folder_ = std::make_unique<base::TempDir>(std::move(*folder));
    const std::string socket = (folder_->path() / "clamd.ctl").string();
    auto server = test_support::ScriptServer::start("fake_clamd.py", {socket, behaviour});
    if (!server) GTEST_SKIP() << "python3 is not installed";
    server_.emplace(std::move(*server));
    auto relay = ClamdRelay::prepare(socket, 1);
    ASSERT_TRUE(relay.has_value());
    relay_.emplace(std::move(*relay));
    // What the fork does: the end stays open in the reader.
    const int end = ::dup(relay_->reader_ends().at(0));
    relay_->start();
    inspector_ = clamd_inspector(base::Fd(end), limits);
  }

  ContentEvidence inspect(const std::string& path, std::string_view content) {
    ContentEvidence evidence;
    if (!inspector_->begin({path, 0644, 0, 0, content.size()}, base::as_bytes(content)))
      return evidence;
    inspector_->content(base::as_bytes(content));
    inspector_->end(evidence);
    return evidence;
  }

  std::unique_ptr<base::TempDir> folder_;
  std::optional<test_support::ScriptServer> server_;
  std::optional<ClamdRelay> relay_;
  std::unique_ptr<ContentInspector> inspector_; // goes before the relay, which waits for it
};

TEST_F(ClamdRelayTest, BringsVerdictsBack) {
  serve("good");
  if (!inspector_) return;
  EXPECT_TRUE(inspect("a", "harmless").malware.empty());
  const auto found = inspect("opt/b", std::string(1'000'000, 'x') + "BAD-BYTES").malware;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "PQ-MW-CLAMAV");
  EXPECT_EQ(found[0].path, "opt/b");
  EXPECT_THAT(found[0].title, HasSubstr("Test.Signature"));
  EXPECT_EQ(found[0].severity, model::Severity::Critical);
  const auto clean = inspect("c", "harmless");
  EXPECT_TRUE(clean.malware.empty() && clean.issues.empty());
}

TEST_F(ClamdRelayTest, AFileThatClamdRefusesIsAnIssueAndTheNextIsAsked) {
  serve("small");
  if (!inspector_) return;
  const auto large = inspect("large", std::string(500'000, 'x'));
  ASSERT_EQ(large.issues.size(), 1U);
  EXPECT_EQ(large.issues[0].path, "large");
  EXPECT_THAT(large.issues[0].message, HasSubstr("clamd"));
  EXPECT_EQ(inspect("small", "BAD-BYTES").malware.size(), 1U);
}

TEST_F(ClamdRelayTest, AFileOverTheLimitIsAnIssue) {
  inspect::MalwareLimits limits;
  limits.clamd_stream_bytes = 100;
  serve("good", limits);
  if (!inspector_) return;
  EXPECT_EQ(inspect("large", std::string(101, 'x')).issues.size(), 1U);
  EXPECT_TRUE(inspect("small", std::string(100, 'x')).issues.empty());
}

TEST_F(ClamdRelayTest, WithoutClamdEachFileIsAnIssue) {
  serve("good");
  if (!inspector_) return;
  server_.reset();
  const auto lost = inspect("a", "harmless");
  EXPECT_EQ(lost.issues.size(), 1U);
}

TEST_F(ClamdRelayTest, AClamdThatFailsAgainAndAgainIsGivenUp) {
  serve("good");
  if (!inspector_) return;
  server_.reset();
  std::size_t issues = 0;
  std::string last;
  for (int i = 0; i < 100; ++i) {
    const auto evidence = inspect("f" + std::to_string(i), "harmless");
    issues += evidence.issues.size();
    if (!evidence.issues.empty()) last = evidence.issues.back().message;
  }
  EXPECT_EQ(issues, 21U);
  EXPECT_THAT(last, HasSubstr("given up"));
}

// A reader that was taken over can send what it likes; only contents get further.
TEST(ClamdRelay, GivesUpOnAReaderThatSaysSomethingElse) {
  auto relay = ClamdRelay::prepare("/nonexistent/clamd.ctl", 1);
  ASSERT_TRUE(relay.has_value());
  base::Channel reader(base::Fd(::dup(relay->reader_ends().at(0))));
  relay->start();
  ASSERT_TRUE(reader.send(7, base::as_bytes("zSHUTDOWN")).has_value());
  relay = base::fail(base::Code::Io, "gone"); // the relay's thread has ended, or this hangs
  EXPECT_FALSE(reader.receive(100).has_value());
}

} // namespace
} // namespace portique::scan
