#pragma once

// The one way to fail. A function that can fail returns Result<T>; no exception crosses a module's
// edge. An Error says what went wrong in a sentence that a user understands, and where: each border
// that it passes adds a place ("layer 3", "var/lib/dpkg/status", "record 17").

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portique::base {

/// What kind of failure it was. A code exists only where some caller acts on it.
enum class Code : std::uint8_t {
  InvalidArgument, ///< the caller, or the user on the command line, asked for something senseless
  NotFound,        ///< the thing named does not exist
  Malformed,       ///< the input breaks its format
  Truncated,       ///< the input ends too early
  LimitExceeded,   ///< a budget of limits.h is used up
  DigestMismatch,  ///< content is not what its digest says
  Unsupported,     ///< a valid input of a kind that is not implemented
  Io,              ///< the operating system refused
  Network,         ///< a remote side failed or cannot be reached
  Timeout,         ///< a time limit passed
  WorkerDied,      ///< the sandboxed child ended without an answer
};

/// Short stable name of a code ("malformed"), for JSON and logs.
std::string_view code_name(Code code);

class Error {
public:
  Error(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  [[nodiscard]] Code code() const { return code_; }

  /// The sentence, without places and without a final full stop.
  [[nodiscard]] const std::string& message() const { return message_; }

  /// Places from the innermost to the outermost.
  [[nodiscard]] const std::vector<std::string>& places() const { return places_; }

  /// Adds the next outer place.
  Error at(std::string place) &&;

  /// "outer: inner: message".
  [[nodiscard]] std::string text() const;

private:
  Code code_;
  std::string message_;
  std::vector<std::string> places_;
};

template <typename T> using Result = std::expected<T, Error>;

/// `return fail(Code::Malformed, "...")` in any function that returns a Result.
[[nodiscard]] inline std::unexpected<Error> fail(Code code, std::string message) {
  return std::unexpected<Error>(std::in_place, code, std::move(message));
}

/// An Io failure that says what was tried and what errno meant: "cannot open X: permission denied".
[[nodiscard]] std::unexpected<Error> fail_errno(std::string_view what, int error_number);

/// The result, with `place` added if it is an error.
template <typename T> [[nodiscard]] Result<T> at(std::string place, Result<T> result) {
  if (!result) return std::unexpected(std::move(result).error().at(std::move(place)));
  return result;
}

} // namespace portique::base

#define PQ_TRY_CONCAT_(a, b) a##b
#define PQ_TRY_(name, expr)                                                                        \
  __extension__({                                                                                  \
    auto name = (expr);                                                                            \
    if (!name) return std::unexpected(std::move(name).error());                                    \
    *std::move(name);                                                                              \
  })
#define PQ_TRY_NAMED_(n, expr) PQ_TRY_(PQ_TRY_CONCAT_(pq_try_, n), expr)

/// The value of a Result, or an early return of its error. Not in coroutines.
#define PQ_TRY(expr) PQ_TRY_NAMED_(__COUNTER__, expr)
