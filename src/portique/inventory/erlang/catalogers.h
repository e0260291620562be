#pragma once

#include <array>

#include "portique/inventory/cataloger.h"
#include "portique/inventory/erlang/mix_lock.h"
#include "portique/inventory/erlang/otp_application.h"
#include "portique/inventory/erlang/rebar_lock.h"

namespace portique::inventory {

inline constexpr std::array kErlangCatalogers{
    kOtpApplication,
    kMixLock,
    kRebarLock,
};

} // namespace portique::inventory
