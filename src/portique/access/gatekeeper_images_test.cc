// Images under all the names and ids by which they can be asked for: what rules and roles make of
// them, and that nobody takes a name away from somebody else's image.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/access/docker/fake_engine_view.h"
#include "portique/access/docker/request_facts.h"
#include "portique/access/gatekeeper.h"
#include "portique/access/gatekeeper_test_support.h"
#include "portique/access/image_names.h"
#include "portique/access/roles/access_test_support.h"

namespace portique::access {
namespace {

using testing::HasSubstr;

std::string id_of(char digit) {
  return "sha256:" + std::string(64, digit);
}

/// Finds images as engines do: by name, else by the beginning of an id.
class ImagesView final : public FakeEngineView {
public:
  ImagesView() {
    const auto add = [&](char digit, std::vector<std::string> tags, std::string owner) {
      ImageFacts facts{.id = id_of(digit), .tags = std::move(tags), .owner = std::move(owner)};
      facts.user = "1000";
      list_.push_back(std::move(facts));
    };
    add('a', {"registry.corp/app:1"}, "");
    add('b', {"evil.example/app:1"}, "");
    add('c', {}, "");
    add('d', {"registry.corp/app:2", "evil.example/twin:1"}, "");
    add('e', {"nginx:latest"}, "");
    add('1', {"mine:1"}, "alice");
    add('2', {"theirs:1"}, "bob");
    list_.back().digests = {"theirs@" + id_of('f')};
    containers["by-id"] = {.id = std::string(64, '7'),
                           .name = "by-id",
                           .image = "bbbbbbbbbbbb",
                           .image_id = id_of('b')};
    containers["by-name"] = {.id = std::string(64, '8'),
                             .name = "by-name",
                             .image = "registry.corp/app:1",
                             .image_id = id_of('a')};
  }

  base::Result<std::optional<ImageFacts>> image(std::string_view reference) override {
    for (const ImageFacts& one : list_)
      for (const auto* names : {&one.tags, &one.digests})
        for (const std::string& name : *names)
          if (full_image_name(name) == full_image_name(reference)) return one;
    for (const ImageFacts& one : list_)
      if (begins_image_id(reference, one.id)) return one;
    return std::nullopt;
  }

private:
  std::vector<ImageFacts> list_;
};

/// Signs one image, and keeps what it was asked about.
class SignedImages final : public ImageTrust {
public:
  base::Result<ImageStanding> standing(std::string_view reference, std::string_view id) override {
    asked.emplace_back(std::string(reference) + " " + std::string(id));
    ImageStanding made;
    made.is_signed = id == id_of('a');
    return made;
  }

  std::vector<std::string> asked;
};

constexpr const char* kPolicy = R"(
roles:
  everybody: {allow: ["*"]}
  corporate:
    allow:
      - {actions: ["containers.*", "images.*"], image: "registry.corp/*"}
  no-evil:
    allow: ["*"]
    deny: [{actions: ["containers.*", images.tag], image: "evil.example/*"}]
  nginx-only: {allow: [{actions: [containers.create], image: nginx}]}
  builder: {allow: [{actions: ["images.*"], own: true}]}
  loader: {constraints: [own], allow: [images.load]}
bindings:
  loader: {users: [loader]}
  everybody: {users: [any]}
  corporate: {users: [corp]}
  no-evil: {users: [careful]}
  nginx-only: {users: [web]}
  builder: {users: [alice]}
  developer: {users: [dev]}
rules:
  - name: corporate-registry
    on: request
    deny: user.name = any and image.registry exists and not image.registry in (registry.corp)
    message: "{request.images} is from {image.registry}"
  - name: fixed
    on: request
    deny: user.name = any and not image.pinned = true and image.tag in (latest)
    message: "{request.images} moves"
  - name: corporate-names
    on: request
    deny: user.name = any and request.action = images.build and request.produces startswith registry.corp/
    message: "{request.produces} is not for builds"
)";

class GatekeeperImages : public testing::Test {
protected:
  std::unique_ptr<Gatekeeper> make(std::string policy) {
    auto made =
        std::make_unique<Gatekeeper>(GatekeeperParts{&view_,
                                                     &trail_,
                                                     &owners_,
                                                     &trust_,
                                                     [](const EngineCall& call, EngineView& view) {
                                                       return workload_facts(call, view);
                                                     }},
                                     GatekeeperOptions{.clock = [] { return kTestTime; }});
    const auto taken = made->offer({"access.yaml", std::move(policy), ""});
    EXPECT_TRUE(taken) << taken.error().text();
    return made;
  }

