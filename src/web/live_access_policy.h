#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "http/access_policy.h"
#include "web/client_demands.h"
#include "web/config.h"
#include "web/file_stamp.h"
#include "web/prepared_config.h"
#include "web/request_filter.h"

namespace sockdiag::web {

/// Whether the last attempt to read the web configuration went well, and when one last did.
struct WebConfigStatus {
  bool successful = false;
  std::chrono::system_clock::time_point last_success;
};

/// The server's access policy by the web configuration, which it follows in its files: a renewed
/// certificate is in use a second or two later without anybody doing anything. A state that is
/// broken, such as a certificate whose key is not written yet, leaves the last good one in force.
/// So does one that is not yet written to its end: a change counts once two looks in a row find the
/// same, and one that demands less of clients only when ReloadNow() is called, since a file that
/// was cut off may look like that. Thread-safe.
class LiveAccessPolicy final : public http::AccessPolicy {
 public:
  /// Reads the configuration. Runs on one thread at a time.
  using Loader = std::function<Result<LoadedWebConfig>()>;

  /// The files are looked at so often, when there are connections or requests.
  static constexpr std::chrono::seconds kCheckInterval{1};
  /// A broken state is tried again so often, even if its files did not change.
  static constexpr std::chrono::seconds kRetryInterval{10};

  /// Fails when the first state is broken. Log and clock must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<LiveAccessPolicy>> Start(Loader load, const Log& log,
                                                                       const Clock& clock);

  LiveAccessPolicy(const LiveAccessPolicy&) = delete;
  LiveAccessPolicy& operator=(const LiveAccessPolicy&) = delete;
  ~LiveAccessPolicy() override = default;

  /// What is in force, after a look at the files if one is due. While one thread reads them again,
  /// the others get the last state at once. Never null.
  [[nodiscard]] std::shared_ptr<const PreparedWebConfig> Current();

  // By what is in force after such a look.
  [[nodiscard]] std::shared_ptr<const http::TlsContext> CurrentTls() override;
  [[nodiscard]] std::optional<http::Response> Refuse(const http::Request& request) override;
  void AddHeaders(http::Response& response) override;

  /// Reads everything again now, changed or not: for an operator who asks, so a broken state is
  /// logged each time. It may also demand less of clients, which nothing does by itself.
  Result<void> ReloadNow();

  /// See RequestFilter.
  void OpenHealthPaths(bool are_open) { filter_.OpenHealthPaths(are_open); }

  [[nodiscard]] WebConfigStatus Status() const;

 private:
  LiveAccessPolicy(Loader load, const Log& log, const Clock& clock)
      : load_(std::move(load)), log_(log), clock_(clock), filter_(WebConfig(), clock) {}

  /// A state of the web configuration with its files read.
  struct State {
    WebConfig config;
    PreparedWebConfig prepared;
  };
  enum class Trigger { kFiles, kOperator };

  void CheckFiles(Clock::TimePoint now);
  Result<void> Reload(Clock::TimePoint now, Trigger trigger);
  [[nodiscard]] Result<State> Read();
  [[nodiscard]] Result<void> CheckMayReplace(const State& next, Trigger trigger) const;
  void Replace(State state);
  void ReportBroken(const std::string& message);

  const Loader load_;
  const Log& log_;
  const Clock& clock_;
  RequestFilter filter_;

  std::atomic<Clock::TimePoint> next_check_{};

  /// Held while the files are looked at and read; guards what only that needs.
  std::mutex reading_;
  std::vector<std::string> files_;
  /// The files as they were when they were last read.
  std::vector<FileStamp> read_stamps_;
  /// The files as the last look found them.
  std::vector<FileStamp> seen_stamps_;
  Clock::TimePoint next_retry_{};
  std::string broken_message_;
  ClientDemands demands_;

  mutable std::mutex mutex_;
  std::shared_ptr<const PreparedWebConfig> current_;
  WebConfigStatus status_;
};

}  // namespace sockdiag::web
