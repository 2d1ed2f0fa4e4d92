#pragma once

#include <fcntl.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/namespaces/namespace_turn.h"
#include "namespaces/helper.h"
#include "sockets/source/socket_source.h"

namespace sockdiag::testing {

/// Network namespaces that a test fills in, as the helper finds them and as their dumps show them.
class FakeNamespaces final : public NamespaceHelper {
 public:
  struct One {
    FoundNamespace found = {};
    NamespaceCounters counters = {};
    std::map<Protocol, std::vector<SocketRecord>> tables = {};
    std::string port_range = "32768 60999";
    /// Of Counters() and Open().
    std::optional<NamespaceError> error = {};
    std::optional<DumpError> dump_error = {};
    /// Whose dumps fail.
    std::optional<Protocol> failing = {};
    std::uint64_t cookie = 0;
  };

  [[nodiscard]] NamespaceResult<FoundNamespaces> Find() override {
    cpu_time += cost;
    if (find_error) return tl::unexpected(*find_error);
    FoundNamespaces found;
    found.is_cut = is_cut;
    for (const auto& [id, one] : all) {
      found.namespaces.push_back(one.found);
      found.namespaces.back().id = id;
    }
    return found;
  }
  [[nodiscard]] NamespaceResult<NamespaceCounters> Counters(NamespaceId id) override {
    cpu_time += cost;
    One& one = all.at(id);
    if (one.error) return tl::unexpected(*one.error);
    return one.counters;
  }
  [[nodiscard]] NamespaceResult<OpenedNamespace> Open(NamespaceId id) override {
    cpu_time += cost;
    One& one = all.at(id);
    if (one.error) return tl::unexpected(*one.error);
    opened = id;
    return OpenedNamespace{
        UniqueFd(open("/dev/null", O_RDONLY | O_CLOEXEC)), {one.port_range, ""}, one.cookie};
  }

  [[nodiscard]] std::chrono::nanoseconds TakeCpuTime() override {
    return std::exchange(cpu_time, std::chrono::nanoseconds(0));
  }

  /// Dumps of the namespace that was opened last. Must not outlive this.
  [[nodiscard]] SourceMaker MakeSource() {
    return [this](const NetlinkTransportFactory&) { return std::make_unique<Source>(*this); };
  }

  std::map<NamespaceId, One> all;
  std::optional<NamespaceError> find_error;
  bool is_cut = false;
  NamespaceId opened = 0;
  /// What each call takes the helper.
  std::chrono::nanoseconds cost{0};
  std::chrono::nanoseconds cpu_time{0};
  /// What was dumped, `7 tcp` or `7 tcp listen`, and when it was all states.
  std::vector<std::string> dumps;

 private:
  class Source final : public SocketSource {
   public:
    explicit Source(FakeNamespaces& namespaces) : namespaces_(namespaces) {}

    [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                             SocketSink& sink) override {
      const NamespaceId id = namespaces_.opened;
      const bool is_partial = !wanted.states.Contains(SocketState::kEstablished);
      namespaces_.dumps.push_back(std::to_string(id) + " " + std::string(Name(protocol)) +
                                  (is_partial ? " listen" : ""));
      One& one = namespaces_.all.at(id);
      if (one.dump_error) return tl::unexpected(*one.dump_error);
      if (one.failing == protocol) {
        return tl::unexpected(DumpError{DumpErrorReason::kInterrupted, "it failed"});
      }
      DumpStats stats;
      for (const SocketRecord& record : one.tables[protocol]) {
        if (!wanted.states.Contains(record.state)) continue;
        sink.Add(record);
        ++stats.sockets;
      }
      return stats;
    }

   private:
    FakeNamespaces& namespaces_;
  };
};

}  // namespace sockdiag::testing
