#pragma once

#include <string>

namespace sockdiag::testing {

/// Compares a text with tests/golden/NAME and fails the test with both when they differ. With
/// SOCKDIAG_UPDATE_GOLDEN=1 in the environment it writes the file instead.
void ExpectGolden(const std::string& name, const std::string& text);

}  // namespace sockdiag::testing