  static EngineRequest run(std::string_view image) {
    return request("POST",
                   "/v1.41/containers/create?name=new",
                   R"({"Image":")" + std::string(image) +
                       R"(","HostConfig":{"NetworkMode":"none"}})");
  }

  static EngineRequest stream(std::string target) {
    EngineRequest made = request("POST", std::move(target));
    made.body_state = BodyState::Streamed;
    return made;
  }

  ImagesView view_;
  FakeTrail trail_;
  FakeOwners owners_;
  SignedImages trust_;
};

struct Row {
  const char* who;
  EngineRequest asked;
  bool allow;
  const char* why; ///< a part of the reason
};

TEST_F(GatekeeperImages, RulesAndRolesSeeWhatAnImageReallyIs) {
  const auto keeper = make(kPolicy);
  const std::string digest = "@" + id_of('9');
  const std::vector<Row> rows{
      {"any", run("registry.corp/app:1"), true, ""},
      {"any", run("REGISTRY.corp/app:1"), true, ""},
      {"any", run("registry.corp/app" + digest), true, ""},
      {"any", run("registry.corp/app"), false, "registry.corp/app:latest moves"},
      {"any", run("nginx"), false, "docker.io/library/nginx:latest is from docker.io"},
      {"any", run("docker.io/nginx"), false, "docker.io"},
      {"any", run("index.docker.io/library/nginx"), false, "from docker.io"},
      {"any", run("evil.example/app:1"), false, "evil.example"},
      // By id: whole, without its prefix, short, either way.
      {"any", run(id_of('a')), true, ""},
      {"any", run(std::string(64, 'a')), true, ""},
      {"any", run("aaaaaaaaaaaa"), true, ""},
      {"any", run("sha256:aaaa"), true, ""},
      {"any", run(id_of('b')), false, "evil.example/app:1"},
      {"any", run(std::string(64, 'b')), false, "evil.example"},
      {"any", run("bbbb"), false, "evil.example"},
      {"any", run("sha256:bbbb"), false, "evil.example"},
      {"any", run("e"), false, "docker.io"},
      // What has no name is of no registry, whether or not the engine has it.
      {"any", run(id_of('c')), false, "is from sha256:cccc"},
      {"any", run("cccc"), false, "is from sha256:cccc"},
      {"any", run(id_of('0')), false, "is from sha256:0000"},
      {"any", run("sha256:0000"), false, "is from sha256:0000"},
      // One of several names is not enough by id; by name it is what it was asked for as.
      {"any", run(id_of('d')), false, "evil.example/twin:1"},
      {"any", run("registry.corp/app:2"), true, ""},
      {"any", run("evil.example/twin:1"), false, "evil.example"},
      // Selectors of roles mean the same.
      {"corp", run("registry.corp/app:1"), true, ""},
      {"corp", run("aaaa"), true, ""},
      {"corp", run("bbbb"), false, "no role"},
      {"corp", run(id_of('c')), false, "no role"},
      {"corp", run(id_of('d')), false, "no role"},
      {"careful", run("nginx"), true, ""},
      {"careful", run("EVIL.example/other"), false, "role no-evil denies"},
      {"careful", run("bbbb"), false, "role no-evil denies"},
      {"careful", run("dddd"), false, "role no-evil denies"},
      {"web", run("nginx"), true, ""},
      {"web", run("index.docker.io/library/nginx:1.27"), true, ""},
      {"web", run("eeee"), true, ""},
      {"web", run("aaaa"), false, "no role"},
      {"web", run("evil.example/nginx"), false, "no role"},
      // A container that was made from an id is one of that image's names.
      {"corp", request("POST", "/v1.41/containers/by-name/stop"), true, ""},
      {"corp", request("POST", "/v1.41/containers/by-id/stop"), false, "no role"},
      {"careful", request("POST", "/v1.41/containers/by-id/stop"), false, "role no-evil denies"},
      {"careful", request("POST", "/v1.41/containers/by-name/stop"), true, ""},
      // Names that are given are judged, and what gets them, too.
      {"any", request("POST", "/v1.41/images/aaaa/tag?repo=registry.corp/app&tag=3"), true, ""},
      {"any", request("POST", "/v1.41/images/aaaa/tag?repo=app&tag=3"), false, "docker.io"},
      {"any",
       request("POST", "/v1.41/images/bbbb/tag?repo=registry.corp/app&tag=3"),
       false,
       "evil"},
      {"any",
       request("POST", "/v1.41/images/cccc/tag?repo=registry.corp/app&tag=3"),
       false,
       "sha256"},
      {"any",
       request("POST", "/v1.41/images/nginx/tag?repo=registry.corp/app&tag=3"),
       false,
       "docker"},
      {"corp", request("POST", "/v1.41/images/aaaa/tag?repo=registry.corp/app&tag=3"), true, ""},
      {"corp",
       request("POST", "/v1.41/images/bbbb/tag?repo=registry.corp/app&tag=3"),
       false,
       "role"},
      {"careful", request("POST", "/v1.41/images/bbbb/tag?repo=app"), false, "role no-evil denies"},
      {"any",
       request("POST", "/v1.41/commit?container=by-name&repo=other.example/x&tag=1", "{}"),
       false,
       "other.example"},
      {"any",
       request("POST", "/v1.41/commit?container=by-name&repo=registry.corp/x&tag=1", "{}"),
       true,
       ""},
      {"any",
       stream("/v1.41/images/create?fromSrc=-&repo=other.example/x&tag=1"),
       false,
       "other.example"},
      {"any", stream("/v1.41/images/create?fromImage=nginx&tag=1"), false, "docker.io"},
      {"any", stream("/v1.41/images/create?fromImage=aaaa&tag=1"), false, "docker.io"},
      {"any", stream("/v1.41/images/create?fromImage=registry.corp/app"), true, ""},
      {"any", stream("/v1.41/build?t=app:1"), true, ""},
      {"any", stream("/v1.41/build?t=app:1&t=REGISTRY.corp/app:1"), false, "is not for builds"},
  };
  for (const Row& row : rows) {
    const Ruling ruling = keeper->judge(Gate::Guard, row.asked, test_caller(row.who));
    const std::string shown = std::string(row.who) + " " + row.asked.target + " " + row.asked.body +
                              "\n" + ruling.decision.reason;
    EXPECT_EQ(ruling.decision.allow, row.allow) << shown;
    EXPECT_THAT(ruling.decision.reason, HasSubstr(row.why)) << shown;
  }
}

