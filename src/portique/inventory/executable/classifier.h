#pragma once

// Programs that came without a package manager, told by the name of their file and by the version
// that they carry.

#include <span>
#include <string_view>
#include <vector>

#include "portique/base/result.h"
#include "portique/inventory/executable/version_search.h"
#include "portique/inventory/file_content.h"
#include "portique/model/package.h"

namespace portique::inventory {

struct Classifier {
  std::string_view id; ///< "nginx"; unique
  /// Names of the file, between blanks; "*" stands for anything, but not at the start. The version
  /// that begins where the first "*" does is what "{name}" stands for.
  std::string_view files;
  std::span<const VersionPattern> patterns;
  std::string_view name;             ///< purl name
  std::string_view cpe_vendor;       ///< as NVD writes them
  std::string_view cpe_product;      ///< ...
  std::string_view type = "generic"; ///< purl type
  std::string_view ns = {};          ///< purl namespace
  /// Bytes that the file must hold too, where a version alone says too little; "": none.
  std::string_view proof = {};
};

/// Programs and libraries.
std::span<const Classifier> program_classifiers();

/// Text files that tell the version of the program they lie beside.
std::span<const Classifier> text_classifiers();

/// The packages that a file is by its name and content: none for nearly all files, without looking
/// into them.
base::Result<std::vector<model::Package>> classify(const FileContent& file,
                                                   std::span<const Classifier> classifiers);

} // namespace portique::inventory
