#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

#include "base/unique_fd.h"

namespace sockdiag {
namespace {

/// A pipe without a writer would not even let us open it otherwise.
UniqueFd Open(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

Result<std::string> ReadAll(const std::string& path, const UniqueFd& fd, std::size_t limit_bytes) {
  struct stat status {};
  if (fstat(fd.Get(), &status) != 0) return FailErrno(path, errno);
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
    return Fail(path + ": a pipe or socket, not a file");
  }
  std::string content;
  std::array<char, 16384> chunk;
  while (true) {
    const ssize_t got = read(fd.Get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno(path, errno);
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    if (content.size() > limit_bytes) {
      return Fail(path + ": larger than the limit of " + std::to_string(limit_bytes) + " bytes");
    }
  }
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, std::size_t limit_bytes) {
  const UniqueFd fd = Open(path);
  if (!fd.IsValid()) return FailErrno(path, errno);
  return ReadAll(path, fd, limit_bytes);
}

Result<std::optional<std::string>> ReadFileIfAny(const std::string& path, std::size_t limit_bytes) {
  const UniqueFd fd = Open(path);
  if (!fd.IsValid() && errno == ENOENT) return std::optional<std::string>();
  if (!fd.IsValid()) return FailErrno(path, errno);
  return ReadAll(path, fd, limit_bytes);
}

}  // namespace sockdiag
