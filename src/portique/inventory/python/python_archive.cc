// Wheels: https://packaging.python.org/en/latest/specifications/binary-distribution-format/, eggs:
// https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html
#include "portique/inventory/python/python_archive.h"

#include <string>

#include "portique/archive/zip_reader.h"
#include "portique/inventory/add_issue.h"
#include "portique/inventory/python/python_metadata.h"

namespace portique::inventory {

namespace {

using base::Code;
using base::Result;

/// tensorflow's wheel has 13,000 files, 600 MB and unpacks to 2 GB.
constexpr archive::ZipLimits kZipLimits{
    .entries = 200'000, .directory_bytes = 64U << 20U, .unpacked_bytes = 16ULL << 30U};

bool is_metadata(std::string_view name) {
  if (name == "EGG-INFO/PKG-INFO") return true;
  const std::size_t slash = name.find('/');
  return slash != std::string_view::npos && name.substr(0, slash).ends_with(".dist-info") &&
         name.substr(slash + 1) == "METADATA";
}

Result<void> read_archive(const FileContent& file, const base::Limits& limits, Analysis& analysis) {
  const auto reader = PQ_TRY(archive::ZipReader::open(file.source(), kZipLimits));
  const std::string_view path = file.path();
  const std::string_view name = python_folder_name(path.substr(path.rfind('/') + 1));
  for (const archive::ZipEntry& entry : reader.entries()) {
    if (!is_metadata(entry.name)) continue;
    std::string metadata;
    PQ_TRY(base::at("METADATA", reader.read(entry, limits.small_text_bytes, metadata)));
    add_python_package(metadata, path, name, analysis);
    return {};
  }
  return base::fail(Code::Malformed, "the archive has no metadata of a Python package");
}

} // namespace

Analysis analyze_python_archive(const FileContent& file, const base::Limits& limits) {
  Analysis analysis;
  const auto done = read_archive(file, limits, analysis);
  if (!done) add_issue(analysis, done.error());
  return analysis;
}

} // namespace portique::inventory
