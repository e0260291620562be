#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "portique/archive/layer_path.h"

namespace portique::archive {
namespace {

TEST(CleanPath, IsThePathThatTheContainerSees) {
  struct Case {
    std::string_view raw;
    std::string_view clean;
  };

  constexpr std::array kCases{
      Case{"usr/bin/sh", "usr/bin/sh"},
      Case{"./usr/bin/sh", "usr/bin/sh"},
      Case{"/usr/bin/sh", "usr/bin/sh"},
      Case{"///usr//bin///sh//", "usr/bin/sh"},
      Case{"usr/", "usr"},
      Case{"./", ""},
      Case{".", ""},
      Case{"/", ""},
      Case{"", ""},
      Case{"./././a/./b/.", "a/b"},
      Case{"a/../b", "b"},
      Case{"a/b/..", "a"},
      Case{"a/b/../..", ""},
      Case{"..", ""},
      Case{"../../etc/passwd", "etc/passwd"},
      Case{"/../../etc/passwd", "etc/passwd"},
      Case{"a/../../../b", "b"},
      Case{"..a/b..", "..a/b.."},
      Case{"a/...", "a/..."},
      Case{".hidden/.file", ".hidden/.file"},
      Case{"a/.b", "a/.b"},
      Case{".//a", "a"},
      Case{".a", ".a"},
      Case{"./..", ""},
      Case{"a\\..\\b", "a\\..\\b"},
      Case{"caf\xe9/\xff", "caf\xe9/\xff"},
  };
  std::string out = "from before";
  for (const Case& c : kCases) {
    clean_path(c.raw, out);
    EXPECT_EQ(out, c.clean) << c.raw;
    clean_path(std::string(out), out);
    EXPECT_EQ(out, c.clean) << "cleaned twice: " << c.raw;
  }
}

TEST(WhiteoutOf, KnowsWhatIsRemoved) {
  struct Case {
    std::string_view path;
    WhiteoutKind kind;
    std::string_view removed;
  };

  constexpr std::array kCases{
      Case{"a/b/.wh.c", WhiteoutKind::File, "a/b/c"},
      Case{".wh.c", WhiteoutKind::File, "c"},
      Case{"a/.wh..hidden", WhiteoutKind::File, "a/.hidden"},
      Case{"a/.wh...c", WhiteoutKind::File, "a/..c"},
      Case{"a/b/.wh..wh..opq", WhiteoutKind::Opaque, "a/b"},
      Case{".wh..wh..opq", WhiteoutKind::Opaque, ""},
      Case{"a/.wh..wh.aufs", WhiteoutKind::File, "a/.wh.aufs"},
      Case{"a/b", WhiteoutKind::None, ""},
      Case{"", WhiteoutKind::None, ""},
      Case{"a/.whc", WhiteoutKind::None, ""},
      Case{"a/x.wh.c", WhiteoutKind::None, ""},
      Case{".wh.a/b", WhiteoutKind::None, ""},
      // No names of files in the folder: nothing may be removed, above all not the folder.
      Case{"a/.wh.", WhiteoutKind::None, ""},
      Case{"a/.wh..", WhiteoutKind::None, ""},
      Case{"a/.wh...", WhiteoutKind::None, ""},
  };
  std::string buffer = "from before";
  for (const Case& c : kCases) {
    const Whiteout whiteout = whiteout_of(c.path, buffer);
    EXPECT_EQ(whiteout.kind, c.kind) << c.path;
    EXPECT_EQ(whiteout.path, c.removed) << c.path;
  }
}

} // namespace
} // namespace portique::archive
