#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// A plugin of WordPress: the PHP file whose first comment names the plugin. Its name here is that
/// of its folder (of the file, if it has none), which the plugin directory and advisories know it
/// by. Other PHP files give nothing. A plugin without a version is an issue.
Analysis analyze_wordpress_plugin(const FileContent& file, const base::Limits& limits);

/// A theme of WordPress, by the first comment of its style sheet.
Analysis analyze_wordpress_theme(const FileContent& file, const base::Limits& limits);

/// WordPress itself.
Analysis analyze_wordpress_core(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 3> kWordpressPluginEndings{
    "wp-content/plugins/*/*.php",
    "wp-content/plugins/*.php",
    "wp-content/mu-plugins/*.php",
};

inline constexpr Cataloger kWordpressPlugin{
    .id = "wordpress-plugin",
    .version = 1,
    .files = "`wp-content/plugins/*/*.php`, `wp-content/plugins/*.php`, "
             "`wp-content/mu-plugins/*.php`",
    .gives = "WordPress plugins",
    .locations = {},
    .endings = kWordpressPluginEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_wordpress_plugin,
};

inline constexpr std::array<std::string_view, 1> kWordpressThemeEndings{
    "wp-content/themes/*/style.css"};

inline constexpr Cataloger kWordpressTheme{
    .id = "wordpress-theme",
    .version = 1,
    .files = "`wp-content/themes/*/style.css`",
    .gives = "WordPress themes",
    .locations = {},
    .endings = kWordpressThemeEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_wordpress_theme,
};

inline constexpr std::array<std::string_view, 1> kWordpressCoreEndings{"wp-includes/version.php"};

inline constexpr Cataloger kWordpressCore{
    .id = "wordpress-core",
    .version = 1,
    .files = "`wp-includes/version.php`",
    .gives = "WordPress itself",
    .locations = {},
    .endings = kWordpressCoreEndings,
    .size_limit = &base::Limits::text_database_bytes,
    .analyze = analyze_wordpress_core,
};

} // namespace portique::inventory
