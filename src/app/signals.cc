#include "app/signals.h"

#include <ctime>

namespace sockdiag {

SignalQueue::SignalQueue() {
  sigemptyset(&signals_);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> SignalQueue::Wait(std::optional<std::chrono::milliseconds> timeout) const {
  timespec time{};
  if (timeout) {
    time = {.tv_sec = timeout->count() / 1000, .tv_nsec = timeout->count() % 1000 * 1'000'000};
  }
  const int signal = sigtimedwait(&signals_, nullptr, timeout ? &time : nullptr);
  return signal > 0 ? std::optional(signal) : std::nullopt;
}

}  // namespace sockdiag
