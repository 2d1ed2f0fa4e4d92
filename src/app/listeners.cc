#include "app/listeners.h"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "app/service_manager.h"

namespace sockdiag {

Result<std::vector<http::Listener>> OpenListeners(const Options& options) {
  Result<std::vector<UniqueFd>> sockets = service_manager::TakeSockets();
  if (!sockets) return tl::unexpected(sockets.error());
  if (sockets->empty() && options.systemd_socket) {
    return Fail("--web.systemd-socket: systemd passed no socket; is a .socket unit started?");
  }
  if (sockets->empty()) return http::OpenListeners(options.listen_addresses);
  if (!options.systemd_socket && !options.listens_by_default) {
    return Fail(
        "--web.listen-address: systemd passed sockets to listen on; stop the .socket unit "
        "or leave the flag out");
  }
  std::vector<http::Listener> listeners;
  for (UniqueFd& socket : *sockets) {
    Result<http::Listener> listener = http::AdoptListener(std::move(socket));
    if (!listener) return tl::unexpected(listener.error());
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

std::vector<Log::Fields> BoundFields(const std::vector<http::Listener>& listeners) {
  std::vector<Log::Fields> bound;
  for (const http::Listener& listener : listeners) {
    Log::Fields& fields = bound.emplace_back(Log::Fields{{"address", listener.Address()}});
    if (!listener.Families().empty()) fields.emplace_back("families", listener.Families());
  }
  return bound;
}

unsigned MaxConnections(unsigned wanted) {
  constexpr rlim_t kReserve = 32;
  constexpr rlim_t kLeast = 4;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
  const rlim_t left = limit.rlim_cur > kReserve + kLeast ? limit.rlim_cur - kReserve : kLeast;
  return static_cast<unsigned>(std::min<rlim_t>(wanted, left));
}

}  // namespace sockdiag
