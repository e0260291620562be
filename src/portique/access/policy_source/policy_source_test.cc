#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "portique/access/policy_source/change_watch.h"
#include "portique/access/policy_source/policy_signature.h"
#include "portique/access/policy_source/policy_source.h"
#include "portique/base/digest.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"
#include "portique/test_support/certificates.h"
#include "portique/test_support/http_server.h"

namespace portique::access {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrivate = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
)";

/// Takes every text but those that say "broken", and remembers them.
class Loader {
public:
  PolicySource::Load load() {
    return [this](const PolicyText& policy) -> base::Result<void> {
      if (policy.text.contains("broken"))
        return base::fail(base::Code::Malformed, "line 1 is broken");
      const std::lock_guard guard(guard_);
      loaded_.push_back(policy.text);
      changed_.notify_all();
      return {};
    };
  }

  /// Whether the last text loaded becomes `text` within some seconds.
  bool wait_for(std::string_view text) {
    std::unique_lock guard(guard_);
    return changed_.wait_for(guard, std::chrono::seconds(10), [&] {
      return !loaded_.empty() && loaded_.back() == text;
    });
  }

  std::size_t count() {
    const std::lock_guard guard(guard_);
    return loaded_.size();
  }

private:
  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<std::string> loaded_;
};

class PolicySourceTest : public testing::Test {
protected:
  void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(base::write_file_atomically(path, text));
  }

  PolicySourceOptions options(const std::string& location) {
    PolicySourceOptions made;
    made.origin.location = location;
    made.state_folder = folder() / "state";
    made.poll = std::chrono::hours(1); // only what is watched is seen
    return made;
  }

  /// Document and signature beside it.
  void publish(const fs::path& path,
               std::string_view text,
               std::uint64_t serial,
               std::optional<base::Time> expires = std::nullopt) {
    write(path, text);
    write(path.string() + ".sig",
          *sign_policy({.serial = serial,
                        .signed_at = base::now(),
                        .expires = expires,
                        .digest = base::digest_of(base::as_bytes(text)).text()},
                       *PrivateKey::parse(kPrivate)));
  }

  std::string git(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"git",
                      "-C",
                      (folder() / "checkout").string(),
                      "-c",
                      "user.name=t",
                      "-c",
                      "user.email=t@example.org",
                      "-c",
                      "safe.directory=*"});
    const auto output = base::run_program(arguments);
    EXPECT_TRUE(output && output->exit_status == 0) << (output ? output->err : "");
    return output ? std::string(base::trim(output->out)) : "";
  }

  const fs::path& folder() { return folder_.path(); }

  Loader loader;

private:
  base::TempDir folder_ = *base::TempDir::create("policy-source");
};

TEST_F(PolicySourceTest, FileIsLoadedAndItsChangesAreSeen) {
  const fs::path file = folder() / "access.yaml";
  write(file, "one");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().text, "one");
  EXPECT_EQ((*source)->current().digest, base::digest_of(base::as_bytes("one")).text());
  ASSERT_TRUE((*source)->watch());
  write(file, "two"); // by rename
  EXPECT_TRUE(loader.wait_for("two"));
  { // in place
    const base::Fd out(::open(file.c_str(), O_WRONLY | O_TRUNC));
    ASSERT_TRUE(base::write_all(out, base::as_bytes("three")));
  }
  EXPECT_TRUE(loader.wait_for("three"));
}

