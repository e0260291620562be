#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/engine_types.h"
#include "portique/access/docker/go_json.h"
#include "portique/base/json.h"

namespace portique::access {
namespace {

namespace json = boost::json;

const GoType& create_type() {
  return *engine_body_type("containers.create");
}

TEST(GoJson, ReadsAsEncodingJsonDoes) {
  const struct {
    std::string_view name;
    std::string_view text;
    std::string_view want;
  } rows[] = {
      {"any case",
       R"({"HOSTCONFIG":{"PRIVILEGED":true}})",
       R"({"HostConfig":{"Privileged":true}})"},
      {"long s",
       "{\"Ho\xC5\xBFtConfig\":{\"Privileged\":true}}",
       R"({"HostConfig":{"Privileged":true}})"},
      {"Kelvin sign",
       "{\"HostConfig\":{\"Networ\xE2\x84\xAAMode\":\"host\"}}",
       R"({"HostConfig":{"NetworkMode":"host"}})"},
      {"long s as an escape",
       R"({"Ho\u017ftConfig":{"Pid\u004dode":"host"}})",
       R"({"HostConfig":{"PidMode":"host"}})"},
      {"other characters do not fold", "{\"Ho\xC3\x9FtConfig\":{}}", "{\"Ho\xC3\x9FtConfig\":{}}"},
      {"the last scalar wins",
       R"({"HostConfig":{"Privileged":true,"Privileged":false,"privileged":true}})",
       R"({"HostConfig":{"Privileged":true}})"},
      {"the last scalar wins, harmless",
       R"({"HostConfig":{"Privileged":true,"PRIVILEGED":false}})",
       R"({"HostConfig":{"Privileged":false}})"},
      {"objects merge",
       R"({"HostConfig":{"Privileged":true},"hostconfig":{"PidMode":"host"}})",
       R"({"HostConfig":{"Privileged":true,"PidMode":"host"}})"},
      {"null leaves a scalar",
       R"({"HostConfig":{"Privileged":true,"Privileged":null}})",
       R"({"HostConfig":{"Privileged":true}})"},
      {"null clears a pointer", R"({"HostConfig":{"Privileged":true},"HostConfig":null})", "{}"},
      {"null clears a pointer to a scalar",
       R"({"HostConfig":{"PidsLimit":5,"PidsLimit":null}})",
       R"({"HostConfig":{}})"},
      {"null clears a list",
       R"({"HostConfig":{"Binds":["/:/h"],"Binds":null}})",
       R"({"HostConfig":{}})"},
      {"after null an object is new",
       R"({"HostConfig":{"Privileged":true},"HostConfig":null,"HostConfig":{}})",
       R"({"HostConfig":{}})"},
      {"null leaves a struct that is no pointer",
       R"({"HostConfig":{"LogConfig":{"Type":"x"},"LogConfig":null}})",
       R"({"HostConfig":{"LogConfig":{"Type":"x"}}})"},
      {"maps merge, keys by case",
       R"({"Labels":{"a":"1","b":"2"},"Labels":{"A":"3","b":"4"}})",
       R"({"Labels":{"a":"1","b":"4","A":"3"}})"},
      {"null in a map of texts", R"({"Labels":{"a":null}})", R"({"Labels":{"a":""}})"},
      {"null in a list of texts", R"({"Env":[null,"a"]})", R"({"Env":["","a"]})"},
      {"a command as text", R"({"Cmd":"sh -c id"})", R"({"Cmd":["sh -c id"]})"},
      {"a later text replaces a list", R"({"Cmd":["a","b"],"cmd":"c"})", R"({"Cmd":["c"]})"},
      {"unknown members stay",
       R"({"Later":{"a":[1,{"b":null}]}})",
       R"({"Later":{"a":[1,{"b":null}]}})"},
      {"blanks and line breaks", " \r\n\t{ \"Tty\" :\ttrue }\n", R"({"Tty":true})"},
      {"escapes",
       R"({"User":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"})",
       R"({"User":"\"\\/\b\f\n\r\té😀"})"},
      {"numbers",
       R"({"HostConfig":{"Memory":-0,"NanoCpus":9223372036854775807}})",
       R"({"HostConfig":{"Memory":0,"NanoCpus":9223372036854775807}})"},
      {"null alone", "null", "null"},
      {"members of embedded structs",
       R"({"Image":"a","Binds":["/:/h"]})",
       R"({"Image":"a","Binds":["/:/h"]})"},
  };

  for (const auto& row : rows) {
    const auto value = read_go_json(row.text, create_type());
    ASSERT_TRUE(value) << row.name << ": " << value.error().text();
    EXPECT_EQ(*value, json::parse(row.want)) << row.name << ": " << *value;
  }
}

