#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Text files that lie beside a program and tell its version: `release` of Java, `VERSION` of Go's
/// toolchain, `OTP_VERSION` of Erlang, `elixir.app`, `application.ini` of Firefox. Other files of
/// these names say nothing.
Analysis analyze_version_file(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 5> kVersionFileEndings{
    "release",
    "VERSION",
    "OTP_VERSION",
    "ebin/elixir.app",
    "application.ini",
};

inline constexpr Cataloger kVersionFile{
    .id = "version-file",
    .version = 1,
    .files =
        "`release` of a Java runtime, `VERSION` of Go's toolchain, `OTP_VERSION`, `elixir.app`, "
        "`application.ini` of Firefox and Thunderbird",
    .gives = "the version of the program they belong to",
    .locations = {},
    .endings = kVersionFileEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_version_file,
};

} // namespace portique::inventory
