#pragma once

#include <string>
#include <string_view>

#include "tests/support/files.h"

namespace sockdiag::fuzz {

/// A directory that stands for /proc, where every file that a collector reads for itself is the
/// same one. Removed with this.
class ProcRoot {
 public:
  ProcRoot();

  [[nodiscard]] const std::string& path() const { return directory_.path(); }
  /// Replaces what is in them.
  void Write(std::string_view text) const;

 private:
  const testing::TemporaryDirectory directory_;
};

}  // namespace sockdiag::fuzz