TEST(GoJson, RefusesWhatGoWouldRefuseAndWhatIsAmbiguous) {
  const struct {
    std::string_view text;
    std::string_view part;
  } rows[] = {
      {"", "not JSON"},
      {"[]", "an object"},
      {"true", "an object"},
      {R"({"HostConfig":[]})", "an object"},
      {R"({"HostConfig":{"Privileged":"true"}})", "true or false"},
      {R"({"HostConfig":{"Privileged":1}})", "true or false"},
      {R"({"HostConfig":{"Memory":"5"}})", "a whole number"},
      {R"({"HostConfig":{"Memory":1.0}})", "cannot hold"},
      {R"({"HostConfig":{"Memory":1e3}})", "cannot hold"},
      {R"({"HostConfig":{"Memory":99999999999999999999}})", "cannot hold"},
      {R"({"HostConfig":{"Binds":"/:/h"}})", "a list"},
      {R"({"HostConfig":{"Binds":[1]}})", "a text"},
      {R"({"HostConfig":{"Binds":["/:/h"],"binds":[]}})", "twice"},
      {R"({"HostConfig":{"Binds":["/:/h"]},"HostConfig":{"Binds":[null]}})", "twice"},
      {R"({"HostConfig":{"Mounts":[{"Source":"/"}],"Mounts":[{"Type":"bind"}]}})", "twice"},
      {R"({} {})", "behind"},
      {R"({}x)", "behind"},
      {R"({"a":1,})", "not JSON"},
      {R"({"a":1 "b":2})", "not JSON"},
      {R"({a:1})", "not JSON"},
      {R"({'a':1})", "not JSON"},
      {R"({"a":01})", "not JSON"},
      {R"({"a":+1})", "not JSON"},
      {R"({"a":.5})", "not JSON"},
      {R"({"a":1.})", "not JSON"},
      {R"({"a":1e})", "not JSON"},
      {R"({"a":NaN})", "not JSON"},
      {R"({"a":tru})", "not JSON"},
      {R"({"a":nul})", "not JSON"},
      {R"({"a":"\x"})", "not JSON"},
      {R"({"a":"\u12"})", "not JSON"},
      {R"({"a":"\ud800"})", "half"},
      {R"({"a":"\udc00"})", "half"},
      {R"({"a":"\ud800\u0041"})", "half"},
      {"{\"a\":\"\n\"}", "control"},
      {R"({"a":"b)", "no end"},
      {R"({"a":[1)", "not JSON"},
      {R"({"a")", "not JSON"},
      {"{\"a\":\"\xFF\"}", "UTF-8"},
      {"{\"a\":\"\xC0\xAF\"}", "UTF-8"},
      {"\xEF\xBB\xBF{}", "not JSON"},
      {"/**/{}", "not JSON"},
  };

  for (const auto& row : rows) {
    const auto value = read_go_json(row.text, create_type());
    ASSERT_FALSE(value) << row.text;
    EXPECT_NE(value.error().text().find(row.part), std::string::npos)
        << row.text << ": " << value.error().text();
  }
  EXPECT_FALSE(read_go_json(std::string_view("{}\0", 3), create_type()));
}

TEST(GoJson, IsBounded) {
  EXPECT_FALSE(read_go_json(std::string(100'000, '['), GoType{}));
  EXPECT_TRUE(read_go_json(std::string(30, '[') + std::string(30, ']'), GoType{}));
  EXPECT_FALSE(read_go_json(std::string(33, '[') + std::string(33, ']'), GoType{}));
  std::string many = "[0";
  for (int i = 0; i < 200'001; ++i)
    many += ",0";
  const auto refused = read_go_json(many + "]", GoType{});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), base::Code::LimitExceeded);
  EXPECT_FALSE(read_go_json(std::string(17ULL << 20U, ' ') + "{}", GoType{}));
}

TEST(GoJson, EveryBodyTypeTakesAnEmptyValue) {
  for (const std::string_view action : {"containers.create", "services.create", "swarm.init"})
    EXPECT_TRUE(read_go_json("{}", *engine_body_type(action))) << action;
  EXPECT_TRUE(read_go_json("[]", *engine_body_type("plugins.set")));
  EXPECT_EQ(engine_body_type("containers.list"), nullptr);
}

} // namespace
} // namespace portique::access
