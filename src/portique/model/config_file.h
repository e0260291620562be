#pragma once

// What configuration files declare, as far as policies ask about it.

#include <string>
#include <vector>

#include "portique/model/finding.h"

namespace portique::model {

/// An object of Kubernetes, a part of a Compose file, a stage of a Dockerfile.
struct ConfigResource {
  std::string kind; ///< "Deployment", "service", "stage", ...
  std::string name;
  std::string space; ///< namespace, "" if none is given
  LineRange lines;
  std::string body; ///< as JSON
};

struct ConfigFile {
  std::string path;
  std::string type;                      ///< "dockerfile", "compose", "kubernetes", "daemon"
  std::vector<ConfigResource> resources; ///< by line
};

} // namespace portique::model
