#pragma once

#include "portique/base/limits.h"
#include "portique/base/sandbox.h"

namespace portique::scan {

/// What runs inside the sandbox: answers the messages of worker_protocol.h until it is told to
/// quit.
base::WorkerTask reader_task(const base::Limits& limits, unsigned threads);

} // namespace portique::scan
