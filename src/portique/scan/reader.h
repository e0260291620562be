#pragma once

#include <memory>

#include "portique/base/limits.h"
#include "portique/base/sandbox.h"
#include "portique/scan/secret_search.h"

namespace portique::scan {

/// What runs inside the sandbox: answers the messages of worker_protocol.h until it is told to
/// quit.
/// `secrets` may be empty; it is shared with the process outside, from which the reader was forked.
base::WorkerTask reader_task(const base::Limits& limits,
                             unsigned threads,
                             std::shared_ptr<const SecretSearch> secrets);

} // namespace portique::scan
