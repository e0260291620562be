package = "LuaSocket"
version = "3.1.0-1"
source = {
  url = "git+https://github.com/lunarmodules/luasocket.git",
  tag = "v3.1.0"
}
description = {
  summary = "Network support for the Lua language",
  detailed = [[
    LuaSocket is a Lua extension library composed of two parts: a set of C
    modules that provide support for the TCP and UDP transport layers, and a
    set of Lua modules that provide functions commonly needed by applications
    that deal with the Internet.
  ]],
  homepage = "https://github.com/lunarmodules/luasocket",
  license = "MIT"
}
dependencies = {
  "lua >= 5.1", "LPeg ~> 1.0"
}

local function make_plat(plat)
  local defines = { unix = { "LUASOCKET_DEBUG" } }
  return { ["socket.core"] = { sources = { "src/luasocket.c" }, defines = defines[plat] } }
end

build = {
  type = "builtin",
  platforms = { linux = make_plat("linux") }
}
