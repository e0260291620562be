#pragma once

// The head of an HTTP/1.1 message (RFC 9110, RFC 9112), read so strictly that there is one meaning
// or none: whoever stands behind us must not be able to understand another message than we did.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/http/server.h"

namespace portique::http {

/// How the end of a message's body is found.
enum class Framing : std::uint8_t {
  None,    ///< there is no body
  Length,  ///< Content-Length says
  Chunked, ///< the last chunk says (chunked_body.h)
  Close,   ///< the end of the connection says; answers only
};

struct RequestHead {
  std::string method;
  std::string target; ///< as sent: begins with "/", "http://" or "https://", or is "*" of OPTIONS
  int minor = 1;      ///< 0 or 1: of HTTP/1.x
  std::vector<Header> headers;
  Framing framing = Framing::None;
  std::uint64_t length = 0;      ///< of Framing::Length
  bool keep_alive = true;        ///< whether the client wants to go on with this connection
  bool expects_continue = false; ///< it waits for "100 Continue" before it sends the body
  std::string upgrade;           ///< value of Upgrade in lower case, "" without one
};

struct ResponseHead {
  int status = 0;
  int minor = 1;
  std::vector<Header> headers;
  Framing framing = Framing::None;
  std::uint64_t length = 0;
  bool keep_alive = true; ///< never with Framing::Close
  std::string upgrade;
};

struct HeadLimits {
  /// Docker's client puts the credentials of every registry into one header of a build: some tens
  /// of KiB for hundreds of registries.
  std::size_t bytes = 256U << 10U;
  /// Clients send some twenty.
  std::size_t headers = 256;
};

/// Finds where a head ends in a buffer that grows.
class HeadScanner {
public:
  explicit HeadScanner(std::size_t limit) : limit_(limit) {}

  /// Bytes of the head with the empty line behind it; nothing while that has not come. An error if
  /// no head can come of it: a line that ends without CR LF, or more bytes than the limit.
  base::Result<std::optional<std::size_t>> find(std::string_view buffer);

private:
  std::size_t limit_;
  std::size_t scanned_ = 0;
};

/// `head` is what HeadScanner found. Code::Malformed: it breaks the format or could be understood
/// in two ways. Code::Unsupported: a transfer coding or an expectation that we do not have.
/// Code::LimitExceeded: too many headers.
base::Result<RequestHead> parse_request_head(std::string_view head, const HeadLimits& limits = {});

/// The answer to a request of that method, which decides whether there is a body.
base::Result<ResponseHead> parse_response_head(std::string_view head,
                                               std::string_view request_method,
                                               const HeadLimits& limits = {});

/// The status that tells a client why its head was refused: 400, 431, 501.
int status_of_refusal(const base::Error& error);

/// "Forbidden" of 403; "" of what has no name here.
std::string_view reason_phrase(int status);

} // namespace portique::http
