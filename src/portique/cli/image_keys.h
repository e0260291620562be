#pragma once

// --image-key: whose signatures on images count.

#include <string>
#include <vector>

#include "portique/access/trust/cosign.h"
#include "portique/base/result.h"

namespace portique::cli {

/// Each word is NAME=FILE: "release=/etc/portique/cosign.pub", a public key in PEM.
base::Result<std::vector<access::TrustedKey>>
read_image_keys(const std::vector<std::string>& words);

} // namespace portique::cli
