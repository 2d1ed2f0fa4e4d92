#pragma once

#include <dirent.h>

#include <memory>
#include <string>

namespace sockdiag {

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

/// An open folder, for readdir(3). Not std::filesystem's iterator, which ends the process when
/// memory runs out.
using Folder = std::unique_ptr<DIR, CloseFolder>;

/// Null, with an errno, when it cannot be opened.
[[nodiscard]] inline Folder OpenFolder(const std::string& path) {
  return Folder(opendir(path.c_str()));
}

}  // namespace sockdiag
