#include "collectors/rtnetlink/route_counts.h"

#include <linux/rtnetlink.h>

#include <iterator>

#include "collectors/rtnetlink/route_message.h"

namespace sockdiag {

std::optional<bool> LetsTheRestOut(const RouteMessage& route) {
  const bool decides = route.table == RT_TABLE_MAIN && route.prefix_length == 0 &&
                       !route.is_selective && (route.flags & RTNH_F_DEAD) == 0;
  return decides ? std::optional(route.type == RTN_UNICAST) : std::nullopt;
}

DumpResult<void> RouteCounts::Add(const NetlinkMessage& message) {
  const DumpResult<RouteMessage> route = DecodeRoute(message.payload, family_);
  if (!route) return tl::unexpected(route.error());
  // Cloned: what a lookup has left in a cache, which old kernels list too.
  if ((route->flags & RTM_F_CLONED) != 0) return {};
  if (++routes_ > limit_) return EndDump();
  if (table_ && route->table != *table_) return {};
  if (!lets_rest_out_) lets_rest_out_ = LetsTheRestOut(*route);
  Count({route->table < RT_TABLE_DEFAULT || route->table > RT_TABLE_LOCAL, route->table,
         route->protocol, route->type});
  return {};
}

/// What has lost its place never gets it back: the last one with a place only comes nearer.
void RouteCounts::Count(const Kind& kind) {
  const auto found = counts_.find(kind);
  if (found != counts_.end()) {
    ++found->second;
    return;
  }
  if (counts_.size() < kKinds) {
    counts_.emplace(kind, 1);
    return;
  }
  const auto last = std::prev(counts_.end());
  if (last->first < kind) {
    ++others_;
    return;
  }
  others_ += last->second;
  counts_.erase(last);
  counts_.emplace(kind, 1);
}

void RouteCounts::Show(Seen& seen, Samples& samples) const {
  for (const auto& [kind, count] : counts_) seen.kinds_.insert(kind);
  for (auto it = seen.kinds_.end(); seen.kinds_.size() > kKinds;) {
    --it;
    if (!counts_.contains(*it)) it = seen.kinds_.erase(it);
  }
  for (const Kind& kind : seen.kinds_) {
    if (table_ && kind.table != *table_) continue;
    const auto found = counts_.find(kind);
    samples.Add(kRoutes, found == counts_.end() ? 0 : found->second, Name(family_),
                RouteTableName(kind.table), RouteProtocolName(kind.protocol),
                RouteTypeName(kind.type));
  }
  seen.others_ = seen.others_ || others_ > 0;
  if (table_ ? others_ > 0 : seen.others_)
    samples.Add(kRoutes, others_, Name(family_), "other", "other", "other");
}

std::optional<bool> DefaultRouteSearch::found() const {
  if (lets_rest_out_) return lets_rest_out_;
  return records_ > kRecords ? std::nullopt : std::optional(false);
}

DumpResult<void> DefaultRouteSearch::Add(const NetlinkMessage& message) {
  const DumpResult<RouteMessage> route = DecodeRoute(message.payload, family_);
  if (!route) return tl::unexpected(route.error());
  if (++records_ > kRecords) return End();
  if (route->table != RT_TABLE_MAIN) return {};
  lets_rest_out_ = LetsTheRestOut(*route);
  if (lets_rest_out_) return End();
  if (family_ == Family::kIpv6) return {};
  const DumpResult<bool> begins_with_zeros = HasZeroDestination(*route);
  if (!begins_with_zeros) return tl::unexpected(begins_with_zeros.error());
  if (!*begins_with_zeros) return End();
  return {};
}

tl::unexpected<DumpError> DefaultRouteSearch::End() {
  has_ended_ = true;
  return EndDump();
}

}  // namespace sockdiag
