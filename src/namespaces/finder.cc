#include "namespaces/finder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "base/folder.h"
#include "namespaces/messages.h"
#include "namespaces/mounts.h"
#include "namespaces/process_cgroup.h"
#include "namespaces/visitor.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr std::size_t kProcFileLimitBytes = 65536;
/// A host with thousands of containers has tens of thousands of mounts.
constexpr std::size_t kMountsLimitBytes = std::size_t{64} << 20;

std::optional<pid_t> ParsePid(std::string_view name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size() || pid <= 0) return std::nullopt;
  return pid;
}

/// "PID/FILE", without a string from the heap: it is made for each process of the host.
class ProcessPath {
 public:
  ProcessPath(pid_t pid, std::string_view file) {
    char* end = std::to_chars(text_.data(), text_.data() + text_.size(), pid).ptr;
    *end++ = '/';
    *std::copy(file.begin(), file.end(), end) = '\0';
  }
  [[nodiscard]] const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 32> text_;
};

/// The id that a link tells; nothing, with an errno, when it cannot be read.
std::optional<NamespaceId> ReadLink(int folder, const char* path) {
  std::array<char, 64> text;
  const ssize_t size = readlinkat(folder, path, text.data(), text.size());
  if (size < 0) return std::nullopt;
  errno = EINVAL;
  return ParseNamespaceLink({text.data(), static_cast<std::size_t>(size)});
}

/// 0 when there is no such file.
ino_t InodeOf(int folder, const char* path) {
  struct stat status {};
  return fstatat(folder, path, &status, 0) == 0 ? status.st_ino : 0;
}

/// Which namespace a process is in, told apart from others by the inode number of its
/// /proc/P/net/dev, which needs no privilege; 0 when it is gone.
ino_t NetworkInode(int folder, pid_t pid) {
  return InodeOf(folder, ProcessPath(pid, "net/dev").c_str());
}

std::optional<std::uint64_t> ParseStart(std::string_view stat) {
  // The name in parentheses may hold any of both.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  Scanner words(stat.substr(name_end + 1));
  for (int field = 3; field < 22; ++field) words.TakeWord();
  words.SkipSpace();
  return words.TakeInteger<std::uint64_t>();
}

}  // namespace

struct NamespaceFinder::Sweep {
  Folder folder;
  NamespaceId own = 0;
  std::optional<NamespaceId> host;
  std::map<NamespaceId, Place> places;
  std::unordered_map<pid_t, KnownStart> starts;
  bool is_cut = false;
  /// Of processes whose id is refused: their NetworkInode().
  std::set<ino_t> refused_inodes;
  std::string refusal;
  std::uint32_t refused = 0;

  [[nodiscard]] int fd() const { return dirfd(folder.get()); }
  /// Nothing when there is no room for another.
  [[nodiscard]] Place* PlaceOf(NamespaceId id) {
    const auto known = places.find(id);
    if (known != places.end()) return &known->second;
    is_cut = is_cut || places.size() >= kMaxNamespaces;
    return places.size() < kMaxNamespaces ? &places[id] : nullptr;
  }
};

Result<FoundNamespaces> NamespaceFinder::Find() {
  Sweep sweep;
  sweep.folder = OpenFolder(proc_);
  if (!sweep.folder) return FailErrno("cannot list " + proc_, errno);
  const std::optional<NamespaceId> own = ReadLink(sweep.fd(), "self/ns/net");
  if (!own) return FailErrno("cannot read " + proc_ + "/self/ns/net", errno);
  sweep.own = *own;
  sweep.host = ReadLink(sweep.fd(), "1/ns/net");
  static_cast<void>(sweep.PlaceOf(*own));
  errno = 0;
  while (const dirent* entry = readdir(sweep.folder.get())) {
    const std::optional<pid_t> pid = ParsePid(entry->d_name);
    if (pid) LookAtProcess({*pid, entry->d_ino}, sweep);
    errno = 0;
  }
  if (errno != 0) return FailErrno("cannot list " + proc_, errno);
  AddMounts(sweep);
  CountRefusedNamespaces(sweep);
  FoundNamespaces found = Report(sweep);
  places_ = std::move(sweep.places);
  starts_ = std::move(sweep.starts);
  return found;
}

void NamespaceFinder::LookAtProcess(const Process& process, Sweep& sweep) {
  const std::optional<NamespaceId> id =
      ReadLink(sweep.fd(), ProcessPath(process.pid, "ns/net").c_str());
  if (id) return AddProcess(process, *id, sweep);
  // Any other errno is that of a process that has just ended.
  if (errno == EACCES || errno == EPERM) NoteRefused(process, errno, sweep);
}

