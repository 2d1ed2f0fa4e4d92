#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "namespaces/helper.h"

namespace sockdiag {

/// Finds the network namespaces of a host by the processes in /proc and by the mounts of nsfs. One
/// thread at a time.
class NamespaceFinder {
 public:
  /// So many processes of a namespace are kept, by which it can be entered.
  static constexpr std::size_t kMaxProcesses = 4;

  /// `proc` stands for /proc.
  explicit NamespaceFinder(std::string proc = "/proc") : proc_(std::move(proc)) {}

  /// Looks at each process anew, as it may have gone elsewhere since. What vanishes meanwhile is
  /// left out. Fails when /proc or our own namespace cannot be read.
  [[nodiscard]] Result<FoundNamespaces> Find();

  /// Files by which a namespace of the last find can be entered, oldest process first, then mounts.
  /// Whoever opens one must look whether it is still that namespace's.
  [[nodiscard]] std::vector<std::string> EntrancesOf(NamespaceId id) const;

 private:
  /// What is known of a process without reading a file: /proc gives its folder another inode
  /// number than the one before with the same pid.
  struct Process {
    pid_t pid;
    ino_t folder;
  };
  /// When a process started, in clock ticks after boot; field 22 of /proc/P/stat.
  using StartTime = std::uint64_t;
  struct KnownStart {
    ino_t folder;
    StartTime start;
  };
  struct Place {
    /// Oldest first, at most kMaxProcesses.
    std::vector<std::pair<StartTime, pid_t>> processes;
    std::vector<std::string> mounts;
    std::string name;
  };
  /// A find under way.
  struct Sweep;

  void LookAtProcess(const Process& process, Sweep& sweep);
  void NoteRefused(const Process& process, int error, Sweep& sweep);
  void AddProcess(const Process& process, NamespaceId id, Sweep& sweep);
  void AddMounts(Sweep& sweep);
  void CountRefusedNamespaces(Sweep& sweep) const;
  [[nodiscard]] FoundNamespaces Report(const Sweep& sweep) const;
  [[nodiscard]] StartTime StartOf(const Process& process, Sweep& sweep);
  [[nodiscard]] std::string CgroupOf(const Place& place) const;

  const std::string proc_;
  /// Of the last find.
  std::map<NamespaceId, Place> places_;
  /// Of the processes in other namespaces than our own, so that each is read once.
  std::unordered_map<pid_t, KnownStart> starts_;
};

}  // namespace sockdiag
