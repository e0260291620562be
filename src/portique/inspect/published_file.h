#pragma once

#include <string_view>

namespace portique::inspect {

/// Whether a file of this path lies in a package of a language as its author published it, among
/// the tests, examples and documents: "usr/lib/python3/dist-packages/tornado/test/test.key",
/// "app/node_modules/a/test/fixtures/key.pem". What stands there is known to everybody.
bool is_published_test_data(std::string_view path);

} // namespace portique::inspect
