#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/guard/guard_test_support.h"
#include "portique/access/plugin/plugin_protocol.h"
#include "portique/base/file.h"
#include "portique/base/run_program.h"
#include "portique/base/text.h"

namespace portique::access {

namespace {

http::Response ask(PluginProtocol& protocol, const std::string& what, const std::string& body) {
  return protocol.answer({.method = "POST", .target = "/" + what, .body = body});
}

constexpr const char* kGet = R"x({"RequestMethod":"GET","RequestUri":"/v1.41/info",)x"
                             R"x("RequestHeaders":{"User-Agent":"Docker-Client/28 (linux)"}})x";

TEST(PluginProtocol, IntroducesItself) {
  StandInJudge judge;
  PluginProtocol protocol(judge, "");
  EXPECT_EQ(ask(protocol, "Plugin.Activate", "").body, R"({"Implements":["authz"]})");
  EXPECT_EQ(ask(protocol, "VolumeDriver.Create", "{}").status, 404);
  EXPECT_EQ(protocol.answer({.method = "GET", .target = "/Plugin.Activate"}).status, 405);
}

TEST(PluginProtocol, AsksTheJudge) {
  StandInJudge judge;
  PluginProtocol protocol(judge, "");
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZReq", kGet).body, R"({"Allow":true})");
  judge.allows = [](const EngineRequest&) { return false; };
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZReq", kGet).body,
            R"({"Allow":false,"Msg":"the test says no"})");
  ASSERT_EQ(judge.asked().size(), 2);
  EXPECT_EQ(judge.asked()[0].method, "GET");
  EXPECT_EQ(judge.asked()[0].target, "/v1.41/info");
  EXPECT_EQ(http::header_value(judge.asked()[0].headers, "user-agent"), "Docker-Client/28 (linux)");
  EXPECT_EQ(judge.asked()[0].body_state, BodyState::Unseen);
  EXPECT_EQ(judge.caller().proof, Proof::None);
}

TEST(PluginProtocol, LetsThroughWhatTheGuardLetThrough) {
  StandInJudge judge;
  judge.allows = [](const EngineRequest&) { return false; };
  PassBook passes;
  PluginProtocol protocol(judge, "", &passes);
  const std::string word = passes.issue("POST", "/v1.41/containers/x/start").value();
  const auto question = [&](const std::string& target) {
    return R"({"RequestMethod":"POST","RequestUri":")" + target +
           R"(","RequestHeaders":{"Portique-Pass":")" + word + R"("}})";
  };
  const http::Response yes{.body = R"({"Allow":true})"};
  EXPECT_NE(ask(protocol, "AuthZPlugin.AuthZReq", question("/v1.41/containers/y/start")).body,
            yes.body);
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZReq", question("/v1.41/containers/x/start")).body,
            yes.body);
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZRes", question("/v1.41/containers/x/start")).body,
            yes.body);
  EXPECT_NE(ask(protocol, "AuthZPlugin.AuthZReq", question("/v1.41/containers/x/start")).body,
            yes.body);
  EXPECT_EQ(judge.asked().size(), 2);
}

TEST(PluginProtocol, ShowsTheBodyOrSaysThatItWasNotShown) {
  const auto seen = parse_plugin_question(
      R"({"RequestMethod":"POST","RequestUri":"/x","RequestBody":"eyJhIjoxfQ=="})");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->request.body, R"({"a":1})");
  EXPECT_EQ(seen->request.body_state, BodyState::Whole);
  const auto unseen = parse_plugin_question(
      R"({"RequestMethod":"POST","RequestUri":"/x","RequestHeaders":{"Content-Length":"0"}})");
  ASSERT_TRUE(unseen);
  EXPECT_EQ(unseen->request.body_state, BodyState::Unseen);
}

