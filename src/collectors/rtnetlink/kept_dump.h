#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "collectors/rtnetlink/dumper.h"

namespace sockdiag {

/// What a sink made of a table, or why it could not be read, kept for a while: a large table is
/// costly to read, and one that fails would fail again. But not that there was no socket for it,
/// which costs nothing and may be over soon.
template <typename Sink>
class KeptDump {
 public:
  /// As it is kept, or read now when that is `age` old.
  const DumpResult<Sink>& Get(Clock::TimePoint now, std::chrono::seconds age,
                              RtnetlinkDumper& dumper, const RtnetlinkRequest& request,
                              const Sink& fresh) {
    const bool had_none =
        reading_ && !reading_->result && reading_->result.error().reason == DumpErrorReason::kOpen;
    if (!reading_ || had_none || now - reading_->time >= age) {
      reading_.emplace(Reading{now, dumper.Dump(request, fresh)});
    }
    return reading_->result;
  }

 private:
  struct Reading {
    Clock::TimePoint time;
    DumpResult<Sink> result;
  };
  std::optional<Reading> reading_;
};

}  // namespace sockdiag
