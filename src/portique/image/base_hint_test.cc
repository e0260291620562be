#include <gtest/gtest.h>

#include "portique/image/base_hint.h"

namespace portique::image {
namespace {

/// A line a step; one that begins with '-' made no layer.
Config config_of(std::initializer_list<std::string_view> steps) {
  Config config;
  for (const std::string_view step : steps) {
    const bool empty = step.starts_with('-');
    config.history.push_back({std::string(step.substr(empty ? 1 : 0)), {}, empty});
    if (!empty) config.diff_ids.emplace_back();
  }
  return config;
}

TEST(BaseHint, TheBaseEndsWithWhatItRuns) {
  struct Case {
    std::string_view name;
    Config config;
    std::size_t layers;
  };

  const Case cases[] = {
      {"a base alone", config_of({"ADD file:1 in /", "-CMD [\"/bin/sh\"]"}), 0},
      {"one step on alpine",
       config_of({"/bin/sh -c #(nop) ADD file:1 in / ",
                  "-/bin/sh -c #(nop)  CMD [\"/bin/sh\"]",
                  "RUN apk add curl # buildkit",
                  "-CMD [\"/run\"]"}),
       1},
      {"python on debian: its own CMD is no boundary",
       config_of({"ADD file:1 in /",
                  "-CMD [\"bash\"]",
                  "-ENV X=1",
                  "RUN one",
                  "RUN two",
                  "-CMD [\"python3\"]"}),
       1},
      {"an application on python on debian",
       config_of({"ADD file:1 in /",
                  "-CMD [\"bash\"]",
                  "-ENV X=1",
                  "RUN one",
                  "RUN two",
                  "-CMD [\"python3\"]",
                  "-WORKDIR /app",
                  "COPY . . # buildkit",
                  "-ENTRYPOINT [\"/app\"]"}),
       3},
      {"a base that has an entry point only",
       config_of({"COPY / /", "-ENTRYPOINT [\"/pause\"]", "COPY x /"}),
       1},
      {"debian as it is imported now",
       config_of(
           {"# debian.sh --arch 'amd64' out/ 'bookworm' '@1700000000'", "RUN apt-get update"}),
       1},
      {"debian alone", config_of({"# debian.sh --arch 'amd64' out/ 'bookworm'"}), 0},
      {"nothing to go by", config_of({"COPY a /", "COPY b /"}), 0},
      {"a shell form that only mentions it",
       config_of({"COPY a /", "-LABEL x=CMD ", "COPY b /"}),
       0},
      {"no history", config_of({}), 0},
  };
  for (const Case& row : cases)
    EXPECT_EQ(base_hint_of(row.config).layers, row.layers) << row.name;
}

TEST(BaseHint, AHistoryThatFitsNoLayersTellsNothing) {
  Config config = config_of({"ADD a", "ADD b", "-CMD x", "RUN c"});
  config.diff_ids.resize(2);
  EXPECT_EQ(base_hint_of(config).layers, 0U);
}

TEST(BaseHint, ReadsTheLabels) {
  const auto config = parse_config(R"({"config": {"Labels": {
      "org.opencontainers.image.base.name": "docker.io/library/alpine:3.19",
      "org.opencontainers.image.base.digest": "sha256:00"}}})",
                                   {});
  ASSERT_TRUE(config.has_value());
  const model::BaseHint hint = base_hint_of(*config);
  EXPECT_EQ(hint.name, "docker.io/library/alpine:3.19");
  EXPECT_EQ(hint.digest, "sha256:00");
  EXPECT_EQ(hint.layers, 0U);
}

} // namespace
} // namespace portique::image
