#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/port.h"
#include "model/protocol.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/owner.h"
#include "sockets/naming/service_names.h"
#include "sockets/source/source_kind.h"

namespace sockdiag {

/// Whose drops: those of one port's listeners or receivers that one service and one owner have.
struct DropKey {
  Port port;
  ServiceId service;
  OwnerId owner;

  friend auto operator<=>(const DropKey&, const DropKey&) = default;
};

using Drops = std::map<DropKey, std::uint64_t>;

/// By Protocol.
using DropsByProtocol = std::array<Drops, kProtocols.size()>;

/// What listeners (TCP) and receivers (UDP) of one protocol have dropped, from dump to dump: the
/// kernel counts for each socket since it was made (`sk_drops`), and here the differences are told.
/// A lower bound: what a socket drops after the last dump that sees it is in no dump. Nor is what
/// was dropped before the first dump, as nobody knows when. Remembers the sockets that have dropped
/// something, and no others. Any thread may use it.
class DropWatch {
 public:
  /// What one dump shows. Thrown away without Commit(), the dump has failed.
  class Pass {
   public:
    void Observe(const SocketRecord& record, const Classification& classification) {
      if (record.drops == 0 || record.cookie == 0) return;
      seen_.push_back({record.cookie,
                       record.drops,
                       {classification.service_port, GroupOf(classification.group).service,
                        classification.owner}});
    }
    /// All listeners and receivers were there. Two sources do not tell sockets apart in the same
    /// way: the first dump of another one than before is as the very first.
    void Commit(SourceKind source = SourceKind::kNetlink) && { watch_.Take(*this, source); }

   private:
    friend class DropWatch;
    struct Seen {
      std::uint64_t cookie;
      std::uint32_t drops;
      DropKey key;
    };
    explicit Pass(DropWatch& watch) : watch_(watch) {}

    DropWatch& watch_;
    std::vector<Seen> seen_;
  };

  /// A dump that begins now. This must outlive it.
  [[nodiscard]] Pass Begin() { return Pass(*this); }

  /// What was dropped since it was last marked as counted.
  [[nodiscard]] Drops Uncounted() const;
  void MarkCounted(const Drops& counted) noexcept;

 private:
  /// When it throws, for want of memory, the dump has failed.
  void Take(const Pass& pass, SourceKind source);

  mutable std::mutex mutex_;
  /// By cookie; nothing before the first dump.
  std::optional<std::unordered_map<std::uint64_t, std::uint32_t>> known_;
  /// Of the last dump.
  SourceKind source_ = SourceKind::kNetlink;
  Drops uncounted_;
};

}  // namespace sockdiag
