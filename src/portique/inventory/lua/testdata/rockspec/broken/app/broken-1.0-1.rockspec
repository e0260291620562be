version = "1.0-1"
dependencies = { "lpeg == 1.0" }