TEST_F(GatekeeperImages, NobodyTakesANameFromAnothersImage) {
  const auto keeper = make(kPolicy);
  const std::string digest = "sha256%3A" + std::string(64, 'f');
  const std::vector<Row> rows{
      {"alice", stream("/v1.41/images/create?fromImage=new&tag=1"), true, ""},
      {"alice", stream("/v1.41/images/create?fromImage=mine&tag=1"), true, ""},
      {"alice", stream("/v1.41/images/create?fromImage=theirs&tag=1"), false, "which bob created"},
      {"alice", stream("/v1.41/images/create?fromImage=docker.io/theirs&tag=1"), false, "bob"},
      {"alice", stream("/v1.41/images/create?fromImage=theirs"), false, "no role"},
      {"alice", stream("/v1.41/build?t=new:1"), true, ""},
      {"alice", stream("/v1.41/build?t=new:1&t=theirs:1"), false, "no role"},
      {"alice", request("POST", "/v1.41/images/mine:1/tag?repo=new&tag=2"), true, ""},
      {"alice", request("POST", "/v1.41/images/mine:1/tag?repo=theirs&tag=1"), false, "no role"},
      {"alice", stream("/v1.41/images/load"), false, "no role"},
      {"any", stream("/v1.41/images/load"), true, ""},
      {"loader", stream("/v1.41/images/load"), false, "what the archive names"},
      // With the set `own`, which holds for developers.
      {"dev", stream("/v1.41/images/create?fromImage=new&tag=1"), true, ""},
      {"dev", stream("/v1.41/images/create?fromImage=nginx&tag=latest"), true, ""},
      {"dev", stream("/v1.41/images/create?fromImage=theirs&tag=1"), false, "others-resources"},
      {"dev", stream("/v1.41/images/create?fromImage=theirs&tag=2"), true, ""},
      {"dev", stream("/v1.41/images/create?fromImage=theirs&tag=" + digest), true, ""},
      {"dev", stream("/v1.41/images/create?fromImage=theirs"), false, "theirs:*"},
      {"dev", stream("/v1.41/build?t=theirs:1"), false, "others-resources"},
      {"dev", request("POST", "/v1.41/images/nginx/tag?repo=theirs&tag=1"), false, "others-res"},
      // Others may.
      {"any", stream("/v1.41/images/create?fromImage=registry.corp/app"), true, ""},
  };
  for (const Row& row : rows) {
    const Ruling ruling = keeper->judge(Gate::Guard, row.asked, test_caller(row.who));
    const std::string shown =
        std::string(row.who) + " " + row.asked.target + "\n" + ruling.decision.reason;
    EXPECT_EQ(ruling.decision.allow, row.allow) << shown;
    EXPECT_THAT(ruling.decision.reason, HasSubstr(row.why)) << shown;
  }
}

