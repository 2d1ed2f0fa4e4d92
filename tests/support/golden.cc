#include "tests/support/golden.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace sockdiag::testing {

void ExpectGolden(const std::string& name, const std::string& text) {
  const std::string path = SOCKDIAG_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("SOCKDIAG_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << text;
    return;
  }
  std::ifstream file(path);
  const std::string golden((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  EXPECT_EQ(text, golden) << path << ": run the test with SOCKDIAG_UPDATE_GOLDEN=1 when the change "
                          << "is meant, and look at the difference in git";
}

}  // namespace sockdiag::testing
