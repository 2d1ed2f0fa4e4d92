#include "sockets/naming/cgroup_tree.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/folder.h"
#include "proc/mountinfo.h"

namespace sockdiag {
namespace {

/// Nothing when it is of another type.
std::optional<CgroupMount> Cgroup2Of(const MountinfoLine& mount) {
  if (mount.type != "cgroup2") return std::nullopt;
  // From a cgroup namespace, what lies above its root is seen as `/..`.
  const bool is_below = mount.root.starts_with("/") && !mount.root.starts_with("/..");
  return CgroupMount{UnescapeMountinfo(mount.point),
                     is_below ? UnescapeMountinfo(mount.root) : "/"};
}

/// Of a cgroup's folder that has just been removed (ENODEV while it is being read).
bool IsGone(int error_number) { return error_number == ENOENT || error_number == ENODEV; }

/// A walk of a tree of cgroups. What is still to be read is kept as bare names, folder by folder: a
/// host may have thousands in one.
class CgroupWalk {
 public:
  CgroupWalk(const CgroupMount& mount, const CgroupVisitor& visit, std::size_t limit)
      : mount_(mount),
        cgroup_(mount.cgroup == "/" ? "" : mount.cgroup),
        visit_(visit),
        limit_(limit) {}

  Result<void> Run() {
    ReadFolder("");
    while (!levels_.empty() && !is_cut_) {
      Level& level = levels_.back();
      if (level.next == level.names.size()) {
        levels_.pop_back();
        continue;
      }
      const std::string_view name = level.names.c_str() + level.next;
      level.next += name.size() + 1;
      ReadFolder(Below(level.path, name));
    }
    if (!is_cut_ || !result_) return result_;
    return Fail(mount_.folder + ": more than " + std::to_string(limit_) +
                " cgroups, the rest have no owner");
  }

 private:
  /// A folder and what is in it.
  struct Level {
    /// Below the mount.
    std::string path;
    /// Each ended by a NUL.
    std::string names;
    std::size_t next = 0;
  };

  static std::string Below(const std::string& path, std::string_view name) {
    return std::string(path).append("/").append(name);
  }

  void ReadFolder(std::string path) {
    const Folder folder = OpenFolder(mount_.folder + path);
    if (!folder) return Note(path, errno);
    Level level{std::move(path), {}};
    errno = 0;
    while (const dirent* entry = readdir(folder.get())) {
      const std::string_view name = entry->d_name;
      if (entry->d_type == DT_DIR && name != "." && name != "..") {
        if (visited_ == limit_) {
          is_cut_ = true;
          return;
        }
        ++visited_;
        visit_(entry->d_ino, cgroup_ + Below(level.path, name));
        level.names.append(name).push_back('\0');
      }
      errno = 0;
    }
    Note(level.path, errno);
    if (!level.names.empty()) levels_.push_back(std::move(level));
  }

  /// Why a folder was not read to its end, or 0. One that is gone by now has nothing in it.
  void Note(const std::string& path, int error_number) {
    const bool is_well = error_number == 0 || (IsGone(error_number) && !path.empty());
    if (!is_well && result_) result_ = FailErrno(mount_.folder + path, error_number);
  }

  const CgroupMount& mount_;
  const std::string cgroup_;
  const CgroupVisitor& visit_;
  const std::size_t limit_;
  std::size_t visited_ = 0;
  bool is_cut_ = false;
  /// Of the first folder that could not be read.
  Result<void> result_;
  std::vector<Level> levels_;
};

}  // namespace

std::optional<CgroupMount> FindCgroup2(std::string_view mountinfo) {
  std::optional<CgroupMount> first;
  ForEachMount(mountinfo, [&](const MountinfoLine& mount) {
    if (!first) first = Cgroup2Of(mount);
  });
  return first;
}

Result<void> VisitCgroups(const CgroupMount& mount, const CgroupVisitor& visit, std::size_t limit) {
  return CgroupWalk(mount, visit, limit).Run();
}

Result<void> VisitHostCgroups(const CgroupVisitor& visit, const std::string& proc) {
  // Each container has some mounts in it.
  constexpr std::size_t kLimitBytes = 16 << 20;
  const std::string path = proc + "/self/mountinfo";
  const Result<std::string> mountinfo = ReadFile(path, kLimitBytes);
  if (!mountinfo) return tl::unexpected(mountinfo.error());
  const std::optional<CgroupMount> mount = FindCgroup2(*mountinfo);
  if (!mount) return Fail(path + ": no cgroup2 hierarchy is mounted");
  struct statfs status {};
  if (statfs(mount->folder.c_str(), &status) != 0) return FailErrno(mount->folder, errno);
  if (status.f_type != CGROUP2_SUPER_MAGIC) {
    return Fail(mount->folder + ": something else is mounted over the cgroup2 hierarchy");
  }
  return VisitCgroups(*mount, visit);
}

}  // namespace sockdiag
