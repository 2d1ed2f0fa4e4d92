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
#include "http/message.h"
#include "web/config.h"
#include "web/file_stamp.h"
#include "web/prepared_config.h"
#include "web/request_filter.h"

namespace sockdiag::http {

/// Whether the last attempt to read the web configuration went well, and when one last did.
struct WebReloadStatus {
  bool successful = false;
  std::chrono::system_clock::time_point last_success;
};

/// What a client needs to get in.
struct WebLocks {
  bool has_users = false;
  /// As far as it has TLS.
  ClientAuth client_auth = ClientAuth::kNoClientCert;
  bool has_allowed_sans = false;
};

/// The web configuration in force, which follows its files: a renewed certificate is in use a
/// second or two later without anybody doing anything. A state that is broken, such as a
/// certificate whose key is not written yet, leaves the last good one in force. So does one that is
/// not yet written to its end: a change counts once two looks in a row find the same, and one that
/// takes away all users or asks less of clients' certificates only when CheckNow() is called, since
/// a file that was cut off may look like that. Thread-safe.
class LiveWebAccess final : public AccessPolicy {
 public:
  /// Reads the settings. Runs on one thread at a time.
  using Loader = std::function<Result<LoadedWebSettings>()>;

  /// The files are looked at so often, when there are connections or requests.
  static constexpr std::chrono::seconds kCheckInterval{1};
  /// A broken state is tried again so often, even if its files did not change.
  static constexpr std::chrono::seconds kRetryInterval{10};

  /// Fails when the first state is broken. Log and clock must outlive this.
  [[nodiscard]] static Result<std::unique_ptr<LiveWebAccess>> Start(Loader load, const Log& log,
                                                                    const Clock& clock);

  LiveWebAccess(const LiveWebAccess&) = delete;
  LiveWebAccess& operator=(const LiveWebAccess&) = delete;
  ~LiveWebAccess() override = default;

  /// What is in force, after a look at the files if one is due. While one thread reads them again,
  /// the others get the last state at once. Never null. Whether there is TLS never changes.
  [[nodiscard]] std::shared_ptr<const WebAccess> Current();

  /// These go by what is in force after such a look, too. For refusals see AccessCheck.
  [[nodiscard]] std::shared_ptr<const TlsContext> CurrentTls() override;
  [[nodiscard]] std::optional<Response> Refuse(const Request& request) override;
  void AddHeaders(Response& response) override;

  /// Reads everything again now, changed or not: for an operator who asks, so a broken state is
  /// logged each time. It may also take away locks, which nothing does by itself.
  Result<void> CheckNow();

  [[nodiscard]] WebReloadStatus Status() const;

 private:
  LiveWebAccess(Loader load, const Log& log, const Clock& clock)
      : load_(std::move(load)), log_(log), clock_(clock), check_(WebSettings(), clock) {}

  /// A state of the web configuration with its files read.
  struct State {
    WebSettings settings;
    WebAccess access;
  };

  [[nodiscard]] Result<State> Read();
  void CheckFiles(Clock::TimePoint now);
  /// Who asks for it: an operator may take away locks.
  enum class Trigger { kFiles, kOperator };

  Result<void> Reload(Clock::TimePoint now, Trigger trigger);
  void Replace(State state);
  void ReportBroken(const std::string& message);

  const Loader load_;
  const Log& log_;
  const Clock& clock_;
  AccessCheck check_;

  std::atomic<Clock::TimePoint> next_check_{};

  // Held while the files are looked at and read; guards what only that needs.
  std::mutex reading_;
  std::vector<std::string> files_;
  /// Of the state that was read last, and as they were seen at the last look.
  std::vector<FileStamp> stamps_;
  std::vector<FileStamp> seen_;
  Clock::TimePoint next_retry_{};
  std::string broken_message_;
  WebLocks locks_;

  mutable std::mutex mutex_;
  std::shared_ptr<const WebAccess> current_;
  WebReloadStatus status_;
};

}  // namespace sockdiag::http
