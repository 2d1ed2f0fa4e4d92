#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "sockets/naming/cgroup_path.h"
#include "sockets/naming/cgroup_tree.h"
#include "sockets/naming/owner.h"
#include "sockets/naming/pod_names.h"

namespace sockdiag {

/// From what a cgroup's path tells, whatever bytes that has. A pod goes by its uid.
[[nodiscard]] Owner OwnerOf(const CgroupOwner& cgroup);

/// Where Owners has the names of pods from.
struct PodNaming {
  /// As ReadPodNames().
  std::function<PodNames()> read = [] { return PodNames(); };
  /// Gets, at each reading while pods are known, why some go by their uid, or an empty text. One
  /// call at a time.
  std::function<void(const std::string& error)> listener = [](const std::string&) {};
};

/// The owners of the cgroups that sockets belong to. A cgroup's id is looked for in the tree when a
/// socket has one that is not known: then every cgroup there is comes to be known; until the next
/// time, unless a socket has it. An id that is not in the tree belongs to a cgroup that was
/// removed, or lies out of sight, and has no owner. What is known of a cgroup stays, also when that
/// is removed, for as long as sockets of it are seen, and for the retention after, but
/// kLeastRetention at least. So does the name of a pod. Pods and containers get theirs when the
/// tree has been read; a pod without one that has sockets is looked for again. Any thread may use
/// it.
class Owners {
 public:
  /// The tree is not read again sooner: what comes to be unknown meanwhile has no owner until then.
  /// Nor are the names of pods by themselves.
  static constexpr std::chrono::seconds kLeastBetweenReads{10};
  /// Nor for one that was not in what could be read of it: there may be a folder that is never to
  /// be read, or more cgroups than are looked at. A reading for another one may find it.
  static constexpr std::chrono::minutes kBetweenReadsForDoubtful{10};
  /// However short series are to stay: a dump of another protocol, or a scrape that comes late,
  /// must not make the tree be read again.
  static constexpr std::chrono::minutes kLeastRetention{15};
  /// All that stays of it when more than kMaxCgroups are remembered: many short jobs must not take
  /// a host's memory.
  static constexpr std::chrono::minutes kLeastWhenMany{2};

  /// Reads the tree of cgroups, as VisitCgroups().
  using TreeReader = std::function<Result<void>(const CgroupVisitor&)>;
  /// Gets, at each reading, why it failed, or an empty text. One call at a time.
  using Listener = std::function<void(const std::string& error)>;

  /// The clock must outlive this.
  Owners(TreeReader read_tree, Listener listener, const Clock& clock, PodNaming pods = {})
      : read_tree_(std::move(read_tree)),
        listener_(std::move(listener)),
        clock_(clock),
        start_(clock.Now()),
        pods_(std::move(pods)) {}

  /// How long a cgroup that no socket belongs to any more is remembered: this, or kLeastRetention
  /// where it is longer.
  void SetRetention(Clock::Duration retention);

  /// What one dump asks. One thread at a time.
  class Pass {
   public:
    /// Of a socket with this cgroup id, which may be 0.
    [[nodiscard]] OwnerId Of(std::uint64_t cgroup_id) {
      auto& met = met_[cgroup_id % met_.size()];
      if (cgroup_id == met.first) return met.second;
      const auto found = seen_.find(cgroup_id);
      met = {cgroup_id, found == seen_.end() ? Find(cgroup_id) : found->second};
      return met.second;
    }
    /// The dump came to its end, and so these cgroups have sockets.
    void Commit() &&;

   private:
    friend class Owners;
    explicit Pass(Owners& owners) : owners_(owners) {}
    [[nodiscard]] OwnerId Find(std::uint64_t cgroup_id);

    Owners& owners_;
    std::unordered_map<std::uint64_t, OwnerId> seen_;
    /// What was asked for last, by the last bits of the ids, which are given one after the other:
    /// most sockets of a host belong to few cgroups, in any order.
    std::array<std::pair<std::uint64_t, OwnerId>, 128> met_{};
  };

