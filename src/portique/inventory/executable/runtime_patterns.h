#pragma once

// Where language runtimes, compilers and shells carry their version. Each row was taken from real
// files; classifier_test.cc holds what they look like.

#include <array>

#include "portique/inventory/executable/version_search.h"

namespace portique::inventory::patterns {

inline constexpr std::array kPython{
    // The linker may have made it the end of a longer string, "/build/Python-3.11.2".
    VersionPattern{"{name}.", R"([\x00/-]({name}\.\d+(?:(?:a|b|rc)\d+)?\+?)\x00)"},
    VersionPattern{"%.80s (%.80s)",
                   R"(\x00([23]\.\d+\.\d+(?:(?:a|b|rc)\d+)?\+?)\x00%\.80s \(%\.80s\))"},
    VersionPattern{"pymalloc", R"(\x00pymalloc(?:_debug)?\x00([23]\.\d+\.\d+\+?)\x00)"},
};
inline constexpr std::array kPypy{
    VersionPattern{"[PyPy ", R"(\[PyPy (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kNode{
    VersionPattern{"node.js/v", R"(\x00node\.js/v(\d+\.\d+\.\d+)\x00)"},
    VersionPattern{"/download/release/v", R"(nodejs\.org/download/release/v(\d+\.\d+\.\d+)/node-)"},
    VersionPattern{"moduleLoadList", R"(\x00v(\d+\.\d+\.\d+)\x00moduleLoadList\x00)"},
    VersionPattern{"node v0.", R"(\x00node v(0\.\d+\.\d+)\x00)"},
    VersionPattern{"v0.12.", R"(\x00v(0\.12\.\d+)\x00)"},
};
inline constexpr std::array kPerl{
    VersionPattern{"PERL_INTERNAL_RAND_SEED", R"(\x00v(5\.\d+\.\d+)\x00panic: )"},
    VersionPattern{"/perl", R"(/(?:lib|share)/(?:[\w-]+/)?perl5?/(5\.\d+\.\d+)[/\x00])"},
};
inline constexpr std::array kRuby{
    VersionPattern{"ruby ", R"(ruby (\d+\.\d+\.\d+(?:preview\d+|rc\d+|dev)?)(?:p\d+)? \(\d{4}-)"},
};
inline constexpr std::array kPhp{
    VersionPattern{"X-Powered-By: PHP/",
                   R"(X-Powered-By: PHP/(\d+\.\d+\.\d+(?:(?:alpha|beta|RC)\d+)?))"},
};
inline constexpr std::array kLua{
    VersionPattern{"$LuaVersion: ", R"(\$LuaVersion: Lua (\d+\.\d+\.\d+))"},
    VersionPattern{"$Lua: ", R"(\$Lua: Lua (\d+\.\d+\.\d+))"},
};
inline constexpr std::array kLuajit{
    VersionPattern{"LuaJIT ", R"(LuaJIT (\d+\.\d+\.\d+(?:-beta\d+)?))"},
};
inline constexpr std::array kErlang{
    VersionPattern{"otp_src_", R"(/otp_src_(\d+(?:\.\d+)+(?:-rc\d)?)/erts/)"},
    VersionPattern{"/otp-", R"(/otp-(\d+(?:\.\d+)+)/erts/)"},
    VersionPattern{"/erlang-", R"(/erlang-(\d+(?:\.\d+)+)[^/\x00]*/erts/)"},
    VersionPattern{"Erlang/OTP", R"(\x00(\d+(?:\.\d+)+(?:-rc\d)?)\x00+Erlang/OTP \d)"},
    VersionPattern{"Erlang/OTP", R"(Erlang/OTP \d+%s [^\x00]{1,200}\x00+(\d+(?:\.\d+)+)\x00)"},
};
inline constexpr std::array kElixir{
    VersionPattern{"ELIXIR_VERSION=", R"(ELIXIR_VERSION=(\d+\.\d+\.\d+(?:-[a-z0-9.]+)?))"},
};
inline constexpr std::array kElixirApp{
    VersionPattern{"{application,elixir,", R"re(\{vsn, ?"(\d+\.\d+\.\d+(?:-[a-z0-9.]+)?)"\})re"},
};
inline constexpr std::array kOtpVersion{
    VersionPattern{"", R"(^(\d+(?:\.\d+)+)\s*$)"},
};
inline constexpr std::array kOpenjdk{
    // x86-64; the numbers of Java 8 have the update behind an underscore
    VersionPattern{"openjdk",
                   R"(\x00openjdk\x00\w+\x00[\d.]+\x00(1\.\d\.\d_\d+|\d+(?:\.\d+)*)[-+\x00])"},
    // arm64
    VersionPattern{
        "openjdk",
        R"(\x00[\d.]+\x00+(1\.\d\.\d_\d+|\d+(?:\.\d+)*)[^\x00]*\x00+openjdk\x00\w+\x00)"},
    VersionPattern{"openjdk", R"(\x00(\d+(?:\.\d+)+)\+[-0-9]+\x00)"},
};
/// Oracle's own builds lack the word "openjdk".
inline constexpr std::array kOracleJava{
    VersionPattern{"java", R"([^k]\x00java\x00[\d.]+\x00(1\.\d\.\d_\d+|\d+(?:\.\d+)*)[-+\x00])"},
    VersionPattern{"java",
                   R"(\x00(1\.\d\.\d_\d+|\d+(?:\.\d+)*)[-+][^\x00]*\x00+[\d.]+\x00+java\x00)"},
};
inline constexpr std::array kGraalvm{
    VersionPattern{"-jvmci-", R"(\x00(\d+(?:\.\d+)*\+\d+-jvmci-[\w.-]+)\x00)"},
};
inline constexpr std::array kJavaRelease{
    VersionPattern{"JAVA_VERSION=", R"re((?m)^JAVA_VERSION="([\w.+-]+)")re"},
};
inline constexpr std::array kGoVersionFile{
    VersionPattern{"", R"(^go(\d+\.\d+(?:\.\d+|beta\d+|rc\d+)*)(?:\s|$))"},
    VersionPattern{"", R"(^devel go(\d+\.\d+-[0-9a-f]+)\s)"},
};
inline constexpr std::array kJulia{
    VersionPattern{"branch", R"(\x00?(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d+)?)\x00branch\x00)"},
    VersionPattern{
        "verify_methods",
        R"(\x00__init__\x00(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d+)?)\x00verify_methods\x00)"},
    VersionPattern{"BigInt", R"(\x00(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d+)?)\x00BigInt\x00)"},
    VersionPattern{"julia version",
                   R"(\x00(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\d+)?)\x00julia version %s)"},
};
inline constexpr std::array kRust{
    VersionPattern{"rustc version ", R"(\(?rustc version (\d+\.\d+\.\d+))"},
    VersionPattern{"/rustc-", R"(/rustc-(\d+\.\d+\.\d+)[^/\x00]*/library/)"},
    // macOS: the metadata of the crates, whose length byte may stand before it
    VersionPattern{"c 1.", R"(c (1\.\d+\.\d+) \([0-9a-f]{9} \d{4}-\d{2}-\d{2}\))"},
};
inline constexpr std::array kDart{
    VersionPattern{
        " (",
        R"(\x00(\d+\.\d+\.\d+(?:-\d+(?:\.\d+)*\.(?:beta|dev))?) \((?:stable|beta|dev|main)\) \()"},
};
inline constexpr std::array kDeno{
    VersionPattern{"denover", R"(denover(\d+\.\d+\.\d+)\+)"},
    VersionPattern{"Deno/", R"(Deno/(\d+\.\d+\.\d+))"},
    VersionPattern{"release/v", R"(deno-[0-9a-f]{40}release/v(\d+\.\d+\.\d+))"},
    VersionPattern{"deno-", R"(deno-(?:canary/)?[0-9a-f]{40}(\d+\.\d+\.\d+))"},
    VersionPattern{"DENO_", R"((\d+\.\d+\.\d{1,2})[0-9a-f]{40}DENO_)"},
};
inline constexpr std::array kBun{
    VersionPattern{"bun-", R"(\nBun v(\d+\.\d+\.\d+)\n)"},
    VersionPattern{"bun-", R"(\nbun-(\d+\.\d+\.\d+)\n)"},
    VersionPattern{"Bun v", R"(Bun v(\d+\.\d+\.\d+))"},
    VersionPattern{"bun/", R"(\x00[Bb]un/(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kGhc{
    VersionPattern{"GHC ", R"(\x00GHC (\d+\.\d+\.\d+)\x00)"},
    VersionPattern{"libHSghc-", R"(\x00libHSghc-(\d+\.\d+\.\d+)-)"},
};
inline constexpr std::array kCabal{
    VersionPattern{"/cabal-install-", R"(/cabal-install-(\d+(?:\.\d+)+)[-\x00])"},
    VersionPattern{"Cabal-", R"(\x00Cabal-(\d+(?:\.\d+)+)[-:\x00])"},
};
inline constexpr std::array kStack{
    VersionPattern{"Git revision", R"(Version (\d+\.\d+\.\d+), Git revision)"},
    VersionPattern{"/stack-", R"(/stack-(\d+\.\d+\.\d+)[-\x00])"},
};
inline constexpr std::array kSwipl{
    VersionPattern{"swipl-", R"(/swipl-(\d+\.\d+\.\d+)/)"},
    VersionPattern{"swi-prolog-", R"(/swi-prolog-(\d+\.\d+\.\d+)[^/\x00]*)"},
};
inline constexpr std::array kTcl{
    VersionPattern{"tcl_patchLevel", R"(\x00(\d+\.\d+[.ab]\d+)\x00tcl_patchLevel\x00)"},
};
inline constexpr std::array kR{
    VersionPattern{"R version ", R"(R version (\d+\.\d+\.\d+) \(\d{4}-)"},
};
inline constexpr std::array kGcc{
    VersionPattern{"gcc version %s", R"(\x00(\d+\.\d+\.\d+)\x00[^\x00]{0,80}\x00gcc version %s)"},
    VersionPattern{"GCC: (GNU) ", R"(GCC: \(GNU\) (\d+\.\d+\.\d+)\x00)"},
};
inline constexpr std::array kBash{
    VersionPattern{"Bash version ", R"(@\(#\)Bash version (\d+\.\d+\.\d+)\(\d+\) \w+ GNU)"},
};
inline constexpr std::array kBusybox{
    VersionPattern{"BusyBox v", R"(BusyBox v(\d+\.\d+\.\d+))"},
};
inline constexpr std::array kZsh{
    VersionPattern{"zsh-", R"(\x00zsh-(\d+\.\d+(?:\.\d+)?)-0-g)"},
};
inline constexpr std::array kComposer{
    VersionPattern{"const VERSION = ",
                   R"(const VERSION = '(\d+\.\d+\.\d+(?:-(?:alpha|beta|RC)\d*)?)')"},
    VersionPattern{"pretty_version",
                   R"('pretty_version' *=> *'(\d+\.\d+\.\d+(?:-?(?:alpha|beta|RC)\d*)?)')"},
};
inline constexpr std::array kWpCli{
    VersionPattern{"wp-cli/wp-cli ", R"(wp-cli/wp-cli (\d+\.\d+\.\d+))"},
    VersionPattern{"WP_CLI_VERSION", R"(WP_CLI_VERSION', '(\d+\.\d+\.\d+))"},
};

} // namespace portique::inventory::patterns
