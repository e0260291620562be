#include <string>

#include <gtest/gtest.h>

#include "portique/access/docker/engine_id.h"

namespace portique::access {
namespace {

TEST(EngineId, TellsWholeIdsFromTheirBeginnings) {
  const std::string digits(64, 'a');

  struct Case {
    std::string text;
    bool whole;
    bool beginning;
  };

  for (const Case& c : {Case{digits, true, false},
                        Case{"sha256:" + digits, true, false},
                        Case{digits + "a", false, false},
                        Case{std::string(64, 'A'), false, false},
                        Case{std::string(64, 'g'), false, false},
                        Case{"0123456789ab", false, true},
                        Case{"cafe", false, true},
                        Case{"sha256:cafe", false, false},
                        Case{"nginx", false, false},
                        Case{"", false, false}}) {
    EXPECT_EQ(is_whole_id(c.text), c.whole) << c.text;
    EXPECT_EQ(may_begin_id(c.text), c.beginning) << c.text;
  }
  EXPECT_EQ(id_digits("sha256:cafe"), "cafe");
  EXPECT_EQ(id_digits("cafe"), "cafe");
}

} // namespace
} // namespace portique::access