TEST_F(PolicySourceTest, KubernetesStyleLinksAreFollowed) {
  const fs::path mount = folder() / "mount";
  write(mount / "..1" / "access.yaml", "one");
  write(mount / "..2" / "access.yaml", "two");
  fs::create_symlink("..1", mount / "..data");
  fs::create_symlink("..data/access.yaml", mount / "access.yaml");
  const auto source = PolicySource::open(options((mount / "access.yaml").string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  ASSERT_TRUE((*source)->watch());
  fs::create_symlink("..2", mount / "..tmp");
  fs::rename(mount / "..tmp", mount / "..data");
  EXPECT_TRUE(loader.wait_for("two"));
  write(mount / "..2" / "access.yaml", "three"); // the folder behind the link is watched, too
  EXPECT_TRUE(loader.wait_for("three"));
}

TEST_F(PolicySourceTest, BrokenFileKeepsTheLastGoodOneAndSaysSo) {
  const fs::path file = folder() / "access.yaml";
  write(file, "good");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source);
  write(file, "broken");
  EXPECT_FALSE((*source)->reload());
  EXPECT_EQ((*source)->current().text, "good");
  EXPECT_TRUE((*source)->status().problem.contains("line 1 is broken"))
      << (*source)->status().problem;
  EXPECT_TRUE((*source)->status().problem_since);
  fs::remove(file);
  EXPECT_FALSE((*source)->reload());
  EXPECT_EQ((*source)->current().text, "good");
  write(file, "good");
  EXPECT_EQ((*source)->reload().value_or(true), false) << "the same text again is no news";
  EXPECT_EQ((*source)->status().problem, "");
  write(file, "better");
  EXPECT_TRUE((*source)->reload().value_or(false));
}

TEST_F(PolicySourceTest, ApprovalsComeWithTheText) {
  const fs::path file = folder() / "access.yaml";
  write(file, "one");
  std::vector<std::string> approvals;
  const auto source = PolicySource::open(
      options(file.string()), [&](const PolicyText& policy) -> base::Result<void> {
        if (policy.text == "two" && policy.approvals.empty())
          return base::fail(base::Code::InvalidArgument, "nobody approved it");
        approvals.push_back(policy.approvals);
        return {};
      });
  ASSERT_TRUE(source);
  write(file, "two");
  EXPECT_FALSE((*source)->reload());
  EXPECT_EQ((*source)->current().text, "one");
  write(file.string() + ".approvals", "bob");
  EXPECT_TRUE((*source)->reload().value_or(false));
  EXPECT_EQ((*source)->current().text, "two");
  EXPECT_EQ(approvals, (std::vector<std::string>{"", "bob"}));
}

TEST_F(PolicySourceTest, RestartWithABrokenFileServesTheLastGoodOne) {
  const fs::path file = folder() / "access.yaml";
  write(file, "good");
  ASSERT_TRUE(PolicySource::open(options(file.string()), loader.load()));
  write(file, "broken");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().text, "good");
  EXPECT_TRUE((*source)->status().from_last_good);
  EXPECT_TRUE((*source)->status().problem.contains("broken"));
  auto without_state = options(file.string());
  without_state.state_folder.clear();
  EXPECT_FALSE(PolicySource::open(without_state, loader.load())) << "nothing to fall back on";
}

TEST_F(PolicySourceTest, DamagedLastGoodCopyIsAnError) {
  const fs::path file = folder() / "access.yaml";
  write(file, "good");
  ASSERT_TRUE(PolicySource::open(options(file.string()), loader.load()));
  for (const auto& entry : fs::directory_iterator(folder() / "state"))
    fs::resize_file(entry.path(), 40);
  EXPECT_FALSE(PolicySource::open(options(file.string()), loader.load()));
}

TEST_F(PolicySourceTest, FileThatOthersMayWriteIsRefused) {
  const fs::path file = folder() / "access.yaml";
  write(file, "one");
  ::chmod(file.c_str(), 0666);
  EXPECT_FALSE(PolicySource::open(options(file.string()), loader.load()));
  ::chmod(file.c_str(), 0644);
  EXPECT_TRUE(PolicySource::open(options(file.string()), loader.load()));
  if (::chown(file.c_str(), 12345, 0) == 0) {
    write(folder() / "state" / "x", "");
    fs::remove_all(folder() / "state");
    EXPECT_FALSE(PolicySource::open(options(file.string()), loader.load()));
  }
}

