#include "http/server/acceptor.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace sockdiag::http {
namespace {

// Long enough not to spin while file descriptors are short, short enough for a scrape not to fail.
constexpr int kPauseMs = 100;
// One busy listener must not starve the others.
constexpr int kAcceptsPerRound = 64;

/// Trouble of the one connection that was to be accepted: accept(2) says to go on as for EAGAIN.
bool IsTroubleOfConnection(int error_number) {
  switch (error_number) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

}  // namespace

Acceptor::Acceptor(std::vector<Listener> listeners, Callback callback, AcceptFailureLog& log,
                   UniqueFd wake_up)
    : listeners_(std::move(listeners)),
      callback_(std::move(callback)),
      log_(log),
      wake_up_(std::move(wake_up)) {}

Result<std::unique_ptr<Acceptor>> Acceptor::Start(std::vector<Listener> listeners,
                                                  Callback callback, AcceptFailureLog& log) {
  UniqueFd wake_up(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_up.IsValid()) return FailErrno("eventfd", errno);
  std::unique_ptr<Acceptor> acceptor(
      new Acceptor(std::move(listeners), std::move(callback), log, std::move(wake_up)));
  try {
    acceptor->thread_ = std::thread(&Acceptor::Run, acceptor.get());
  } catch (const std::system_error& error) {
    return FailErrno("cannot start the thread that accepts connections", error.code().value());
  }
  return acceptor;
}

std::vector<std::string> Acceptor::Addresses() const {
  std::vector<std::string> addresses;
  for (const Listener& listener : listeners_) addresses.push_back(listener.Address());
  return addresses;
}

void Acceptor::Stop() {
  if (!thread_.joinable()) return;
  // Only a counter near its end could refuse a write to an eventfd.
  eventfd_write(wake_up_.Get(), 1);
  thread_.join();
  listeners_.clear();
}

void Acceptor::Run() {
  pthread_setname_np(pthread_self(), "http-acceptor");
  std::vector<pollfd> polled = {{.fd = wake_up_.Get(), .events = POLLIN, .revents = 0}};
  for (const Listener& listener : listeners_) {
    polled.push_back({.fd = listener.Fd(), .events = POLLIN, .revents = 0});
  }
  while (true) {
    if (poll(polled.data(), polled.size(), -1) < 0) {
      if (errno != EINTR) Pause();
      continue;
    }
    if (polled[0].revents != 0) return;
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if (polled[i + 1].revents != 0) AcceptFrom(listeners_[i]);
    }
    if (std::exchange(pause_, false)) Pause();
  }
}

void Acceptor::AcceptFrom(const Listener& listener) {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    AcceptedSocket accepted;
    accepted.fd.Reset(accept4(listener.Fd(), reinterpret_cast<sockaddr*>(&accepted.peer),
                              &accepted.peer_size, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (accepted.fd.IsValid()) {
      Take(std::move(accepted));
    } else if (!HandleFailure(listener, errno)) {
      return;
    }
  }
}

void Acceptor::Take(AcceptedSocket accepted) {
  try {
    const Result<void> taken = callback_(std::move(accepted));
    if (!taken) log_.NoteFailure("", taken.error().message);
  } catch (const std::bad_alloc&) {
    log_.NoteFailure("", "out of memory");
  } catch (const std::exception& error) {
    log_.NoteFailure("", error.what());
  }
}

bool Acceptor::HandleFailure(const Listener& listener, int error_number) {
  if (error_number == EAGAIN) return false;
  if (IsTroubleOfConnection(error_number)) return true;
  // EMFILE, ENFILE, ENOMEM and the like: the connection stays in the backlog and would be reported
  // again at once.
  pause_ = true;
  try {
    log_.NoteFailure(listener.Address(), ErrnoText(error_number));
  } catch (const std::bad_alloc&) {
    // Nobody hears of it.
  }
  return false;
}

void Acceptor::Pause() {
  pollfd polled{.fd = wake_up_.Get(), .events = POLLIN, .revents = 0};
  poll(&polled, 1, kPauseMs);
}

}  // namespace sockdiag::http
