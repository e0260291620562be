package = "say"
local rock_version = "1.3"
version = rock_version .. "-1"
description = { license = 'MIT <http://opensource.org/licenses/MIT>' }
dependencies = { "lua >= 5.1" }
