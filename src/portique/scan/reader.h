#pragma once

#include <vector>

#include "portique/base/limits.h"
#include "portique/base/sandbox.h"
#include "portique/scan/content_search.h"

namespace portique::scan {

/// What runs inside the sandbox: answers the messages of worker_protocol.h until it is told to
/// quit.
/// `search` is shared with the process outside, from which the reader was forked.
base::WorkerTask reader_task(const base::Limits& limits,
                             unsigned threads,
                             ContentSearch search,
                             std::vector<int> clamd_channels = {});

} // namespace portique::scan
