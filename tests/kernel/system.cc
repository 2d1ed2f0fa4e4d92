#include "tests/kernel/system.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sockdiag::kernel {
namespace {

/// Looked up here and not in PATH, which lacks /usr/sbin for ordinary users.
std::string FindTool(const std::string& name) {
  for (const char* directory : {"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"}) {
    std::string path = directory + name;
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

[[noreturn]] void Exec(const std::vector<std::string>& command, int output) {
  const std::string path = FindTool(command.front());
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  dup2(output, STDOUT_FILENO);
  execv(path.c_str(), arguments.data());
  _exit(127);
}

std::string ReadAll(int fd) {
  std::string text;
  std::array<char, 65536> buffer;
  while (true) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
}

}  // namespace

int Check(std::string_view what, int result) {
  if (result < 0) throw std::runtime_error(ErrnoMessage(what, errno));
  return result;
}

void Pause() { poll(nullptr, 0, 2); }

std::string MissingTool() {
  for (const char* name : {"ip", "nft", "ss"}) {
    if (FindTool(name).empty()) return name;
  }
  return {};
}

std::string RunTool(const std::vector<std::string>& command) {
  std::array<int, 2> ends{};
  Check("pipe2", pipe2(ends.data(), O_CLOEXEC));
  const UniqueFd output(ends[0]);
  UniqueFd input(ends[1]);
  const pid_t child = Check("fork", fork());
  if (child == 0) Exec(command, input.Get());
  input.Reset();
  std::string text = ReadAll(output.Get());
  int status = 0;
  Check("waitpid", waitpid(child, &status, 0));
  if (status != 0) {
    std::string line;
    for (const std::string& word : command) line += word + " ";
    throw std::runtime_error(line + "ended with wait status " + std::to_string(status));
  }
  return text;
}

void AllowOpenFiles(std::uint64_t files) {
  rlimit limit{};
  Check("getrlimit", getrlimit(RLIMIT_NOFILE, &limit));
  if (limit.rlim_cur >= files) return;
  limit.rlim_cur = files;
  Check("RLIMIT_NOFILE", setrlimit(RLIMIT_NOFILE, &limit));
}

void WriteSysctl(const std::string& name, std::string_view value) {
  const UniqueFd file(Check(name, open(("/proc/sys/" + name).c_str(), O_WRONLY | O_CLOEXEC)));
  Check(name, static_cast<int>(write(file.Get(), value.data(), value.size())));
}

}  // namespace sockdiag::kernel
