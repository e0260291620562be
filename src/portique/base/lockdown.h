#pragma once

// What a sandboxed child gives up, one function a right. Worker::start (sandbox.h) calls them in
// the one order that works; nothing else in the program should need them. Each acts on the calling
// process or thread for good: there is no way back.

#include <cstdint>
#include <span>

#include "portique/base/result.h"

namespace portique::base {

/// Whether this build has a sanitizer. Its run-time maps terabytes and makes system calls of its
/// own, so there the address-space limit and the system-call filter are left out.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

/// What a protection came to.
enum class Applied : std::uint8_t {
  Yes,
  Unavailable, ///< this kernel, or the container around us, does not have it
};

/// Every descriptor is closed except 0 to 2 and `keep` (all >= 3); 0 to 2 become /dev/null. Builds
/// for debugging keep standard error.
Result<void> restrict_descriptors(std::span<const int> keep);

/// No supplementary groups, no root uid where we are allowed to leave it, no capability in any
/// set, no way to gain privileges by exec, not dumpable. Before any thread is started.
Result<void> drop_privileges();

struct ResourceLimits {
  std::uint64_t memory_bytes = 0; ///< address space beyond what is mapped at the call
  std::uint64_t cpu_seconds = 0;
  std::uint64_t file_bytes = 0;  ///< largest size that a file may be written to
  std::uint64_t descriptors = 0; ///< highest descriptor number + 1
};

/// Sets the limits, soft and hard, and no core dumps. Also keeps malloc and thread stacks modest.
Result<void> limit_resources(const ResourceLimits& limits);

/// Landlock with every right handled and none granted: no path can be opened, made, removed or
/// executed, no TCP port bound or connected to, no abstract Unix socket reached and no process
/// outside signalled, as far as the kernel knows these. Of the calling thread and those that it
/// starts later.
Result<Applied> restrict_files();

/// No more processes or threads for this user; then the allow-list of system calls for all threads
/// of the process. Anything else kills the process.
Result<Applied> restrict_system_calls();

} // namespace portique::base
