#include "sockets/tally/socket_tallies.h"

namespace sockdiag {
namespace {

template <typename... Tallies>
std::vector<const Metric*> MetricsOf(const std::tuple<Tallies...>*) {
  std::vector<const Metric*> metrics;
  (metrics.insert(metrics.end(), Tallies::kMetrics.begin(), Tallies::kMetrics.end()), ...);
  return metrics;
}

}  // namespace

SocketTallies::SocketTallies(Protocol protocol, const EphemeralPorts& ephemeral,
                             const ServiceMatcher& matcher, bool counts_owners)
    : protocol_(protocol), ranks_(matcher, ephemeral.range) {
  if (Traits(protocol).takes_ephemeral_ports && ephemeral.is_known) {
    ephemeral_ = std::make_unique<EphemeralPortsTally>(ephemeral);
  }
  if (counts_owners) owners_ = std::make_unique<OwnerTally>();
}

void SocketTallies::ShareOutEphemeralPorts() {
  if (!ephemeral_ || !owners_) return;
  for (const auto& [owner, share] : ephemeral_->SaturationByOwner()) {
    owners_->MeetEphemeralPorts(owner, share);
  }
}

void SocketTallies::Show(Showing& showing) const {
  std::apply([&](const auto&... tally) { (tally.Show(showing), ...); }, tallies_);
  if (ephemeral_) ephemeral_->Show(showing.samples);
}

std::vector<const Metric*> SocketTallies::Metrics() {
  return MetricsOf(static_cast<const List*>(nullptr));
}

}  // namespace sockdiag
