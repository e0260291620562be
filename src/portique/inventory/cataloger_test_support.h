#pragma once

// What tests of catalogers say about packages, in short.

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "portique/base/file.h"
#include "portique/base/text.h"
#include "portique/inventory/cataloger.h"

namespace portique::inventory {

/// "@scope/name@1.0", and " (development)" or " (optional)" behind it.
inline std::string listed(const model::Package& package) {
  std::string text = package.ns.empty() ? "" : package.ns + "/";
  text += package.name + "@" + package.version;
  if (package.scope != model::PackageScope::Runtime)
    text += " (" + std::string(model::package_scope_name(package.scope)) + ")";
  return text;
}

/// All of them, sorted.
inline std::vector<std::string> listed(const Analysis& analysis) {
  std::vector<std::string> lines;
  for (const model::Package& package : analysis.packages)
    lines.push_back(listed(package));
  std::ranges::sort(lines);
  return lines;
}

/// The package of that name (with its namespace), or nullptr.
inline const model::Package* find_package(const Analysis& analysis, std::string_view name) {
  for (const model::Package& package : analysis.packages)
    if ((package.ns.empty() ? package.name : package.ns + "/" + package.name) == name)
      return &package;
  return nullptr;
}

/// The issues as one text.
inline std::string issues_of(const Analysis& analysis) {
  std::string text;
  for (const model::Issue& issue : analysis.issues)
    text += issue.message + "\n";
  return text;
}

/// What a cataloger makes of a text at a path.
inline Analysis
analyze_text(const Cataloger& cataloger, std::string_view path, std::string_view text) {
  return cataloger.analyze({path, base::as_bytes(text)}, {});
}

/// Holds a cataloger against every sample of a folder of the shared data: what it lists has to be
/// what `golden`/SAMPLE.txt has, which stems from another program or was written by hand. A line
/// there that begins with "! " is a part of an issue; without one there may be none.
inline void check_samples(const Cataloger& cataloger,
                          const std::filesystem::path& samples,
                          const std::filesystem::path& golden) {
  std::size_t checked = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(samples)) {
    if (!entry.is_regular_file()) continue;
    const std::string path = std::filesystem::relative(entry.path(), samples).string();
    const std::string sample = path.substr(0, path.find('/'));
    const auto content = base::read_file(entry.path(), 64U << 20U);
    const auto expected = base::read_file(golden / (sample + ".txt"), 16U << 20U);
    ASSERT_TRUE(content && expected) << sample;
    std::vector<std::string> lines;
    std::vector<std::string> issues;
    for (const std::string_view line : base::split(*expected, '\n')) {
      if (line.starts_with("! "))
        issues.emplace_back(line.substr(2));
      else if (!line.empty())
        lines.emplace_back(line);
    }
    std::ranges::sort(lines);
    const Analysis analysis = analyze_text(cataloger, path, *content);
    EXPECT_EQ(listed(analysis), lines) << sample;
    EXPECT_EQ(analysis.issues.size(), issues.size()) << sample << ": " << issues_of(analysis);
    for (const std::string& issue : issues)
      EXPECT_TRUE(issues_of(analysis).contains(issue)) << sample << ": " << issues_of(analysis);
    ++checked;
  }
  EXPECT_GT(checked, 0U) << samples;
}

} // namespace portique::inventory
