#include "sockets/source/fallback_source.h"

namespace sockdiag {
namespace {

/// Knows whether anything was given.
class NotingSink final : public SocketSink {
 public:
  explicit NotingSink(SocketSink& sink) : sink_(sink) {}

  void Add(const SocketRecord& record) override {
    was_given_any_ = true;
    sink_.Add(record);
  }
  [[nodiscard]] bool was_given_any() const { return was_given_any_; }

 private:
  SocketSink& sink_;
  bool was_given_any_ = false;
};

}  // namespace

DumpResult<DumpStats> FallbackSource::Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) {
  NotingSink noting(sink);
  DumpResult<DumpStats> first = first_->Dump(protocol, wanted, noting);
  if (first) listener_(protocol, "");
  // What the sink has of a dump that broke off cannot be taken back.
  if (first || !first.error().is_denied || noting.was_given_any()) return first;
  DumpResult<DumpStats> second = second_->Dump(protocol, wanted, sink);
  if (second) {
    listener_(protocol, first.error().message);
  } else {
    second.error().message = first.error().message + "; " + second.error().message;
  }
  return second;
}

}  // namespace sockdiag
