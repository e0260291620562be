package = "gateway"
version = "3.0.0-0"
rockspec_format = "3.0"
description = { license = "Apache 2.0" }
dependencies = {
  "inspect == 3.1.3",
  "luasec == 1.2.0",
  "luasocket == 3.0-rc1", -- until the next release
  "penlight >= 1.13",
  "lua-cjson 2.1.0.6-1",
  "kikito/semver == 1.2.1",
}
build_dependencies = { "luarocks-build-rust = 0.2.2" }
test_dependencies = { "busted == 2.1.1" }
