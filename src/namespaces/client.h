#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>

#include "base/unique_fd.h"
#include "namespaces/helper.h"
#include "namespaces/messages.h"
#include "namespaces/supervisor.h"

namespace sockdiag {

// How a daemon comes by a helper, in this order:
//
//   int main() {
//     OpenClosedStandardStreams();
//     // The command line says that this is to be a daemon. There is one thread, no log, no file is
//     // open, and systemd's sockets and NOTIFY_SOCKET are not touched: the helper closes all
//     // descriptors but its own.
//     Result<HelperProcess> started = StartNamespaceHelper();
//     KeepOnlyCapabilityToBind();
//     ... the configuration is read; where it has namespaces.enabled:
//     if (started) helper = std::make_unique<ProcessNamespaceHelper>(*std::move(started));
//     ... else `started` goes out of scope, or End() is called, and the helper ends. Where it did
//     not start, its error is the line to log.
//
// Then, on one thread: Find() at a scrape, Counters() and Open() of what was found, and
// AdoptNetlinkTransport() (netlink/transport.h) for the socket, which is closed after its dump.

/// The helper of StartNamespaceHelper(). Each call has a deadline: a worker that is silent past it,
/// or says what it may not, is killed, and the supervisor starts another one. So it is when this
/// process has no descriptor free for a worker's socket. Meanwhile calls fail at once with
/// kUnavailable, saying why. One thread at a time.
class ProcessNamespaceHelper final : public NamespaceHelper {
 public:
  static constexpr std::chrono::milliseconds kDeadline{2000};

  explicit ProcessNamespaceHelper(HelperProcess process,
                                  std::chrono::milliseconds deadline = kDeadline);

  [[nodiscard]] NamespaceResult<FoundNamespaces> Find() override;
  [[nodiscard]] NamespaceResult<NamespaceCounters> Counters(NamespaceId id) override;
  [[nodiscard]] NamespaceResult<OpenedNamespace> Open(NamespaceId id) override;
  /// Of the workers, from their start on; without what one spent between the last call before this
  /// and its end, unless it was killed here.
  [[nodiscard]] std::chrono::nanoseconds TakeCpuTime() override;

  /// Waits until the helper's processes have ended; each call fails from then on.
  void Stop();

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Worker {
    UniqueFd socket;
    UniqueFd pidfd;
    pid_t pid = -1;
    /// Of CpuTimeOf() it, what is in cpu_time_, or was.
    std::chrono::nanoseconds noted{0};
  };
  struct Reply {
    NamespaceAnswer answer;
    /// With PortTexts.
    UniqueFd fd;
  };

  [[nodiscard]] NamespaceResult<void> Ask(const NamespaceRequest& request, TimePoint deadline);
  [[nodiscard]] NamespaceResult<Reply> ReceiveReply(TimePoint deadline);
  /// That of Ask() and of the one answer that there is.
  [[nodiscard]] NamespaceResult<Reply> Exchange(const NamespaceRequest& request);
  [[nodiscard]] NamespaceResult<FoundNamespaces> CollectFound(TimePoint deadline);

  void NoteCpuTime();
  void ReadAllNews();
  [[nodiscard]] bool ReadNews();
  void Note(const WorkerNews& news);
  /// The worker's socket has ended: the supervisor is soon to tell how the worker did.
  [[nodiscard]] tl::unexpected<NamespaceError> TakeEnd(TimePoint deadline);
  [[nodiscard]] tl::unexpected<NamespaceError> NoWorker() const;
  /// Closes its socket, upon which it ends by itself, and the supervisor starts another one.
  void ForgetWorker(std::string reason);
  /// Kills the worker, for this reason.
  [[nodiscard]] tl::unexpected<NamespaceError> GiveUp(std::string reason);
  void EndHelper(std::string reason);

  HelperProcess process_;
  const std::chrono::milliseconds deadline_;
  const std::unique_ptr<MessageBuffer> buffer_ = std::make_unique<MessageBuffer>();
  Worker worker_;
  /// That nobody has asked for yet.
  std::chrono::nanoseconds cpu_time_{0};
  /// Nothing was heard of the first worker yet.
  bool is_starting_ = true;
  /// We gave the worker up ourselves, and know better why than its status tells.
  bool knows_why_ = false;
  /// Why there is no worker.
  std::string why_none_;
};

}  // namespace sockdiag
