#pragma once

#include <array>
#include <string_view>

#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// The resource file of a compiled application: one of Erlang/OTP or Elixir itself is of purl type
/// "otp", every other is taken to be the package of Hex of that name.
Analysis analyze_otp_application(const FileContent& file, const base::Limits& limits);

inline constexpr std::array<std::string_view, 1> kOtpApplicationEndings{"ebin/*.app"};

inline constexpr Cataloger kOtpApplication{
    .id = "otp-application",
    .version = 1,
    .files = "`ebin/*.app`",
    .gives = "compiled applications with the names of those that they need: Erlang/OTP's own, and "
             "packages of Hex",
    .locations = {},
    .endings = kOtpApplicationEndings,
    .size_limit = &base::Limits::small_text_bytes,
    .analyze = analyze_otp_application,
};

} // namespace portique::inventory
