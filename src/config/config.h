#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/socket_state.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/service_rule.h"

namespace sockdiag {

/// `collectors`: which ones run.
struct CollectorSwitches {
  bool tcp = true;
  bool udp = true;
  bool kernel_limits = true;

  friend bool operator==(const CollectorSwitches&, const CollectorSwitches&) = default;
};

/// `sampling`: watching troubled states between scrapes.
struct SamplingOptions {
  /// 0: only when scraped.
  std::chrono::milliseconds interval = std::chrono::seconds(5);
  /// Share of one core, 0..1.
  double cpu_budget = 0.02;
  std::chrono::milliseconds peak_window = std::chrono::minutes(1);
  std::vector<SocketState> watched_states = {SocketState::kSynSent,   SocketState::kSynRecv,
                                             SocketState::kFinWait1,  SocketState::kFinWait2,
                                             SocketState::kCloseWait, SocketState::kLastAck,
                                             SocketState::kClosing};
  std::size_t max_tracked_sockets = 200'000;

  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// `stuck_after`: longer than this in one state is stuck.
struct StuckAfter {
  std::chrono::milliseconds syn_sent = std::chrono::seconds(5);
  std::chrono::milliseconds syn_recv = std::chrono::seconds(5);
  std::chrono::milliseconds fin_wait1 = std::chrono::seconds(60);
  std::chrono::milliseconds fin_wait2 = std::chrono::seconds(60);
  std::chrono::milliseconds close_wait = std::chrono::seconds(60);
  std::chrono::milliseconds last_ack = std::chrono::seconds(60);
  std::chrono::milliseconds closing = std::chrono::seconds(60);

  friend bool operator==(const StuckAfter&, const StuckAfter&) = default;
};

/// The configuration file as values; default-constructed, it is the built-in configuration.
struct Config {
  CollectorSwitches collectors;
  /// In the file's order: the first rule that matches names the socket.
  std::vector<ServiceRule> services;
  /// Names ports that no rule names; absent turns it off.
  std::optional<std::string> services_database = "/etc/services";
  Limits limits;
  SamplingOptions sampling;
  StuckAfter stuck_after;

  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace sockdiag
