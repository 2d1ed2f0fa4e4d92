#include "app/kernel_pipelines.h"

#include <string>
#include <utility>

#include "app/startup.h"
#include "netlink/transport.h"
#include "sockets/source/fallback_source.h"
#include "sockets/source/netlink_source.h"
#include "sockets/source/proc_source.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

auto OpenNetlink() { return OpenSockDiag(kDumpSilenceLimit); }

}  // namespace

std::unique_ptr<SocketSource> KernelPipelines::MakeSource(SourceChoice choice,
                                                          const std::shared_ptr<Refusals>& refusals,
                                                          bool is_used_again) {
  auto proc =
      std::make_unique<ProcSource>(ProcReading{.clock = clock_, .is_used_again = is_used_again});
  if (choice == SourceChoice::kProc) return proc;
  auto netlink = std::make_unique<NetlinkSource>(OpenNetlink, refusals);
  if (choice == SourceChoice::kNetlink) return netlink;
  return std::make_unique<FallbackSource>(
      std::move(netlink), std::move(proc),
      [this](Protocol protocol, const std::string& error) { using_proc_.Note(protocol, error); });
}

std::shared_ptr<Pipeline> KernelPipelines::Make(const Config& config, bool is_used_again) {
  // Scrapes and samples turn to /proc together, and back.
  const auto refusals = std::make_shared<Refusals>(
      clock_, Refusals::Options{.memory = {IsModuleLoaded, is_used_again},
                                .with_denials = config.source == SourceChoice::kAuto});
  // Of another namespace there is no /proc that the exporter may read.
  const auto make_namespace_source = [this, is_used_again](NetlinkTransportFactory open) {
    return std::make_unique<NetlinkSource>(std::move(open), clock_, IsModuleLoaded, is_used_again);
  };
  const PipelineEnvironment environment{
      .open_source = [this, choice = config.source, refusals,
                      is_used_again] { return MakeSource(choice, refusals, is_used_again); },
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
                     .make_source = make_namespace_source,
                     .listener =
                         [this](const std::string& error) { reading_namespaces_.Note(error); }},
      .open_netlink =
          [](int protocol) { return OpenNetlinkTransport(protocol, kDumpSilenceLimit); },
      .is_used_again = is_used_again,
      .show_self =
          [this](Samples& samples) { SelfSamples::Show(reloads_(), CurrentBuild(), samples); },
  };
  return std::make_shared<Pipeline>(config, LoadServicesDatabase(config, log_), environment);
}

/// The socket is closed at once: one that stays open would keep its network namespace alive.
Result<void> KernelPipelines::Check(SourceChoice choice) {
  if (choice == SourceChoice::kProc) return {};
  const auto netlink = OpenNetlink();
  if (netlink) return {};
  const DumpError error = SockDiagOpenError(netlink.error());
  if (choice == SourceChoice::kAuto && error.is_denied) return {};
  return Fail(error.message);
}

}  // namespace sockdiag
