#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <future>
#include <nlohmann/json.hpp>
#include <string>

#include "app/spdlog_log.h"
#include "base/unique_fd.h"

namespace sockdiag {
namespace {

/// Puts a pipe in the place of standard error as long as it lives.
class StderrPipe {
 public:
  explicit StderrPipe(int pages) : before_(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = UniqueFd(ends[0]);
    const UniqueFd writer(ends[1]);
    EXPECT_EQ(fcntl(writer.Get(), F_SETPIPE_SZ, pages * PIPE_BUF), pages * PIPE_BUF);
    EXPECT_EQ(dup2(writer.Get(), STDERR_FILENO), STDERR_FILENO);
  }
  StderrPipe(const StderrPipe&) = delete;
  StderrPipe& operator=(const StderrPipe&) = delete;
  ~StderrPipe() { dup2(before_.Get(), STDERR_FILENO); }

  void FillPage() const {
    const std::string page(PIPE_BUF, '\n');
    EXPECT_EQ(write(STDERR_FILENO, page.data(), page.size()), PIPE_BUF);
  }
  /// What is in it.
  [[nodiscard]] std::string Read() const {
    std::string text(1 << 16, '\0');
    const ssize_t size = read(reader_.Get(), text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    return text;
  }

 private:
  const UniqueFd before_;
  UniqueFd reader_;
};

/// What `write` leaves in the pipe, if it does not wait for a reader.
template <typename Write>
std::string WrittenAtOnce(const StderrPipe& pipe, const Write& write) {
  const auto done = std::async(std::launch::async, write);
  EXPECT_EQ(done.wait_for(std::chrono::seconds(5)), std::future_status::ready) << "it waits";
  std::string text = pipe.Read();
  // The rest of what waits, so that it ends.
  while (done.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready) {
    text += pipe.Read();
  }
  return text;
}

TEST(LogPipe, ALongLineFitsThePageThatIsFree) {
  for (const char* const unit : {"x", "\x1b", "\xff", "\xc3\xa4", "\""}) {
    SCOPED_TRACE(unit);
    std::string value;
    while (value.size() < 3 * PIPE_BUF) value += unit;
    const StderrPipe pipe(2);
    pipe.FillPage();
    const SpdlogLog log(LogLevel::kInfo, LogFormat::kJson);
    const std::string text = WrittenAtOnce(pipe, [&] {
                               log.Error("a message", {{"short", "kept"}, {"long", value}});
                             }).substr(PIPE_BUF);
    const auto line = nlohmann::json::parse(text);
    EXPECT_EQ(line["msg"], "a message");
    EXPECT_EQ(line["short"], "kept");
    EXPECT_TRUE(line["long"].get<std::string>().ends_with("..."));
    EXPECT_GT(line["long"].get<std::string>().size(), 100U);
  }
}

TEST(LogPipe, WhatWasLeftOutAndALineNeedAPageEach) {
  const StderrPipe pipe(1);
  const SpdlogLog log(LogLevel::kInfo, LogFormat::kLogfmt);
  log.Info("read");
  log.Info("left out");
  EXPECT_NE(pipe.Read().find("msg=read"), std::string::npos);
  const std::string value(PIPE_BUF - 100, 'x');
  const std::string text = WrittenAtOnce(pipe, [&] {
    log.Info("also left out", {{"value", value}});
  });
  EXPECT_NE(text.find("msg=\"left out lines that nobody read\" lines=1\n"), std::string::npos);
  EXPECT_EQ(text.find("also"), std::string::npos);
  log.Info("next");
  EXPECT_NE(pipe.Read().find("lines=1\n"), std::string::npos);
}

}  // namespace
}  // namespace sockdiag
