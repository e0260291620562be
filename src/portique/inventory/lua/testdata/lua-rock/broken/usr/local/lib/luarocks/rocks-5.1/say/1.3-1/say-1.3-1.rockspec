package = "say"
dependencies = { "lua >= 5.1
