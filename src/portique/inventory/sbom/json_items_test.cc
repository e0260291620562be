#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/sbom/json_items.h"

namespace portique::inventory {
namespace {

/// Writes down what it is handed; wants what the test says.
class Recorder : public JsonItems {
public:
  Want want(std::string_view path) override {
    if (path.empty() || path == "list" || path == "in") return Want::Enter;
    if (path == "list/-" || path == "value" || path == "in/side") return Want::Value;
    return path == "text" ? Want::Text : Want::Skip;
  }

  base::Result<void> take(std::string_view path, const boost::json::value& value) override {
    log += std::string(path) + "=" + boost::json::serialize(value) + ";";
    if (value.is_string() && value.get_string() == "stop")
      return base::fail(base::Code::InvalidArgument, "stopped");
    return {};
  }

  base::Result<void> take_text(std::string_view /*path*/, std::string_view piece) override {
    text += piece;
    return {};
  }

  void too_large(std::string_view path) override { log += std::string(path) + " too large;"; }

  base::Result<void> leave(std::string_view path) override {
    log += std::string(path) + " left;";
    return {};
  }

  std::string log;
  std::string text;
};

TEST(JsonItems, PiecesOfAnySizeGiveTheSame) {
  const std::string document =
      R"({"skip":{"a":[1,{"value":2}]},"value":{"k\u00e9y":[true,null,-1,2.5,"\n\u00e9"]},
         "list":[1,"two",{"three":[3]},[]],"in":{"side":"\ud83d\ude00","other":1},"text":"a\nb",
         "in":{}})";
  const std::string want = "value={\"ké"
                           "y\":[true,null,-1,2.5E0,\"\\né\"]};list/-=1;list/-=\"two\";"
                           "list/-={\"three\":[3]};list/-=[];list left;in/side=\"😀\";in left;"
                           "text left;in left; left;";
  for (const std::size_t size : {1UL, 2UL, 3UL, 7UL, 1000UL}) {
    Recorder recorder;
    JsonItemReader reader(recorder, 10'000);
    for (std::size_t at = 0; at < document.size(); at += size)
      ASSERT_TRUE(reader.read(std::string_view(document).substr(at, size)));
    ASSERT_TRUE(reader.finish());
    EXPECT_EQ(recorder.log, want) << size;
    EXPECT_EQ(recorder.text, "a\nb");
  }
}

TEST(JsonItems, EnteredValuesWithoutMembersAreHandedOver) {
  Recorder recorder;
  JsonItemReader reader(recorder, 10'000);
  ASSERT_TRUE(reader.read(R"({"list":"none","text":{"a":1},"in":null})"));
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(recorder.log, "list=\"none\";in=null; left;");
}

TEST(JsonItems, PassesOverWhatIsTooLarge) {
  Recorder recorder;
  JsonItemReader reader(recorder, 200);
  const std::string large(500, 'x');
  ASSERT_TRUE(reader.read(R"({"list":[")" + large + R"(",{"a":[")" + large + R"("]},{")" + large +
                          R"(":1},[1,1,1,1,1,1,1,1,1,1],2]})"));
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(
      recorder.log,
      "list/- too large;list/- too large;list/- too large;list/- too large;list/-=2;list left; "
      "left;");
}

TEST(JsonItems, StopsWithTheErrorOfItsReader) {
  Recorder recorder;
  JsonItemReader reader(recorder, 200);
  const auto read = reader.read(R"({"value":"stop","list":[1]})");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message(), "stopped");
}

TEST(JsonItems, TellsWhereTheTextBreaksTheFormat) {
  Recorder recorder;
  JsonItemReader reader(recorder, 200);
  ASSERT_TRUE(reader.read("{\"value\":"));
  const auto read = reader.read("}");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message(), ::testing::HasSubstr("at byte 9"));
  JsonItemReader early(recorder, 200);
  ASSERT_TRUE(early.read("{\"value\":"));
  EXPECT_EQ(early.finish().error().code(), base::Code::Truncated);
}

TEST(JsonItems, ReadsNoFurtherThanTheDocument) {
  Recorder recorder;
  JsonItemReader reader(recorder, 200);
  EXPECT_EQ(reader.read("{} {}").value(), 3U);
  EXPECT_TRUE(reader.done());
}

} // namespace
} // namespace portique::inventory
