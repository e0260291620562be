#pragma once

// How much of a request to an engine is read to judge it; each budget with its reason. Exceeding
// one is a refusal.

#include <cstdint>

namespace portique::access {

struct RequestLimits {
  /// A request's target: a build with a hundred arguments and labels of a kilobyte each.
  std::uint64_t target_bytes = 256ULL << 10U;
  /// ... and its query's keys; an export of 500 images names each.
  std::uint64_t query_keys = 1024;
  /// A JSON body: a secret has up to 500 KiB, a service with all its configuration 2 MiB ...
  std::uint64_t body_bytes = 16ULL << 20U;
  /// ... its values (each costs some 30 bytes): 20,000 environment variables and labels ...
  std::uint64_t body_values = 200'000;
  /// ... which nest some 10 deep.
  std::uint64_t body_depth = 32;
};

} // namespace portique::access
