#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "portique/inventory/cataloger_test_support.h"
#include "portique/inventory/wordpress/wordpress.h"

namespace portique::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Wordpress, ReadsPluginHeaders) {
  const struct {
    std::string_view path;
    std::string_view text;
    std::string_view listed;
  } rows[] = {
      {"wp-content/plugins/a/b.php", "<?php\n/*\nPlugin Name: X\nVersion: 1.0\n*/", "a@1.0"},
      {"wp-content/plugins/a/b.php",
       "<?php /* Plugin Name: X */\n# version : 2\n// VERSION: 1.1 ?>",
       "a@1.1"},
      {"wp-content/plugins/a/b.php",
       "<?php\r\n * @Plugin Name: X\r\n * Version: 1.2 */ x\r\n",
       "a@1.2"},
      {"wp-content/plugins/hello.php", "/*\nPlugin Name: X\nVersion: 1.7.2", "hello@1.7.2"},
      {"wp-content/mu-plugins/must.php", "/*\nPlugin Name: X\nVersion: 1", "must@1"},
  };

  for (const auto& row : rows) {
    const Analysis found = analyze_text(kWordpressPlugin, row.path, row.text);
    EXPECT_THAT(listed(found), ElementsAre(std::string(row.listed))) << row.text;
    EXPECT_EQ(found.packages.at(0).type, "wordpress-plugin");
  }
}

TEST(Wordpress, LeavesOtherFilesAside) {
  for (const std::string_view text :
       {"", "<?php\n$x = 'Plugin Name: X';\n// Version: 1", "Plugin Name:\nVersion: 1"})
    EXPECT_EQ(analyze_text(kWordpressPlugin, "wp-content/plugins/a/b.php", text), Analysis{})
        << text;
  const std::string late = std::string(9000, ' ') + "\nPlugin Name: X\nVersion: 1";
  EXPECT_EQ(analyze_text(kWordpressPlugin, "wp-content/plugins/a/b.php", late), Analysis{})
      << "WordPress does not look further either";
}

TEST(Wordpress, ReportsWhatHasNoVersion) {
  const Analysis plugin =
      analyze_text(kWordpressPlugin, "wp-content/plugins/a/b.php", "// Plugin Name: X");
  EXPECT_THAT(plugin.packages, IsEmpty());
  EXPECT_TRUE(issues_of(plugin).contains("\"a\" has no version"));
  for (const std::string_view text : {"", "<?php", "$wp_version = 1", "$wp_version = ''"})
    EXPECT_EQ(analyze_text(kWordpressCore, "wp-includes/version.php", text).issues.size(), 1U)
        << text;
}

TEST(Wordpress, ReadsThemesAndItself) {
  const Analysis theme = analyze_text(kWordpressTheme,
                                      "wp-content/themes/tt/style.css",
                                      "/*\nTheme Name: T\nVersion: 2.5\nLicense: GPL\n*/");
  EXPECT_THAT(listed(theme), ElementsAre("tt@2.5"));
  EXPECT_THAT(theme.packages.at(0).licences, ElementsAre("GPL"));
  const Analysis core = analyze_text(kWordpressCore,
                                     "wp-includes/version.php",
                                     " * @global string $wp_version\n */\n$wp_version = '6.4.2';");
  EXPECT_THAT(listed(core), ElementsAre("wordpress@6.4.2"));
}

} // namespace
} // namespace portique::inventory
