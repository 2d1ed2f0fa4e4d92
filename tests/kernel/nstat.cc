#include "tests/kernel/nstat.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/kernel/system.h"

namespace sockdiag::kernel {

double Nstat(const std::string& counter) {
  std::istringstream listing(RunTool({"nstat", "-asz", counter}));
  for (std::string word; listing >> word;) {
    double value = 0;
    if (word == counter && listing >> value) return value;
  }
  ADD_FAILURE() << "nstat does not know " << counter;
  return 0;
}

}  // namespace sockdiag::kernel
