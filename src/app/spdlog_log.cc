#include "app/spdlog_log.h"

#include <poll.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace sockdiag {
namespace {

using nlohmann::json;

/// With quotes, escapes and broken UTF-8 replaced.
std::string Quote(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// logfmt leaves plain words bare.
std::string LogfmtValue(std::string_view text) {
  const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '=' && c != '\\';
  });
  return bare ? std::string(text) : Quote(text);
}

std::string LogfmtLine(std::string_view message, const Log::Fields& fields) {
  std::string line = "msg=" + LogfmtValue(message);
  for (const auto& [key, value] : fields) line += " " + std::string(key) + "=" + LogfmtValue(value);
  return line;
}

std::string JsonLine(std::string_view message, const Log::Fields& fields) {
  std::string line = "\"msg\":" + Quote(message);
  for (const auto& [key, value] : fields) line += "," + Quote(key) + ":" + Quote(value);
  return line;
}

spdlog::level::level_enum ToSpdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// spdlog says "warning"; Prometheus's tools say "warn".
class LevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    std::string_view name = "info";
    if (message.level == spdlog::level::debug) name = "debug";
    if (message.level == spdlog::level::warn) name = "warn";
    if (message.level == spdlog::level::err) name = "error";
    out.append(name.data(), name.data() + name.size());
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<LevelName>();
  }
};

std::shared_ptr<spdlog::logger> MakeLogger(spdlog::sink_ptr sink, LogLevel level,
                                           LogFormat format) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<LevelName>('*').set_pattern(
      format == LogFormat::kJson ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%*",%v})"
                                 : "ts=%Y-%m-%dT%H:%M:%S.%eZ level=%* %v");
  auto logger = std::make_shared<spdlog::logger>("sockdiag", std::move(sink));
  logger->set_formatter(std::move(formatter));
  logger->set_level(ToSpdlog(level));
  logger->flush_on(spdlog::level::debug);
  return logger;
}

/// A pipe that is writable takes PIPE_BUF bytes at once. Less what is put around a line: the time,
/// the level and the end.
constexpr std::size_t kMaxLine = PIPE_BUF - 96;

std::string Shorten(std::string_view text, std::size_t size) {
  if (text.size() <= size) return std::string(text);
  return std::string(text.substr(0, size)) + "...";
}

bool HasRoomOnStderr(std::chrono::milliseconds patience) {
  pollfd polled{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&polled, 1, static_cast<int>(patience.count())) != 0;
}

}  // namespace

SpdlogLog::SpdlogLog(LogLevel level, LogFormat format)
    : logger_(MakeLogger(std::make_shared<spdlog::sinks::stderr_sink_mt>(), level, format)),
      has_room_(HasRoomOnStderr),
      format_(format) {}

SpdlogLog::SpdlogLog(LogLevel level, LogFormat format, std::ostream& stream)
    : logger_(MakeLogger(std::make_shared<spdlog::sinks::ostream_sink_mt>(stream), level, format)),
      has_room_([](std::chrono::milliseconds) { return true; }),
      format_(format) {}

SpdlogLog::~SpdlogLog() = default;

/// Shortens the longest texts, which are those that a line is too long for, and not the line: it
/// stays logfmt or JSON.
std::string SpdlogLog::Line(std::string_view message, const Fields& fields) const {
  const auto format = format_ == LogFormat::kJson ? JsonLine : LogfmtLine;
  std::string line = format(message, fields);
  for (std::size_t size = kMaxLine; line.size() > kMaxLine && size > 0; size /= 2) {
    Fields shortened = fields;
    for (auto& [key, value] : shortened) value = Shorten(value, size);
    line = format(Shorten(message, size), shortened);
  }
  return line;
}

void SpdlogLog::Write(LogLevel level, std::string_view message, const Fields& fields) const {
  constexpr std::chrono::milliseconds kPatience{100};
  if (!logger_->should_log(ToSpdlog(level))) return;
  const std::string line = Line(message, fields);
  const std::lock_guard lock(mutex_);
  // Each may take all the room that there is.
  if (!TellLeftOut() || !has_room_(kPatience)) {
    ++left_out_;
    return;
  }
  logger_->log(ToSpdlog(level), spdlog::string_view_t(line));
}

bool SpdlogLog::TellLeftOut() const {
  if (left_out_ == 0) return true;
  if (!has_room_(std::chrono::milliseconds(0))) return false;
  logger_->warn(spdlog::string_view_t(
      Line("left out lines that nobody read", {{"lines", std::to_string(left_out_)}})));
  left_out_ = 0;
  return true;
}

}  // namespace sockdiag