TEST_F(PolicySourceTest, GitCheckoutServesWhatIsCommitted) {
  const fs::path checkout = folder() / "checkout";
  fs::create_directories(checkout);
  if (!base::run_program({"git", "--version"})) GTEST_SKIP() << "git is not installed";
  git({"init", "-q"});
  write(checkout / "access.yaml", "one");
  EXPECT_FALSE(PolicySource::open(options(checkout.string()), loader.load())) << "no commit yet";
  git({"add", "."});
  git({"commit", "-q", "-m", "one"});
  const auto source = PolicySource::open(options(checkout.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().revision, git({"rev-parse", "HEAD"}));
  ASSERT_TRUE((*source)->watch());
  write(checkout / "access.yaml", "two");
  const auto refused = (*source)->reload();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message().contains("in no commit")) << refused.error().text();
  EXPECT_EQ((*source)->current().text, "one");
  git({"commit", "-q", "-a", "-m", "two"});
  EXPECT_TRUE(loader.wait_for("two"));
  EXPECT_EQ((*source)->reload().value_or(true), false);
  EXPECT_EQ((*source)->status().problem, "");
}

TEST_F(PolicySourceTest, GitUncommittedChangesServeOnRequest) {
  const fs::path checkout = folder() / "checkout";
  if (!base::run_program({"git", "--version"})) GTEST_SKIP() << "git is not installed";
  write(checkout / "team" / "policy.yaml", "one");
  git({"init", "-q"});
  git({"add", "."});
  git({"commit", "-q", "-m", "one"});
  write(checkout / "team" / "policy.yaml", "two");
  auto relaxed = options(checkout.string() + "#team/policy.yaml");
  EXPECT_FALSE(PolicySource::open(relaxed, loader.load()));
  relaxed.origin.allow_uncommitted = true;
  const auto source = PolicySource::open(relaxed, loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().text, "two");
  EXPECT_TRUE((*source)->current().revision.ends_with("+uncommitted"));
  for (const char* bad : {"#../../etc/passwd", "#/etc/passwd", "#"})
    EXPECT_FALSE(PolicySource::open(options(checkout.string() + bad), loader.load())) << bad;
}

