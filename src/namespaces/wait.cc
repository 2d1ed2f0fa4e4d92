#include "namespaces/wait.h"

#include <poll.h>

#include <algorithm>

namespace sockdiag {

bool WaitUntilReadable(int fd, std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  pollfd file{fd, POLLIN, 0};
  while (true) {
    const auto left =
        std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    const int ready = poll(&file, 1, static_cast<int>(std::max<decltype(left)>(left, 0)));
    if (ready > 0) return true;
    if (left <= 0) return false;
  }
}

}  // namespace sockdiag