  /// A dump that begins now. This must outlive it.
  [[nodiscard]] Pass Begin() { return Pass(*this); }

  /// Whose a cgroup of this path is. A pod or container is remembered for the retention after.
  [[nodiscard]] Owner OfPath(std::string_view path);
  /// Nobody, also when nothing of the owner is remembered any more.
  [[nodiscard]] Owner Name(OwnerId id) const;
  /// Empty of what is neither a pod nor a container.
  [[nodiscard]] OwnerDetails Details(OwnerId id) const;
  /// The same, of what Name() or OfPath() gave; looks at all that is known.
  [[nodiscard]] OwnerDetails Details(const Owner& owner) const;
  /// How many cgroups are remembered.
  [[nodiscard]] std::size_t size() const;

 private:
  /// Since start_; a host may have thousands of cgroups, so what is known of them is small.
  using Age = std::chrono::duration<std::uint32_t>;

  struct Cgroup {
    OwnerId owner = OwnerId::kNone;
    /// A socket's, or when it was last found in the tree.
    Age last_use;
    /// A socket has, or had it.
    bool was_met = false;
    /// It was not in what could be read of the tree, but that was not all.
    bool is_doubtful = false;
  };
  enum class Reading : std::uint8_t { kWhole, kPart, kNothing };

  /// What pods and containers have besides.
  struct Names {
    Owner owner;
    OwnerDetails details;
    /// When its path was asked for.
    std::optional<Clock::TimePoint> last_asked = std::nullopt;

    [[nodiscard]] bool IsPod() const { return owner.kind == OwnerKind::kPod; }
    /// A pod that goes by its uid, or a container.
    [[nodiscard]] bool AreLacking() const;
  };

  struct Known {
    OwnerId id;
    /// Null of what is neither a pod nor a container.
    std::unique_ptr<Names> names;
  };
  /// By what OwnerOf() makes of a cgroup.
  using ByCgroup = std::map<Owner, Known>;

  /// Nothing when it cannot be told now.
  [[nodiscard]] std::optional<OwnerId> Find(std::uint64_t cgroup_id);
  /// Looks for the name of a pod that has none, when it is time.
  void LookForName(const ByCgroup::value_type& owner, Clock::TimePoint now);
  Reading ReadTree(Clock::TimePoint now);
  /// Those that are not in the tree as it was read now, and never had a socket.
  void ForgetNeverMet(Clock::TimePoint now);
  /// Gives pods and containers the names that are known by now.
  void ReadNames(Clock::TimePoint now);
  /// Null of nobody.
  [[nodiscard]] const ByCgroup::value_type* Intern(const CgroupOwner& cgroup);
  /// Null when nothing of it is remembered.
  [[nodiscard]] const ByCgroup::value_type* Find(OwnerId id) const;
  void Touch(const Pass& pass);
  [[nodiscard]] bool IsSilent(Clock::TimePoint last_use, Clock::TimePoint now) const {
    return now - last_use > retention_;
  }
  [[nodiscard]] Age AgeAt(Clock::TimePoint time) const {
    return std::chrono::ceil<Age>(time - start_);
  }
  /// But those whose path was asked for.
  void ForgetOwnersWithoutCgroup(Clock::TimePoint now);

  const TreeReader read_tree_;
  const Listener listener_;
  const Clock& clock_;
  const Clock::TimePoint start_;
  const PodNaming pods_;
  mutable std::mutex mutex_;
  Clock::Duration retention_ = kLeastRetention;
  std::optional<Clock::TimePoint> last_read_;
  std::optional<Clock::TimePoint> last_read_of_names_;
  OwnerId next_id_ = OwnerId::kFirst;
  std::unordered_map<std::uint64_t, Cgroup> cgroups_;
  ByCgroup known_;
  /// In the order of the ids.
  std::vector<std::pair<OwnerId, const ByCgroup::value_type*>> by_id_;
};

}  // namespace sockdiag