TEST_F(GatekeeperImages, TheReadySetLetsNoNameBeMadeUp) {
  const auto keeper = make("bindings: {operator: {users: [op]}}\nconstraints: [images]\n"
                           "lists: {trusted_registries: [registry.corp]}\n"
                           "disable: [image-not-scanned]\n");
  const std::vector<Row> rows{
      {"op", run("registry.corp/app:1"), true, ""},
      {"op", run(id_of('a')), true, ""},
      {"op", run(id_of('b')), false, "untrusted-registry"},
      {"op", run(id_of('c')), false, "untrusted-registry"},
      {"op", run("registry.corp/app:2"), false, "image-unsigned"},
      {"op",
       request("POST", "/v1.41/images/bbbb/tag?repo=registry.corp/x&tag=1"),
       false,
       "untrusted-registry"},
      {"op",
       request("POST", "/v1.41/images/cccc/tag?repo=registry.corp/x&tag=1"),
       false,
       "untrusted-registry"},
      {"op", request("POST", "/v1.41/images/aaaa/tag?repo=registry.corp/x&tag=1"), true, ""},
      {"op",
       request("POST", "/v1.41/commit?container=by-name&repo=registry.corp/x&tag=1", "{}"),
       false,
       "image-from-file"},
      {"op",
       stream("/v1.41/images/create?fromSrc=-&repo=registry.corp/x&tag=1"),
       false,
       "image-from-file"},
      {"op", stream("/v1.41/images/load"), false, "image-from-file"},
  };
  for (const Row& row : rows) {
    const Ruling ruling = keeper->judge(Gate::Guard, row.asked, test_caller(row.who));
    const std::string shown =
        row.asked.target + " " + row.asked.body + "\n" + ruling.decision.reason;
    EXPECT_EQ(ruling.decision.allow, row.allow) << shown;
    EXPECT_THAT(ruling.decision.reason, HasSubstr(row.why)) << shown;
  }
  // The registry is asked by a name, whatever the request wrote.
  EXPECT_THAT(trust_.asked, testing::Contains("registry.corp/app:1 " + id_of('a')));
}

} // namespace
} // namespace portique::access
