#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "portique/base/digest.h"
#include "portique/base/time.h"

namespace portique::model {

/// What a --platform flag names: "linux/arm64/v8".
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;

  friend bool operator==(const Platform&, const Platform&) = default;
};

/// One layer as manifest, config and history describe it. Nothing of it was checked against the
/// layer's content unless `scan` says so.
struct Layer {
  base::Digest digest;    ///< of the blob as stored; empty where the source has none (docker save)
  base::Digest diff_id;   ///< of the uncompressed tar, as the config claims it
  std::uint64_t size = 0; ///< of the blob as stored, 0 if unknown
  std::string media_type;
  std::string created_by; ///< the history instruction that made it
  std::optional<base::Time> created;
};

/// What an image says of the image it was built from: its labels' and its history's word.
struct BaseHint {
  std::string name;       ///< label org.opencontainers.image.base.name
  std::string digest;     ///< label org.opencontainers.image.base.digest
  std::size_t layers = 0; ///< how many of the lowest layers are the base's, as the history looks;
                          ///< 0 if it gives no clue
};

struct ImageLabel {
  std::string name;
  std::string value;

  friend bool operator==(const ImageLabel&, const ImageLabel&) = default;
};

/// How an image says that it wants to be run.
struct ImageConfig {
  std::string user;             ///< "" is root
  std::vector<std::string> env; ///< NAME=VALUE
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;
  std::vector<std::string> ports; ///< "80/tcp"
  std::vector<std::string> volumes;
  std::string working_dir;
  std::string stop_signal;
  bool has_healthcheck = false; ///< and it is not switched off by NONE
  std::vector<ImageLabel> labels;

  friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

/// An image: what was pointed at, and what its manifest and config say.
struct Image {
  std::vector<std::string> tags; ///< repository tags the archive or index gives
  base::Digest manifest_digest;  ///< empty where the source has no manifest (old docker save)
  base::Digest config_digest;    ///< the image id
  Platform platform;
  std::optional<base::Time> created;
  std::vector<Layer> layers;      ///< lowest first
  std::size_t history_layers = 0; ///< how many layers the history tells of; 0 if there is none
  BaseHint base;
  std::optional<ImageConfig> config; ///< nothing for a root file system
};

} // namespace portique::model
