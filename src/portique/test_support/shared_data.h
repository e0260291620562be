#pragma once

// Real advisories, images and package databases that are too large for the project itself. They lie
// in the folder that PORTIQUE_TEST_DATA names, or in ../shared/data beside the checkout.

#include <filesystem>
#include <optional>

namespace portique::test_support {

/// The file or folder, or nothing if it is not on this machine.
std::optional<std::filesystem::path> shared_data(const std::filesystem::path& relative);

} // namespace portique::test_support

/// In a test body: `name` becomes the path of the shared file, or the test is skipped with the
/// reason.
#define PQ_SHARED_DATA_OR_SKIP(name, relative)                                                     \
  const auto name##_found = ::portique::test_support::shared_data(relative);                       \
  if (!name##_found)                                                                               \
    GTEST_SKIP() << "shared test data not found: " << (relative) << " (set PORTIQUE_TEST_DATA)";   \
  const std::filesystem::path& name = *name##_found
