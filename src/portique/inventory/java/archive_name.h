#pragma once

#include <string_view>

namespace portique::inventory {

/// What the file name of a Java archive says, as Maven repositories name their files. Borrows from
/// the name.
struct ArchiveName {
  std::string_view stem;       ///< the name without extension
  std::string_view artifact;   ///< "log4j-1.2-api"; all of the stem if no version follows
  std::string_view version;    ///< "2.17.1"; "" if there is none
  std::string_view classifier; ///< "sources", "linux-x86_64"; "" if there is none
};

/// Takes "artifact-version[-classifier].extension" apart. Where the version begins is a guess in
/// names that have several numbers.
ArchiveName split_archive_name(std::string_view file_name);

/// Whether the name is that of a Java archive, by its extension: jar, war, ear, ...
bool is_java_archive_name(std::string_view name);

/// Whether an archive of this name is always a zip archive; some extensions belong to other formats
/// as well (.rar, .par, .sar, ...).
bool is_surely_java_archive_name(std::string_view name);

} // namespace portique::inventory
