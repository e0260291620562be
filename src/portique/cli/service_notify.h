#pragma once

#include <string_view>

namespace portique::cli {

/// Tells systemd how a service is (sd_notify(3)): "READY=1". Nothing if nobody asked to be told
/// (NOTIFY_SOCKET); what cannot be told is no reason to end.
void tell_service_manager(std::string_view state);

} // namespace portique::cli
