#include "app/kernel_pipelines.h"

#include <chrono>
#include <string>

#include "app/startup.h"
#include "sockets/source/netlink_source.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

auto OpenNetlink() {
  /// How long the kernel may stay silent in the middle of a dump.
  constexpr std::chrono::seconds kSilenceLimit{10};
  return OpenSockDiag(kSilenceLimit);
}

}  // namespace

std::shared_ptr<Pipeline> KernelPipelines::Make(const Config& config) {
  const PipelineEnvironment environment{
      .open_source = [this] { return std::make_unique<NetlinkSource>(OpenNetlink, clock_); },
      .clock = clock_,
      .memory = memory_,
      .on_sample =
          [this](const std::string& error) {
            const std::lock_guard lock(sampling_mutex_);
            sampling_.Note(error);
          },
      .ephemeral_ports = [this] { return ephemeral_ports_.Read(); },
      .show_self =
          [this](Samples& samples) { SelfSamples::Show(reloads_(), CurrentBuild(), samples); },
  };
  return std::make_shared<Pipeline>(config, LoadServicesDatabase(config, log_), environment);
}

/// The socket is closed at once: one that stays open would keep its network namespace alive.
Result<void> KernelPipelines::Check() {
  const auto netlink = OpenNetlink();
  if (!netlink) return Fail(SockDiagOpenError(netlink.error()).message);
  return {};
}

}  // namespace sockdiag
