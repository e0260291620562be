#pragma once

// Files on their way from the sandboxed reader to clamd, and its verdicts on their way back.
//
// The reader must not hold clamd's socket: whoever does can have clamd read any path of the host,
// or stop it. It holds one end of a channel instead, over which nothing but contents can be sent;
// the relay, outside, is the only one who speaks to clamd.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "portique/base/fd.h"
#include "portique/base/result.h"
#include "portique/inspect/malware/malware_limits.h"
#include "portique/scan/content_inspector.h"

namespace portique::scan {

class ClamdRelay {
public:
  /// As many channels as files are inspected at the same time. Nothing runs yet.
  static base::Result<ClamdRelay> prepare(std::filesystem::path socket, unsigned channels);

  ~ClamdRelay();
  ClamdRelay(ClamdRelay&&) noexcept;
  ClamdRelay& operator=(ClamdRelay&&) noexcept;

  /// The reader's ends, for it to keep.
  [[nodiscard]] std::vector<int> reader_ends() const;

  /// To be called once the reader is forked: gives the reader's ends up and begins to relay. It
  /// ends when the reader has gone.
  void start();

private:
  struct State;
  explicit ClamdRelay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// For the reader: hands files to clamd over its end of a channel, which becomes the inspector's.
std::unique_ptr<ContentInspector> clamd_inspector(base::Fd channel,
                                                  const inspect::MalwareLimits& limits);

} // namespace portique::scan
