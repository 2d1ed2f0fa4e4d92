#include "http/server/mhd_daemon.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/sanitizer.h"
#include "http/server/mhd_connection.h"
#include "http/server/mhd_tls.h"

namespace sockdiag::http {
namespace {

constexpr std::size_t kThreadStackBytes =
    kIsSanitized ? std::size_t{2} * 1024 * 1024 : std::size_t{256} * 1024;

// Half of it is for a head of kMaxHeadBytes, the rest for the list of its fields and the head of
// the response; what does not fit gets 431 or 414 from the library. Above 32 KiB the library maps
// the memory instead of taking it from the heap, so a burst of connections leaves nothing behind.
constexpr std::size_t kConnectionMemoryBytes = std::size_t{36} * 1024;

constexpr unsigned kFlags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                            MHD_USE_POLL |  // select() cannot take descriptors above 1023
                            MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ITC | MHD_USE_ERROR_LOG;

/// Clients that go away in the middle of a request, or were cut, which has a line of ours; and
/// those whose request is wrong, which their answer tells them.
bool IsNoiseOfClients(std::string_view line) {
  return line.starts_with("Socket has been disconnected when reading request") ||
         line.starts_with("Error processing request") ||
         line.starts_with("Too large value of 'Content-Length' header");
}

/// A connection that the library has taken gets no memory or no thread, which its own thread finds
/// out after Add().
bool IsFailedStart(std::string_view line) {
  return line.starts_with("Failed to create a new thread") ||
         line.starts_with("Failed to create a thread") ||
         line.starts_with("Error allocating memory");
}

/// What the library says first while Add() runs on this thread.
struct AddLog {
  bool is_on = false;
  std::array<char, 256> line{};  // Of its own: memory may be what is short.
};
thread_local AddLog add_log;

/// Whether Add() is to see to the line: it returns why it failed, which is not to be told twice.
bool KeepForAdd(std::string_view line) {
  if (!add_log.is_on) return false;
  if (add_log.line.front() == '\0') line.copy(add_log.line.data(), add_log.line.size() - 1);
  return true;
}

/// It says nothing that the line before does not.
bool IsRepetition(std::string_view line) {
  return line.starts_with("Failed to start serving new connection");
}

/// TCP options are tried on unix sockets too, for each response: the EOPNOTSUPP they give is not
/// in the library's list of errors that mean "not TCP". Nothing is delayed.
bool IsNoiseOfUnixSockets(std::string_view line) {
  return line.starts_with("Setting TCP_CORK") || line.starts_with("Setting TCP_NODELAY") ||
         line.starts_with("Failed to push the data from buffers");
}

}  // namespace

Result<std::unique_ptr<MhdDaemon>> MhdDaemon::Start(MhdRequestCallbacks& callbacks,
                                                    ConnectionTable& table, AccessPolicy* policy,
                                                    LimitedLog& log,
                                                    AcceptFailureLog& accept_failures) {
  const bool use_tls = policy != nullptr && policy->CurrentTls() != nullptr;
  std::unique_ptr<MhdDaemon> self(
      new MhdDaemon(callbacks, table, use_tls ? policy : nullptr, log, accept_failures));
  const unsigned tls_flag = use_tls ? static_cast<unsigned>(MHD_USE_TLS) : 0U;
  std::array<MHD_OptionItem, 2> tls_options = TlsOptions(use_tls);
  // The limit is the ConnectionTable's, and so are the timeouts. The library's own must never be
  // reached: 0.9.75 then leaves a mutex locked (new_connection_process_() in its daemon.c).
  constexpr unsigned kNoLimit = UINT_MAX;
  // The logger comes first: options before it would complain to standard error.
  self->daemon_ = MHD_start_daemon(
      kFlags | tls_flag, 0, nullptr, nullptr, &MhdRequestCallbacks::OnRequest, &callbacks,
      MHD_OPTION_EXTERNAL_LOGGER, &MhdDaemon::OnLog, self.get(),                     //
      MHD_OPTION_ARRAY, tls_options.data(),                                          //
      MHD_OPTION_CONNECTION_LIMIT, kNoLimit,                                         //
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, kConnectionMemoryBytes,                    //
      MHD_OPTION_THREAD_STACK_SIZE, kThreadStackBytes,                               //
      MHD_OPTION_NOTIFY_CONNECTION, &MhdDaemon::OnConnection, self.get(),            //
      MHD_OPTION_URI_LOG_CALLBACK, &MhdRequestCallbacks::OnRequestLine, &callbacks,  //
      MHD_OPTION_NOTIFY_COMPLETED, &MhdRequestCallbacks::OnCompleted, &callbacks, MHD_OPTION_END);
  if (self->daemon_ == nullptr) return Fail("cannot start the HTTP server");
  return self;
}

Result<void> MhdDaemon::Add(AcceptedSocket socket) {
  add_log = {.is_on = true};
  // The library closes the socket also when it fails.
  const MHD_Result added =
      MHD_add_connection(daemon_, socket.fd.Release(),
                         reinterpret_cast<const sockaddr*>(&socket.peer), socket.peer_size);
  const int error_number = errno;
  add_log.is_on = false;
  const std::string_view line = add_log.line.data();
  if (added == MHD_YES) {
    if (!line.empty()) Report(line);
    return {};
  }
  if (line.empty()) return FailErrno("it cannot be served", error_number);
  return Fail("it cannot be served: " + std::string(line));
}

void MhdDaemon::Stop() {
  MHD_Daemon* daemon = std::exchange(daemon_, nullptr);
  if (daemon != nullptr) MHD_stop_daemon(daemon);
}

void MhdDaemon::StartTls(MHD_Connection* connection, void** context) noexcept {
  try {
    const Result<void> started = BeginTls(connection, context, tls_->CurrentTls());
    if (!started) log_.Warn(started.error().message);
  } catch (...) {
    log_.Warn("cannot encrypt a connection: out of memory");
    shutdown(SocketOf(connection), SHUT_RDWR);
  }
}

void MhdDaemon::OnConnection(void* cls, MHD_Connection* connection, void** context,
                             MHD_ConnectionNotificationCode what) noexcept {
  auto& self = *static_cast<MhdDaemon*>(cls);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    if (self.tls_ != nullptr) self.StartTls(connection, context);
    self.table_.Start(SocketOf(connection));
  } else {
    EndTls(context);
    self.callbacks_.Forget(connection);
    self.table_.Remove(SocketOf(connection));
  }
}

void MhdDaemon::OnHandshakeFailure() noexcept {
  try {
    const std::optional<std::string> refusal = SettleHandshakeFailure();
    if (refusal) log_.Warn(*refusal);
  } catch (...) {
    // Nobody is told, and the connection ends all the same.
  }
}

void MhdDaemon::OnLog(void* cls, const char* format, va_list arguments) noexcept {
  std::array<char, 512> text{};
  vsnprintf(text.data(), text.size(), format, arguments);
  std::string_view line = text.data();
  while (line.ends_with('\n')) line.remove_suffix(1);
  if (!KeepForAdd(line)) static_cast<MhdDaemon*>(cls)->Report(line);
}

void MhdDaemon::Report(std::string_view line) noexcept {
  if (IsHandshakeFailure(line)) return OnHandshakeFailure();
  if (IsFailedStart(line)) return accept_failures_.NoteFailure("", line);
  if (!IsNoiseOfUnixSockets(line) && !IsNoiseOfClients(line) && !IsRepetition(line))
    log_.Warn(line);
}

}  // namespace sockdiag::http
