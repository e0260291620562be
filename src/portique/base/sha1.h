#pragma once

// SHA-1, only to name files as the indexes of package repositories do (Maven Central's is by it).
// It proves nothing: whoever made a file can make another of the same SHA-1.

#include <memory>
#include <string>

#include "portique/base/byte_reader.h"

namespace portique::base {

/// Running hash of a stream of bytes.
class Sha1 {
public:
  Sha1();
  ~Sha1();
  Sha1(const Sha1&) = delete;
  Sha1& operator=(const Sha1&) = delete;

  void update(Bytes bytes);

  /// 40 lower-case hexadecimal digits. The hasher must not be used after it.
  std::string finish();

private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace portique::base
