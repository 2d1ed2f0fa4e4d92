#pragma once

#include <string>
#include <string_view>

namespace sockdiag::fuzz {

/// A directory that stands for /proc, where every file of the kernel's limits is the same one.
/// Removed with this.
class ProcRoot {
 public:
  ProcRoot();
  ProcRoot(const ProcRoot&) = delete;
  ProcRoot& operator=(const ProcRoot&) = delete;
  ~ProcRoot();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Replaces what is in them.
  void Write(std::string_view text) const;

 private:
  std::string path_;
};

}  // namespace sockdiag::fuzz