TEST(PluginProtocol, DeniesWhatItCannotRead) {
  StandInJudge judge;
  PluginProtocol protocol(judge, "");
  for (const char* wrong : {
           "",
           "[]",
           "{}",
           "not JSON",
           R"({"RequestMethod":"GET"})",
           R"({"RequestMethod":1,"RequestUri":"/x"})",
           R"({"RequestMethod":"GET","RequestUri":"/x","RequestBody":"***"})",
           R"({"RequestMethod":"GET","RequestUri":"/x","RequestHeaders":{"A":["b"]}})",
           R"({"RequestMethod":"GET","RequestUri":"/x","User":"alice"})",
           R"({"RequestMethod":"GET","RequestUri":"/x","User":"a","UserAuthNMethod":"basic"})",
           R"({"RequestMethod":"GET","RequestUri":"/x","User":"a","UserAuthNMethod":"TLS",)"
           R"("RequestPeerCertificates":["eA=="]})",
           R"({"RequestMethod":"GET","RequestUri":"/x","User":"a","UserAuthNMethod":"TLS",)"
           R"("RequestPeerCertificates":[7]})",
       }) {
    const std::string answer = ask(protocol, "AuthZPlugin.AuthZReq", wrong).body;
    EXPECT_THAT(answer, testing::StartsWith(R"({"Allow":false,"Msg":")")) << wrong;
  }
  EXPECT_TRUE(judge.asked().empty());
}

/// A certificate of that subject, as openssl makes it; "" without openssl.
std::string certificate_of(const std::string& subject) {
  const auto folder = *base::TempDir::create("portique-plugin");
  const auto output = base::run_program({"openssl",
                                         "req",
                                         "-x509",
                                         "-newkey",
                                         "rsa:2048",
                                         "-nodes",
                                         "-keyout",
                                         folder.path() / "key",
                                         "-out",
                                         folder.path() / "pem",
                                         "-subj",
                                         subject});
  return output && output->exit_status == 0 ? *base::read_file(folder.path() / "pem", 100'000) : "";
}

TEST(PluginProtocol, ReadsTheCertificate) {
  const std::string pem = certificate_of("/O=dev/O=ops/OU=team1/CN=alice");
  if (pem.empty()) GTEST_SKIP() << "no openssl program";
  const auto question = [&](const std::string& user) {
    return parse_plugin_question(R"({"RequestMethod":"GET","RequestUri":"/x","User":")" + user +
                                 R"(","UserAuthNMethod":"TLS","RequestPeerCertificates":[")" +
                                 base::to_base64(pem) + R"("]})");
  };
  const auto alice = question("alice");
  ASSERT_TRUE(alice) << alice.error().text();
  EXPECT_EQ(alice->caller.proof, Proof::Certificate);
  EXPECT_EQ(alice->caller.user, "alice");
  EXPECT_THAT(alice->caller.groups, testing::ElementsAre("dev", "ops", "team1"));
  EXPECT_EQ(alice->caller.certificate.size(), 64);
  EXPECT_FALSE(question("bob"));
}

TEST(PluginProtocol, LetsTheJudgesOwnLooksThrough) {
  StandInJudge judge;
  judge.allows = [](const EngineRequest&) { return false; };
  PluginProtocol protocol(judge, "s3cret");
  const auto with = [&](const std::string& method, const std::string& token) {
    return ask(protocol,
               "AuthZPlugin.AuthZReq",
               R"({"RequestMethod":")" + method +
                   R"(","RequestUri":"/x","RequestHeaders":{"Portique-View":")" + token + R"("}})")
        .body;
  };
  EXPECT_EQ(with("GET", "s3cret"), R"({"Allow":true})");
  EXPECT_TRUE(judge.asked().empty());
  EXPECT_THAT(with("GET", "s3creT"), testing::HasSubstr("false"));
  EXPECT_THAT(with("GET", ""), testing::HasSubstr("false"));
  EXPECT_THAT(with("DELETE", "s3cret"), testing::HasSubstr("false"));
  PluginProtocol without(judge, "");
  EXPECT_THAT(
      ask(without,
          "AuthZPlugin.AuthZReq",
          R"({"RequestMethod":"GET","RequestUri":"/x","RequestHeaders":{"Portique-View":""}})")
          .body,
      testing::HasSubstr("false"));
}

TEST(PluginProtocol, TellsTheJudgeTheAnswerThatItWants) {
  StandInJudge judge;
  judge.wants_answers = true;
  PluginProtocol protocol(judge, "");
  const auto create = [](const std::string& name, const std::string& answer) {
    return R"({"RequestMethod":"POST","RequestUri":"/containers/create?name=)" + name + "\"" +
           answer + "}";
  };
  const std::string answered =
      R"(,"ResponseStatusCode":201,"ResponseBody":")" + base::to_base64(R"({"Id":"x"})") + R"(")";
  ask(protocol, "AuthZPlugin.AuthZReq", create("a", ""));
  ask(protocol, "AuthZPlugin.AuthZReq", create("a", ""));
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZRes", create("b", answered)).body, R"({"Allow":true})");
  EXPECT_TRUE(judge.completed_calls().empty());
  for (int i = 0; i < 3; ++i)
    ask(protocol, "AuthZPlugin.AuthZRes", create("a", answered));
  ASSERT_EQ(judge.completed_calls().size(), 2);
  EXPECT_EQ(judge.completed_calls()[0], std::make_pair(201, std::string(R"({"Id":"x"})")));
  EXPECT_EQ(ask(protocol, "AuthZPlugin.AuthZRes", "not JSON").body, R"({"Allow":true})");
}

TEST(PluginProtocol, ForgetsTheOldestRulingWhenThereAreTooMany) {
  StandInJudge judge;
  judge.wants_answers = true;
  PluginProtocol protocol(judge, "");
  const auto create = [](int number) {
    return R"({"RequestMethod":"POST","RequestUri":"/create?name=)" + std::to_string(number) +
           "\"}";
  };
  for (int i = 0; i < 4097; ++i)
    ask(protocol, "AuthZPlugin.AuthZReq", create(i));
  ask(protocol, "AuthZPlugin.AuthZRes", create(0));
  EXPECT_TRUE(judge.completed_calls().empty());
  ask(protocol, "AuthZPlugin.AuthZRes", create(1));
  EXPECT_EQ(judge.completed_calls().size(), 1);
}

} // namespace

} // namespace portique::access