void NamespaceFinder::NoteRefused(const Process& process, int error, Sweep& sweep) {
  const ino_t inode = NetworkInode(sweep.fd(), process.pid);
  if (inode == 0) return;
  sweep.refused_inodes.insert(inode);
  if (!sweep.refusal.empty()) return;
  sweep.refusal = ErrnoMessage(
      "cannot read " + proc_ + "/" + ProcessPath(process.pid, "ns/net").c_str(), error);
  sweep.refusal.append(": ").append(kDirectivesForNamespaces);
}

void NamespaceFinder::AddProcess(const Process& process, NamespaceId id, Sweep& sweep) {
  Place* place = sweep.PlaceOf(id);
  if (place == nullptr) return;
  // Most processes are in our own namespace, which nobody asks to enter by one of them.
  if (id == sweep.own) {
    if (place->processes.empty()) place->processes.emplace_back(0, process.pid);
    return;
  }
  const std::pair entry(StartOf(process, sweep), process.pid);
  auto& processes = place->processes;
  processes.insert(std::upper_bound(processes.begin(), processes.end(), entry), entry);
  if (processes.size() > kMaxProcesses) processes.pop_back();
}

NamespaceFinder::StartTime NamespaceFinder::StartOf(const Process& process, Sweep& sweep) {
  constexpr StartTime kUnknown = ~StartTime{0};
  StartTime start = kUnknown;
  const auto known = starts_.find(process.pid);
  if (known != starts_.end() && known->second.folder == process.folder) {
    start = known->second.start;
  } else {
    const std::string path = proc_ + "/" + ProcessPath(process.pid, "stat").c_str();
    const Result<std::string> stat = ReadFile(path, kProcFileLimitBytes);
    start = stat ? ParseStart(*stat).value_or(kUnknown) : kUnknown;
  }
  if (start != kUnknown) sweep.starts[process.pid] = {process.folder, start};
  return start;
}

void NamespaceFinder::AddMounts(Sweep& sweep) {
  // Without this file, there are those that have a process.
  const std::string text =
      ReadFile(proc_ + "/self/mountinfo", kMountsLimitBytes).value_or(std::string());
  for (NamespaceMount& mount : ParseNamespaceMounts(text)) {
    const bool is_known = sweep.places.contains(mount.id);
    if (!is_known && IsBehindClosedFolder(mount.path)) continue;
    Place* place = sweep.PlaceOf(mount.id);
    if (place == nullptr) continue;
    if (place->name.empty() && mount.name.size() <= kMaxNameBytes) place->name = mount.name;
    place->mounts.push_back(std::move(mount.path));
  }
}

void NamespaceFinder::CountRefusedNamespaces(Sweep& sweep) const {
  if (sweep.refused_inodes.empty()) return;
  // Those that have a process that is not refused, too, are known.
  sweep.refused_inodes.erase(InodeOf(sweep.fd(), "self/net/dev"));
  for (const auto& [id, place] : sweep.places) {
    for (const auto& [start, pid] : place.processes) {
      sweep.refused_inodes.erase(NetworkInode(sweep.fd(), pid));
    }
  }
  sweep.refused = static_cast<std::uint32_t>(sweep.refused_inodes.size());
  if (sweep.refused == 0) sweep.refusal.clear();
}

FoundNamespaces NamespaceFinder::Report(const Sweep& sweep) const {
  FoundNamespaces found;
  found.is_cut = sweep.is_cut;
  found.refused = sweep.refused;
  found.refusal = sweep.refusal;
  found.namespaces.reserve(sweep.places.size());
  for (const auto& [id, place] : sweep.places) {
    const bool is_own = id == sweep.own;
    found.namespaces.push_back({.id = id,
                                .is_host = sweep.host == id,
                                .is_own = is_own,
                                .name = place.name,
                                .cgroup = is_own ? std::string() : CgroupOf(place)});
  }
  return found;
}

std::string NamespaceFinder::CgroupOf(const Place& place) const {
  for (const auto& [start, pid] : place.processes) {
    const std::string path = proc_ + "/" + ProcessPath(pid, "cgroup").c_str();
    const Result<std::string> text = ReadFile(path, kProcFileLimitBytes);
    if (!text) continue;
    const std::string_view cgroup = PickCgroupPath(*text);
    return std::string(cgroup.size() <= kMaxCgroupBytes ? cgroup : std::string_view());
  }
  return {};
}

std::vector<std::string> NamespaceFinder::EntrancesOf(NamespaceId id) const {
  std::vector<std::string> entrances;
  const auto place = places_.find(id);
  if (place == places_.end()) return entrances;
  for (const auto& [start, pid] : place->second.processes) {
    entrances.push_back(proc_ + "/" + ProcessPath(pid, "ns/net").c_str());
  }
  for (const std::string& mount : place->second.mounts) entrances.push_back(mount);
  return entrances;
}

}  // namespace sockdiag
