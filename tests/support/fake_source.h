#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sockets/source/socket_source.h"
#include "tests/support/fake_clock.h"

namespace sockdiag::testing {

/// Socket tables that a test fills in. A dump of a protocol gives its records; with an error set it
/// gives them and then fails, as a dump that breaks off.
class FakeSource final : public SocketSource {
 public:
  struct Table {
    std::vector<SocketRecord> records;
    std::optional<DumpError> error;
  };

  /// Each dump takes a tenth of a second of the clock's time.
  explicit FakeSource(FakeClock& clock) : clock_(clock) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override {
    clock_.Advance(std::chrono::milliseconds(100));
    last_wanted = wanted;
    ++dumps;
    const Table& table = tables[protocol];
    std::size_t sockets = 0;
    for (const SocketRecord& record : table.records) {
      if (!wanted.states.Contains(record.state)) continue;
      sink.Add(record);
      ++sockets;
    }
    if (table.error) return tl::unexpected(*table.error);
    return DumpStats{sockets, sockets * 124};
  }

  std::map<Protocol, Table> tables;
  /// Of the dump before.
  WantedSockets last_wanted;
  int dumps = 0;

 private:
  FakeClock& clock_;
};

/// Hands on to a source that the test keeps.
class BorrowedSource final : public SocketSource {
 public:
  explicit BorrowedSource(SocketSource& source) : source_(source) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override {
    return source_.Dump(protocol, wanted, sink);
  }

 private:
  SocketSource& source_;
};

}  // namespace sockdiag::testing
