#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/builds/build_facts.h"
#include "portique/access/builds/http2_test_support.h"

namespace portique::access {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::UnorderedElementsAreArray;

/// pb.Definition of some pb.Op.
std::string definition(std::initializer_list<std::string> operations) {
  ProtobufWriter out;
  for (const std::string& operation : operations)
    out.bytes(1, operation);
  return out.text();
}

std::string source(std::string_view identifier) {
  return ProtobufWriter().bytes(3, ProtobufWriter().bytes(1, identifier).text()).text();
}

std::string exec(const ProtobufWriter& members) {
  return ProtobufWriter().bytes(2, members.text()).text();
}

TEST(BuildFacts, OfControlSolve) {
  struct Case {
    const char* name;
    ProtobufWriter request;
    std::vector<std::string> images;
    std::vector<std::string> entitlements;
  };

  const auto llb = [](std::initializer_list<std::string> operations) {
    return ProtobufWriter().bytes(2, definition(operations));
  };
  const auto option = [](std::string_view key, std::string_view value) {
    return ProtobufWriter().bytes(6, "dockerfile.v0").entry(7, key, value);
  };
  const std::vector<Case> cases{
      {"nothing", ProtobufWriter(), {}, {}},
      {"images in a definition",
       llb({source("docker-image://docker.io/library/alpine:latest"),
            source("local://context"),
            source("git://example.org/x.git")}),
       {"docker.io/library/alpine:latest"},
       {}},
      {"a layout in the session", llb({source("oci-layout://x@sha256:00")}), {}, {"unseen"}},
      {"host network", llb({exec(ProtobufWriter().number(3, 1))}), {}, {"network.host"}},
      {"no network", llb({exec(ProtobufWriter().number(3, 2))}), {}, {}},
      {"insecure", llb({exec(ProtobufWriter().number(4, 1))}), {}, {"security.insecure"}},
      {"secret mount",
       llb({exec(ProtobufWriter().bytes(2, ProtobufWriter().number(6, 1).text()))}),
       {},
       {"secret"}},
      {"secret by its options only",
       llb({exec(ProtobufWriter().bytes(2, ProtobufWriter().bytes(21, "").text()))}),
       {},
       {"secret"}},
      {"ssh mount",
       llb({exec(ProtobufWriter().bytes(2, ProtobufWriter().number(6, 2).text()))}),
       {},
       {"ssh"}},
      {"cache mount",
       llb({exec(ProtobufWriter().bytes(2, ProtobufWriter().number(6, 3).text()))}),
       {},
       {}},
      {"secret in the environment", llb({exec(ProtobufWriter().bytes(5, ""))}), {}, {"secret"}},
      {"device", llb({exec(ProtobufWriter().bytes(6, ""))}), {}, {"device"}},
      {"granted host network", ProtobufWriter().bytes(9, "network.host"), {}, {"network.host"}},
      {"granted device", ProtobufWriter().bytes(9, "device=gpu"), {}, {"device"}},
      {"granted what is new", ProtobufWriter().bytes(9, "escape.all"), {}, {"unseen"}},
      {"forced network", option("force-network-mode", "host"), {}, {"network.host"}},
      {"forced to none", option("force-network-mode", "none"), {}, {}},
      {"harmless options", option("target", "x").entry(7, "label:a", "b"), {}, {}},
      {"named context", option("context:alpine", "docker-image://evil"), {"evil"}, {}},
      {"named local context", option("context:src", "local:src"), {}, {}},
      {"remote context", option("context", "https://example.org/x.git"), {}, {"unseen"}},
      {"other folder of Dockerfiles", option("dockerfilekey", "context"), {}, {"unseen"}},
      {"syntax as an argument",
       option("build-arg:BUILDKIT_SYNTAX", "evil/frontend"),
       {"evil/frontend"},
       {"frontend"}},
      {"frontend in an image",
       ProtobufWriter().bytes(6, "gateway.v0").entry(7, "source", "evil/frontend"),
       {"evil/frontend"},
       {"frontend"}},
      {"unknown frontend", ProtobufWriter().bytes(6, "other.v9"), {}, {"unseen"}},
      {"inputs",
       ProtobufWriter().entry(10, "x", definition({source("docker-image://in/put")})),
       {"in/put"},
       {}},
      {"a Dockerfile out of inputs",
       ProtobufWriter().bytes(6, "dockerfile.v0").entry(10, "dockerfile", definition({})),
       {},
       {"unseen"}},
      {"a context out of inputs",
       ProtobufWriter().entry(10, "context", definition({source("docker-image://in/put")})),
       {"in/put"},
       {"unseen"}},
      {"a definition within",
       llb({ProtobufWriter()
                .bytes(
                    5,
                    ProtobufWriter().bytes(3, definition({source("docker-image://deep")})).text())
                .text()}),
       {"deep"},
       {"unseen"}},
  };
  for (const Case& item : cases) {
    const auto request = read_control_solve(item.request.text());
    ASSERT_TRUE(request) << item.name << ": " << request.error().text();
    EXPECT_THAT(request->facts.images, ElementsAreArray(item.images)) << item.name;
    EXPECT_THAT(request->facts.entitlements, ElementsAreArray(item.entitlements)) << item.name;
  }
}

TEST(BuildFacts, KnowsWhatImagesWouldBeCalled) {
  const auto names = [](const ProtobufWriter& request) {
    return read_control_solve(request.text()).value().facts.produces;
  };
  EXPECT_THAT(names(ProtobufWriter().bytes(3, "moby").entry(4, "name", "a/b, c:1")),
              ElementsAre("a/b", "c:1"));
  EXPECT_THAT(
      names(ProtobufWriter().bytes(
          13,
          ProtobufWriter().bytes(1, "image").entry(2, "push", "").entry(2, "name", "x").text())),
      ElementsAre("x"));
  EXPECT_THAT(names(ProtobufWriter().entry(4, "dest", "x")), ElementsAre());
}

TEST(BuildFacts, KnowsSessionAndArguments) {
  const auto request =
      read_control_solve(
          ProtobufWriter().bytes(5, "s1").entry(7, "build-arg:BASE", "debian:12").text())
          .value();
  EXPECT_EQ(request.session, "s1");
  EXPECT_EQ(request.arguments.at("BASE"), "debian:12");
}

TEST(BuildFacts, OfTheBridge) {
  const auto request =
      read_bridge_solve(ProtobufWriter()
                            .bytes(1, definition({source("docker-image://a")}))
                            .bytes(2, "dockerfile.v0")
                            .entry(3, "force-network-mode", "host")
                            .entry(13, "x", definition({source("docker-image://b")}))
                            .text())
          .value();
  EXPECT_THAT(request.facts.images, ElementsAre("a", "b"));
  EXPECT_THAT(request.facts.entitlements, ElementsAre("network.host"));
  const auto container =
      read_new_container(
          ProtobufWriter().bytes(2, ProtobufWriter().number(6, 2).text()).number(3, 1).text())
          .value();
  EXPECT_THAT(container.facts.entitlements, ElementsAre("ssh", "network.host"));
}

TEST(BuildFacts, RefusesWhatIsBroken) {
  EXPECT_FALSE(read_control_solve("\x12\x05"));
  EXPECT_FALSE(read_control_solve(ProtobufWriter().bytes(2, "\x0A\x03zz").text()));
  std::string nested = definition({});
  for (int i = 0; i < 10; ++i)
    nested =
        definition({ProtobufWriter().bytes(5, ProtobufWriter().bytes(3, nested).text()).text()});
  EXPECT_FALSE(read_control_solve(ProtobufWriter().bytes(2, nested).text()));
}

TEST(BuildFacts, OfDockerfiles) {
  struct Case {
    const char* text;
    BuildArguments arguments;
    std::vector<std::string> images;
    std::vector<std::string> entitlements;
  };

  const std::vector<Case> cases{
      {"FROM alpine\n", {}, {"alpine"}, {}},
      {"FROM scratch\nCOPY a /\n", {}, {}, {}},
      {"FROM --platform=linux/amd64 a AS b\nFROM b\nFROM c\n", {}, {"a", "c"}, {}},
      {"FROM a AS Build\nFROM b\nCOPY --from=build /x /\nCOPY --from=0 /x /\n", {}, {"a", "b"}, {}},
      {"FROM a\nCOPY --from=evil/image /x /\n", {}, {"a", "evil/image"}, {}},
      {"FROM a\nRUN --mount=type=bind,from=evil,target=/x true\n", {}, {"a", "evil"}, {}},
      {"ARG V=12\nFROM debian:$V\n", {}, {"debian:12"}, {}},
      {"ARG V=12\nFROM debian:$V\n", {{"V", "11"}}, {"debian:11"}, {}},
      {"ARG BASE\nFROM ${BASE}\n", {{"BASE", "evil"}}, {"evil"}, {}},
      {"ARG BASE\nFROM ${BASE}\n", {}, {""}, {"unseen"}},
      {"ARG BASE\nFROM ${BASE:-fine}\n", {}, {"fine"}, {}},
      {"ARG BASE\nFROM a\nARG BASE\nCOPY --from=$BASE /x /\n",
       {{"BASE", "evil"}},
       {"a", "evil"},
       {}},
      {"FROM a\nRUN --network=host true\n", {}, {"a"}, {"network.host"}},
      {"FROM a\nRUN --network=none true\n", {}, {"a"}, {}},
      {"FROM a\nRUN --security=insecure true\n", {}, {"a"}, {"security.insecure"}},
      {"FROM a\nRUN --mount=type=secret,id=x --mount=type=ssh true\n",
       {},
       {"a"},
       {"secret", "ssh"}},
      {"FROM a\nRUN --mount=id=x,type=SECRET true\n", {}, {"a"}, {"secret"}},
      {"FROM a\nRUN --mount=\"type=secret\",id=x true\n", {}, {"a"}, {"secret"}},
      {"# syntax=evil/frontend:1\nFROM a\n", {}, {"evil/frontend:1", "a"}, {"frontend"}},
      {"#!/usr/bin/env x\n# syntax = evil\nFROM a\n", {}, {"evil", "a"}, {"frontend"}},
      {"// syntax=evil\nFROM a\n", {}, {"a"}, {"unseen"}},
      {"{\"syntax\": \"evil\"}\n", {}, {}, {"unseen"}},
      {"\xEF\xBB\xBF"
       "FROM a\n",
       {},
       {"a"},
       {}},
      {"from a\n", {}, {"a"}, {}},
      {"FROM \\\n  a\n", {}, {"a"}, {}},
      {"# escape=`\nFROM `\n  a\n", {}, {"a"}, {}},
      {"FROM a\nRUN <<E\nFROM inside\nE\nFROM b\n", {}, {"a", "b"}, {}},
      {"", {}, {}, {"unseen"}},
  };
  for (const Case& item : cases) {
    const WorkloadFacts facts = dockerfile_facts(item.text, item.arguments);
    std::vector<std::string> images = item.images;
    std::erase(images, "");
    EXPECT_THAT(facts.images, UnorderedElementsAreArray(images)) << item.text;
    EXPECT_THAT(facts.entitlements, UnorderedElementsAreArray(item.entitlements)) << item.text;
  }
}

} // namespace
} // namespace portique::access
