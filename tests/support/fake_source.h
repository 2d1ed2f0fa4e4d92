#pragma once

#include <map>
#include <optional>
#include <vector>

#include "diag/socket_source.h"
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

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, SocketSink& sink) override {
    clock_.Advance(std::chrono::milliseconds(100));
    const Table& table = tables[protocol];
    for (const SocketRecord& record : table.records) sink.Add(record);
    if (table.error) return tl::unexpected(*table.error);
    return DumpStats{table.records.size(), table.records.size() * 124};
  }

  std::map<Protocol, Table> tables;

 private:
  FakeClock& clock_;
};

}  // namespace sockdiag::testing
