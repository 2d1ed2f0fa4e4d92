#include "app/kernel_pipelines.h"

#include <string>
#include <utility>

#include "app/startup.h"
#include "netlink/transport.h"
#include "sockets/source/netlink_source.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

auto OpenNetlink() { return OpenSockDiag(kDumpSilenceLimit); }

}  // namespace

std::shared_ptr<Pipeline> KernelPipelines::Make(const Config& config, bool is_used_again) {
  const auto make_source = [this, is_used_again](NetlinkTransportFactory open) {
    return std::make_unique<NetlinkSource>(std::move(open), clock_, IsModuleLoaded, is_used_again);
  };
  const PipelineEnvironment environment{
      .open_source = [make_source] { return make_source(OpenNetlink); },
      .clock = clock_,
      .memory = memory_,
      .on_sample =
          [this](const std::string& error) {
            const std::lock_guard lock(sampling_mutex_);
            sampling_.Note(error);
          },
      .ephemeral_ports = [this] { return ephemeral_ports_.Read(); },
      .owners = &owners_,
      .namespaces = {.helper = namespaces_.helper.get(),
                     .why_no_helper = namespaces_.why_none,
                     .make_source = make_source,
                     .listener =
                         [this](const std::string& error) { reading_namespaces_.Note(error); }},
      .open_netlink =
          [](int protocol) { return OpenNetlinkTransport(protocol, kDumpSilenceLimit); },
      .takes_all_turns = !is_used_again,
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
