#pragma once

// How catalogers say that something could not be read.

#include <cstddef>
#include <string>
#include <string_view>

#include "portique/base/result.h"
#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// Issues that one file may raise: enough to show what is wrong with it, few enough that a file of
/// garbage does not become a report of garbage.
inline constexpr std::size_t kIssuesPerFile = 100;

/// Adds an issue; the last one that is kept says that there are more.
void add_issue(Analysis& analysis, base::Code code, std::string message);

/// Whether further issues would not be kept, so that none need be worded: a file of garbage breaks
/// the format millions of times.
inline bool issues_are_full(const Analysis& analysis) {
  return analysis.issues.size() >= kIssuesPerFile;
}

/// The issue that an error is, with its places.
void add_issue(Analysis& analysis, const base::Error& error);

/// Text of the file for a message: in quotes, printable, cut to 60 bytes.
std::string excerpt(std::string_view text);

/// Text of the file as a value: the same if it is UTF-8, else made so.
std::string utf8_value(std::string_view text);

} // namespace portique::inventory
