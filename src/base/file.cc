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

/// Gives what is in the file to `take(std::string_view)`, piece by piece, until that or the check
/// has an error.
template <typename Take>
Result<void> ReadPieces(const std::string& path, const UniqueFd& fd, const Take& take,
                        const ReadCheck& check = {}) {
  struct stat status {};
  if (fstat(fd.Get(), &status) != 0) return FailErrno(path, errno);
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
    return Fail(path + ": a pipe or socket, not a file");
  }
  std::array<char, 16384> piece;
  while (true) {
    const Result<void> checked = check ? check() : Result<void>();
    if (!checked) return Fail(path + ": " + checked.error().message);
    const ssize_t got = read(fd.Get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FailErrno(path, errno);
    if (got == 0) return {};
    const Result<void> taken = take(std::string_view(piece.data(), static_cast<std::size_t>(got)));
    if (!taken) return Fail(path + ": " + taken.error().message);
  }
}

Result<std::string> ReadAll(const std::string& path, const UniqueFd& fd, std::size_t limit_bytes) {
  std::string content;
  const Result<void> read = ReadPieces(path, fd, [&](std::string_view piece) -> Result<void> {
    content += piece;
    if (content.size() <= limit_bytes) return {};
    return Fail("larger than the limit of " + std::to_string(limit_bytes) + " bytes");
  });
  if (!read) return tl::unexpected(read.error());
  return content;
}

/// Puts pieces of a text together to lines.
class Lines {
 public:
  using Visit = std::function<Result<void>(std::string_view)>;

  explicit Lines(const Visit& visit) : visit_(visit) {}

  Result<void> Take(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      begun_ += piece.substr(0, end);
      piece.remove_prefix(end + 1);
      Result<void> visited = Finish();
      if (!visited) return visited;
    }
    begun_ += piece;
    if (begun_.size() <= kLongestLine) return {};
    return Fail("a line is longer than the limit of " + std::to_string(kLongestLine) + " bytes");
  }

  /// What has begun is a line; empty ones are none.
  Result<void> Finish() {
    Result<void> visited = begun_.empty() ? Result<void>() : visit_(begun_);
    begun_.clear();
    return visited;
  }

 private:
  static constexpr std::size_t kLongestLine = 4096;

  const Visit& visit_;
  std::string begun_;
};

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

Result<bool> VisitLinesIfAny(const std::string& path,
                             const std::function<Result<void>(std::string_view)>& visit,
                             const ReadCheck& check) {
  const UniqueFd fd = Open(path);
  if (!fd.IsValid() && errno == ENOENT) return false;
  if (!fd.IsValid()) return FailErrno(path, errno);
  Lines lines(visit);
  const Result<void> read = ReadPieces(
      path, fd, [&](std::string_view piece) { return lines.Take(piece); }, check);
  if (!read) return tl::unexpected(read.error());
  const Result<void> finished = lines.Finish();
  if (!finished) return Fail(path + ": " + finished.error().message);
  return true;
}

}  // namespace sockdiag
