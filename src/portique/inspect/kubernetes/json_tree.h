#pragma once

#include <boost/json.hpp>

#include "portique/base/yaml.h"

namespace portique::inspect::kubernetes {

/// A JSON document as the tree that checks look at: the API server sends what manifests are written
/// in YAML for. No value has a place. The document must have been parsed with bounded depth.
base::YamlNode tree_of(const boost::json::value& document);

} // namespace portique::inspect::kubernetes