TEST_F(PolicySourceTest, GitRunsNothingThatTheCheckoutNames) {
  const fs::path checkout = folder() / "checkout";
  if (!base::run_program({"git", "--version"})) GTEST_SKIP() << "git is not installed";
  write(checkout / "access.yaml", "one");
  write(checkout / ".gitattributes", "* filter=evil diff=evil\n");
  git({"init", "-q"});
  git({"add", "."});
  git({"commit", "-q", "-m", "one"});
  const fs::path trace = folder() / "trace";
  const std::string command = "touch " + trace.string();
  for (const char* name : {"core.fsmonitor",
                           "core.pager",
                           "filter.evil.clean",
                           "filter.evil.smudge",
                           "filter.evil.process",
                           "diff.evil.textconv",
                           "diff.evil.command",
                           "core.sshCommand",
                           "alias.cat-file",
                           "alias.rev-parse"})
    git({"config", name, std::string(name).starts_with("alias") ? "!" + command : command});
  for (const char* hook : {"post-checkout", "post-index-change", "fsmonitor-watchman"}) {
    write(checkout / ".git" / "hooks" / hook, "#!/bin/sh\n" + command + "\n");
    ::chmod((checkout / ".git" / "hooks" / hook).c_str(), 0755);
  }
  // Somebody else's checkout: git itself would refuse it, or obey its configuration.
  if (::geteuid() == 0) {
    for (const auto& entry : fs::recursive_directory_iterator(checkout / ".git"))
      ASSERT_EQ(::lchown(entry.path().c_str(), 12345, 12345), 0);
  }
  const auto source = PolicySource::open(options(checkout.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().text, "one");
  EXPECT_FALSE(fs::exists(trace));
}

TEST_F(PolicySourceTest, UrlNeedsAKeyAndHttps) {
  EXPECT_FALSE(PolicySource::open(options("https://policy.example/access.yaml"), loader.load()));
  auto with_key = options("http://policy.example/access.yaml");
  with_key.keys = {PrivateKey::parse(kPrivate)->public_key()};
  const auto source = PolicySource::open(with_key, loader.load());
  ASSERT_FALSE(source);
  EXPECT_TRUE(source.error().message().contains("https only")) << source.error().text();
}

TEST_F(PolicySourceTest, SignedUrlIsFetchedKeptAndNeverRolledBack) {
  const fs::path served = folder() / "served";
  publish(served / "access.yaml", "seven", 7);
  PQ_HTTP_SERVER_OR_SKIP(server, served);
  auto from_url = options(server.url("/files/access.yaml"));
  from_url.keys = {PrivateKey::parse(kPrivate)->public_key()};
  {
    const auto source = PolicySource::open(from_url, loader.load());
    ASSERT_TRUE(source) << source.error().text();
    EXPECT_EQ((*source)->current().revision, "serial 7");
    EXPECT_EQ((*source)->reload().value_or(true), false);
    const auto log = base::HttpClient().get_text(server.url("/log"), 1 << 20);
    EXPECT_TRUE(log && log->contains("304 GET /files/access.yaml")) << log.value_or("");

    publish(served / "access.yaml", "eight", 8);
    EXPECT_TRUE((*source)->reload().value_or(false));
    publish(served / "access.yaml", "seven", 7);
    EXPECT_FALSE((*source)->reload()) << "an older version";
    publish(served / "access.yaml", "another eight", 8);
    EXPECT_FALSE((*source)->reload()) << "one number for two documents";
    write(served / "access.yaml", "forged");
    EXPECT_FALSE((*source)->reload());
    publish(served / "access.yaml", "old news", 9, base::now() - std::chrono::hours(1));
    EXPECT_FALSE((*source)->reload()) << "expired";
    fs::remove(served / "access.yaml.sig");
    EXPECT_FALSE((*source)->reload());
    EXPECT_EQ((*source)->current().text, "eight");
    EXPECT_EQ((*source)->status().serial, 8U);
  }
  publish(served / "access.yaml", "seven", 7);
  const auto again = PolicySource::open(from_url, loader.load());
  ASSERT_TRUE(again) << "the last good copy serves: " << again.error().text();
  EXPECT_EQ((*again)->current().text, "eight");
  EXPECT_TRUE((*again)->status().problem.contains("older than 8")) << (*again)->status().problem;
}

TEST_F(PolicySourceTest, RestartWithoutNetworkServesTheLastGoodCopy) {
  const fs::path served = folder() / "served";
  publish(served / "access.yaml", "seven", 7);
  std::string url;
  auto from_url = options("");
  from_url.keys = {PrivateKey::parse(kPrivate)->public_key()};
  {
    PQ_HTTP_SERVER_OR_SKIP(server, served);
    from_url.origin.location = server.url("/files/access.yaml");
    ASSERT_TRUE(PolicySource::open(from_url, loader.load()));
  }
  const auto source = PolicySource::open(from_url, loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().text, "seven");
  EXPECT_TRUE((*source)->status().from_last_good);
  EXPECT_NE((*source)->status().problem, "");
}

TEST_F(PolicySourceTest, SignatureInAHeaderOrAFileCountsForFilesToo) {
  const fs::path file = folder() / "access.yaml";
  publish(file, "signed", 1);
  auto with_key = options(file.string());
  with_key.keys = {PrivateKey::parse(kPrivate)->public_key()};
  const auto source = PolicySource::open(with_key, loader.load());
  ASSERT_TRUE(source) << source.error().text();
  write(file, "not signed");
  EXPECT_FALSE((*source)->reload());
  EXPECT_EQ((*source)->current().text, "signed");
}

/// Texts of what came along, by name: "a=...;b=...".
std::string included(const PolicyText& policy) {
  std::string all;
  for (const auto& [name, text] : policy.included)
    all += name + "=" + std::string(base::trim(text)) + ";";
  return all;
}

TEST_F(PolicySourceTest, GitBringsWhatIsIncludedFromTheSameCommit) {
  if (!base::run_program({"git", "--version"})) GTEST_SKIP() << "git is not installed";
  const fs::path checkout = folder() / "checkout";
  write(
      checkout / "shop" / "access.yaml",
      "include: [team.yaml, ../common.yaml]\nroles: {r: {constraints: [./rules/own.yaml, own]}}\n");
  write(checkout / "shop" / "team.yaml", "include: deeper/one.yaml\n");
  write(checkout / "shop" / "deeper" / "one.yaml", "include: [../team.yaml] # and back\n");
  write(checkout / "shop" / "rules" / "own.yaml", "include: [baseline]\n");
  write(checkout / "common.yaml", "name: common\n");
  git({"init", "-q"});
  git({"add", "."});
  git({"commit", "-q", "-m", "one"});
  auto how = options(checkout.string() + "#shop/access.yaml");
  const auto source = PolicySource::open(how, loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ((*source)->current().name, "shop/access.yaml");
  const std::string all = included((*source)->current());
  EXPECT_EQ(all,
            "common.yaml=name: common;shop/deeper/one.yaml=include: [../team.yaml] # and back;"
            "shop/rules/own.yaml=include: [baseline];shop/team.yaml=include: deeper/one.yaml;");
  // What stands in the working tree alone does not count, nor what was removed there.
  write(checkout / "common.yaml", "name: changed\n");
  fs::remove(checkout / "shop" / "team.yaml");
  EXPECT_EQ((*source)->reload().value_or(true), false);
  how.origin.allow_uncommitted = true;
  const auto relaxed = PolicySource::open(how, loader.load());
  ASSERT_TRUE(relaxed) << relaxed.error().text();
  EXPECT_EQ(included((*relaxed)->current()), all);
  git({"checkout", "-q", "shop/team.yaml"});
  git({"commit", "-q", "-a", "-m", "two"});
  const std::string before = (*source)->current().digest;
  EXPECT_TRUE((*source)->reload().value_or(false)) << "an include is part of the policy";
  EXPECT_TRUE(included((*source)->current()).starts_with("common.yaml=name: changed;"));
  EXPECT_NE((*source)->current().digest, before);
}

TEST_F(PolicySourceTest, GitIncludesStayInTheTree) {
  if (!base::run_program({"git", "--version"})) GTEST_SKIP() << "git is not installed";
  const fs::path checkout = folder() / "checkout";
  write(folder() / "outside.yaml", "name: outside\n");
  fs::create_directories(checkout);
  git({"init", "-q"});
  fs::create_symlink("../outside.yaml", checkout / "link.yaml");
  const std::vector<std::string> kOut = {"../outside.yaml",
                                         (folder() / "outside.yaml").string(),
                                         "x/../../outside.yaml",
                                         "absent.yaml",
                                         "https://evil.example/x.yaml",
                                         "HEAD:access.yaml"};
  for (const std::string& name : kOut) {
    write(checkout / "access.yaml", "include: ['" + name + "']\n");
    git({"add", "."});
    git({"commit", "-q", "-m", "one"});
    const auto source = PolicySource::open(options(checkout.string()), loader.load());
    EXPECT_FALSE(source) << name;
  }
  // A link is the text that it holds, and never what it points to.
  write(checkout / "access.yaml", "include: [link.yaml]\n");
  git({"commit", "-q", "-a", "-m", "link"});
  const auto source = PolicySource::open(options(checkout.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ(included((*source)->current()), "link.yaml=../outside.yaml;");
}

TEST_F(PolicySourceTest, IncludesAreBounded) {
  const fs::path file = folder() / "access.yaml";
  std::string names;
  for (std::size_t i = 0; i <= kMostIncludes; ++i) {
    write(folder() / ("f" + std::to_string(i) + ".yaml"), "name: x\n");
    names += (i > 0 ? ", f" : "f") + std::to_string(i) + ".yaml";
  }
  write(file, "include: [" + names + "]\n");
  auto refused = PolicySource::open(options(file.string()), loader.load());
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().text().contains("more than 63 files")) << refused.error().text();
  write(file, "include: [a.yaml, b.yaml]\n");
  for (const char* name : {"a.yaml", "b.yaml"})
    write(folder() / name, "name: x\n# " + std::string(9U << 20U, 'x') + "\n");
  refused = PolicySource::open(options(file.string()), loader.load());
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().text().contains("exceed 16 MiB")) << refused.error().text();
}

TEST_F(PolicySourceTest, IncludesOfFilesAreWatchedAndHeldToTheSameRules) {
  const fs::path file = folder() / "access.yaml";
  write(folder() / "team.yaml", "name: team\n");
  write(file, "include: [team.yaml]\n");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  ASSERT_TRUE((*source)->watch());
  const std::size_t before = loader.count();
  write(folder() / "team.yaml", "name: changed\n");
  for (int i = 0; i < 100 && loader.count() == before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_GT(loader.count(), before);
  EXPECT_TRUE(included((*source)->current()).ends_with("name: changed;"));
  ::chmod((folder() / "team.yaml").c_str(), 0666);
  EXPECT_FALSE((*source)->reload()) << "everybody may write it";
}

TEST_F(PolicySourceTest, RestartServesTheLastGoodIncludes) {
  const fs::path file = folder() / "access.yaml";
  write(folder() / "team.yaml", "name: team\n");
  write(file, "include: [team.yaml]\n");
  const std::string before =
      included((*PolicySource::open(options(file.string()), loader.load()))->current());
  fs::remove(folder() / "team.yaml");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_TRUE((*source)->status().from_last_good);
  EXPECT_EQ(included((*source)->current()), before);
}

class UrlIncludesTest : public PolicySourceTest {
protected:
  /// A policy with what it includes, below one signature.
  void publish_all(std::string_view text,
                   const std::vector<std::pair<std::string, std::string>>& more,
                   std::uint64_t serial) {
    policy::IncludedFiles files;
    write(served() / "p" / "access.yaml", text);
    for (const auto& [name, content] : more) {
      write(served() / "p" / name, content);
      files[*policy::included_name("p/access.yaml", name)] = content;
    }
    write(served() / "p" / "access.yaml.sig",
          *sign_policy({.serial = serial,
                        .signed_at = base::now(),
                        .expires = std::nullopt,
                        .digest = base::digest_of(base::as_bytes(policy_document(
                                                      "p/access.yaml", std::string(text), files)))
                                      .text()},
                       *PrivateKey::parse(kPrivate)));
  }

  fs::path served() { return folder() / "served"; }
};

TEST_F(UrlIncludesTest, AreFetchedFromBesideTheUrlUnderOneSignature) {
  // Over TLS, as a gate would.
  const fs::path certificates = folder() / "certificates";
  fs::create_directories(certificates);
  ASSERT_TRUE(test_support::make_certificates(certificates));
  fs::create_directories(served());
  const auto server = test_support::HttpServer::start(served(), "tls:" + certificates.string());
  if (!server) GTEST_SKIP() << "python3 is not installed";
  auto how = options(server->url("/files/p/access.yaml"));
  ASSERT_TRUE(how.origin.location.starts_with("https://"));
  how.keys = {PrivateKey::parse(kPrivate)->public_key()};
  how.origin.tls = {.authorities = certificates / "ca.pem",
                    .certificate = certificates / "cert.pem",
                    .key = certificates / "key.pem"};
  publish_all("include: [team.yaml, ../shared/all.yaml]\n",
              {{"team.yaml", "name: team\n"}, {"../shared/all.yaml", "name: all\n"}},
              7);
  const auto source = PolicySource::open(how, loader.load());
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ(included((*source)->current()),
            server->url("/files/p/team.yaml") + "=name: team;" +
                server->url("/files/shared/all.yaml") + "=name: all;");
  // Each is asked for by its own ETag, and nothing new is no news.
  EXPECT_EQ((*source)->reload().value_or(true), false);
  base::HttpOptions http;
  http.tls = how.origin.tls;
  const auto log = base::HttpClient(http).get_text(server->url("/log"), 1 << 20);
  ASSERT_TRUE(log);
  for (const char* path : {"p/access.yaml", "p/team.yaml", "shared/all.yaml"})
    EXPECT_TRUE(log->contains("304 GET /files/" + std::string(path))) << *log;
  // One of them changes, and so does the signature.
  publish_all("include: [team.yaml, ../shared/all.yaml]\n",
              {{"team.yaml", "name: new team\n"}, {"../shared/all.yaml", "name: all\n"}},
              8);
  EXPECT_TRUE((*source)->reload().value_or(false));
  EXPECT_TRUE(included((*source)->current()).contains("name: new team"));
  // One that nobody signed, a missing one, and one of another version.
  write(served() / "p" / "team.yaml", "name: forged\n");
  EXPECT_FALSE((*source)->reload());
  fs::remove(served() / "p" / "team.yaml");
  EXPECT_FALSE((*source)->reload());
  write(served() / "p" / "team.yaml", "name: team\n");
  EXPECT_FALSE((*source)->reload()) << "the include of serial 7 below the signature of 8";
  EXPECT_TRUE(included((*source)->current()).contains("name: new team"));
}

TEST_F(UrlIncludesTest, StayOnTheHost) {
  fs::create_directories(served());
  PQ_HTTP_SERVER_OR_SKIP(server, served());
  auto how = options(server.url("/files/p/access.yaml"));
  how.keys = {PrivateKey::parse(kPrivate)->public_key()};
  write(served() / "p" / "access.yaml.sig", "{}");
  for (const char* name : {"https://evil.example/x.yaml",
                           "//evil.example/x.yaml",
                           "/etc/passwd.yaml",
                           "../../../x.yaml",
                           "x.yaml?a=b",
                           "x.yaml#y",
                           "%2e%2e/x.yaml",
                           "me@evil/x.yaml"}) {
    write(served() / "p" / "access.yaml", "include: ['" + std::string(name) + "']\n");
    const auto source = PolicySource::open(how, loader.load());
    ASSERT_FALSE(source) << name;
    EXPECT_TRUE(source.error().text().contains("is no file beside the policy"))
        << name << ": " << source.error().text();
  }
  const auto log = base::HttpClient().get_text(server.url("/log"), 1 << 20);
  EXPECT_FALSE(log && log->contains("passwd")) << *log;
}

TEST(PolicyDocument, NamesFilesAsSeenFromThePolicy) {
  const std::string one = policy_document(
      "/etc/portique/access.yaml", "a", {{"/etc/portique/t/x.yaml", "x"}, {"/etc/y.yaml", "y"}});
  EXPECT_EQ(one, policy_document("access.yaml", "a", {{"t/x.yaml", "x"}, {"../y.yaml", "y"}}));
  EXPECT_EQ(one,
            policy_document("https://h/p/access.yaml",
                            "a",
                            {{"https://h/p/t/x.yaml", "x"}, {"https://h/y.yaml", "y"}}));
  EXPECT_TRUE(one.ends_with(" t/x.yaml\n")) << one;
  EXPECT_EQ(policy_document("access.yaml", "a", {}), "a");
}

TEST_F(PolicySourceTest, ReadersAndReloadsAtTheSameTime) {
  const fs::path file = folder() / "access.yaml";
  write(file, "0");
  const auto source = PolicySource::open(options(file.string()), loader.load());
  ASSERT_TRUE(source);
  ASSERT_TRUE((*source)->watch());
  std::atomic<bool> torn = false;
  std::vector<std::jthread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const PolicyText now = (*source)->current();
        if (now.digest != base::digest_of(base::as_bytes(now.text)).text()) torn = true;
      }
    });
  for (int i = 1; i <= 50; ++i) {
    write(file, std::to_string(i));
    (void)(*source)->reload();
  }
  readers.clear();
  EXPECT_FALSE(torn);
  EXPECT_EQ((*source)->current().text, "50");
}

TEST(ChangeWatch, FoldersOnTheWay) {
  const auto folder = *base::TempDir::create("watch");
  const fs::path root = fs::canonical(folder.path());
  fs::create_directories(root / "real");
  fs::create_symlink("real", root / "link");
  fs::create_symlink("loop", root / "loop");
  EXPECT_EQ(folders_on_the_way(root / "real" / "file"), (std::vector{root / "real"}));
  EXPECT_EQ(folders_on_the_way(root / "link" / "file"), (std::vector{root, root / "real"}));
  EXPECT_EQ(folders_on_the_way(root / "absent" / "file"), (std::vector{root}));
  EXPECT_EQ(folders_on_the_way(root / "loop" / "file"), (std::vector{root}));
}

} // namespace

} // namespace portique::access
