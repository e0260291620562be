#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Programs and libraries by their first bytes (ELF, PE, Mach-O, scripts): what kind they are, the
/// Go modules and Rust crates that they name themselves, and the versions of programs that came
/// without a package manager. A file of another kind gives nothing; headers that end early are an
/// issue.
Analysis analyze_executable(const FileContent& file, const base::Limits& limits);

/// Archives of PHP, which need no mode bits to run.
inline constexpr std::array<std::string_view, 2> kExecutableEndings{
    "composer.phar",
    "wp-cli.phar",
};

inline constexpr Cataloger kExecutable{
    .id = "executable",
    .version = 1,
    .files = "programs and libraries by their first bytes: ELF, PE, Mach-O, scripts",
    .gives = "Go modules with the standard library, from the build information; Rust crates, from "
             "`cargo auditable`; the versions of the programs named below",
    .locations = {},
    .endings = kExecutableEndings,
    .size_limit = &base::Limits::executable_bytes,
    .analyze = analyze_executable,
    .executables = true,
};

} // namespace portique::inventory
