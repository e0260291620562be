#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/image/manifest.h"

namespace portique::image {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

model::ImageConfig run_of(std::string_view config) {
  const std::string text = R"({"rootfs": {"diff_ids": []}, "config": )" + std::string(config) + "}";
  const auto parsed = parse_config(text, base::Limits());
  EXPECT_TRUE(parsed.has_value());
  return parsed ? parsed->run : model::ImageConfig();
}

TEST(ImageConfig, SaysHowTheImageWantsToBeRun) {
  const model::ImageConfig run = run_of(R"({
    "User": "app:web", "Env": ["PATH=/bin", "A=b=c"], "Entrypoint": ["/bin/app"], "Cmd": ["-v"],
    "ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Volumes": {"/data": {}}, "WorkingDir": "/srv",
    "StopSignal": "SIGINT", "Healthcheck": {"Test": ["CMD", "true"]},
    "Labels": {"team": "web", "odd": 5}})");
  EXPECT_EQ(run.user, "app:web");
  EXPECT_THAT(run.env, ElementsAre("PATH=/bin", "A=b=c"));
  EXPECT_THAT(run.entrypoint, ElementsAre("/bin/app"));
  EXPECT_THAT(run.command, ElementsAre("-v"));
  EXPECT_THAT(run.ports, ElementsAre("80/tcp", "53/udp"));
  EXPECT_THAT(run.volumes, ElementsAre("/data"));
  EXPECT_EQ(run.working_dir, "/srv");
  EXPECT_EQ(run.stop_signal, "SIGINT");
  EXPECT_TRUE(run.has_healthcheck);
  EXPECT_THAT(run.labels, ElementsAre(model::ImageLabel{"team", "web"}));
}

TEST(ImageConfig, IsEmptyWhereNothingIsSaidOrItMakesNoSense) {
  for (const char* config : {"{}", "null", "[]", R"({"Env": "x", "Labels": [], "Cmd": null})"})
    EXPECT_EQ(run_of(config), model::ImageConfig()) << config;
  EXPECT_FALSE(run_of(R"({"Healthcheck": {"Test": ["NONE"]}})").has_healthcheck);
  EXPECT_THAT(run_of(R"({"Env": [1, "A=\u0000b", null]})").env,
              ElementsAre(std::string("A=\0b", 4)));
  EXPECT_THAT(run_of(R"({"ExposedPorts": ["80/tcp"]})").ports, IsEmpty());
}

} // namespace
} // namespace portique::image
