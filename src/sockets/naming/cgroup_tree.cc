#include "sockets/naming/cgroup_tree.h"

#include <dirent.h>

#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

#include "proc/scanner.h"

namespace sockdiag {
namespace {

using Folder = std::unique_ptr<DIR, int (*)(DIR*)>;

Folder Open(const std::string& path) { return {opendir(path.c_str()), &closedir}; }

/// mountinfo writes space, tab, line feed and backslash as `\` and three octal digits.
std::string Unescaped(std::string_view text) {
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '\\' && i + 3 < text.size() && text[i + 1] <= '3' &&
                           is_octal(text[i + 1]) && is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!is_escape) {
      plain += text[i];
      continue;
    }
    plain +=
        static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return plain;
}

/// The mount of one line, if it is one of cgroup2.
std::optional<CgroupMount> MountOf(std::string_view line) {
  Scanner scanner(line, " ");
  constexpr int kWordsBefore = 3;  // its id, its parent's, the device
  for (int i = 0; i < kWordsBefore; ++i) scanner.TakeWord();
  const std::string_view cgroup = scanner.TakeWord();
  const std::string_view folder = scanner.TakeWord();
  std::string_view word = scanner.TakeWord();
  while (!word.empty() && word != "-") word = scanner.TakeWord();
  if (scanner.TakeWord() != "cgroup2") return std::nullopt;
  // From a cgroup namespace, what lies above its root is seen as `/..`.
  const bool is_below = cgroup.starts_with("/") && !cgroup.starts_with("/..");
  return CgroupMount{Unescaped(folder), is_below ? Unescaped(cgroup) : "/"};
}

/// The names of the cgroups below a folder, with their ids.
std::vector<std::pair<std::string, std::uint64_t>> ReadFolder(DIR* folder) {
  std::vector<std::pair<std::string, std::uint64_t>> cgroups;
  while (const dirent* entry = readdir(folder)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type != DT_DIR || name == "." || name == "..") continue;
    cgroups.emplace_back(name, entry->d_ino);
  }
  return cgroups;
}

}  // namespace

std::optional<CgroupMount> FindCgroup2(std::string_view mountinfo) {
  Scanner scanner(mountinfo);
  while (!scanner.IsAtEnd()) {
    if (auto mount = MountOf(scanner.TakeLine())) return mount;
  }
  return std::nullopt;
}

Result<void> VisitCgroups(const CgroupMount& mount, const CgroupVisitor& visit) {
  const std::string cgroup = mount.cgroup == "/" ? "" : mount.cgroup;
  std::size_t visited = 0;
  // Below the mount, still to be read.
  std::vector<std::string> paths{""};
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    const Folder folder = Open(mount.folder + path);
    if (!folder && path.empty()) return FailErrno(mount.folder, errno);
    if (!folder) continue;
    for (const auto& [name, id] : ReadFolder(folder.get())) {
      if (visited++ == kMaxCgroups) return {};
      paths.push_back(path);
      paths.back().append("/").append(name);
      visit(id, cgroup + paths.back());
    }
  }
  return {};
}

}  // namespace sockdiag
