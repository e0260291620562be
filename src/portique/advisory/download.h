#pragma once

// Fetching files into the cache.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "portique/base/http_client.h"
#include "portique/base/result.h"

namespace portique::advisory {

/// What an update tells the user while it works: what, bytes or files so far, and in all (0:
/// unknown). May be called from several threads, one at a time.
using Progress =
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)>;

struct Download {
  std::string url;
  std::filesystem::path file;
  std::uint64_t limit = 0;
  std::string etag;          ///< of the copy at hand, "" if there is none
  std::string last_modified; ///< the same
  std::string sha256;        ///< expected digest in hexadecimal, "" if unknown
};

struct Downloaded {
  bool changed = true; ///< false: the copy at hand is still right, the file was left alone
  std::string etag;
  std::string last_modified;
};

/// Fetches beside `file` and renames over it once it is whole and right; whatever goes wrong, the
/// old file stays. Code::DigestMismatch, Code::LimitExceeded, Code::NotFound, or the network's.
base::Result<Downloaded>
download(base::HttpClient& http, const Download& wanted, const Progress& progress);

/// A path below a URL: each part percent-encoded ("Red Hat" is "Red%20Hat").
std::string url_below(std::string_view base_url, std::string_view path);

} // namespace portique::advisory
