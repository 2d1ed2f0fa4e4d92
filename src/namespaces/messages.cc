#include "namespaces/messages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "netlink/bytes.h"

namespace sockdiag {
namespace {

/// In front of each message.
struct Header {
  std::uint32_t kind;
  std::uint32_t flags;
  /// Of the texts at the end; 0 where there is no such text.
  std::uint32_t first_text_bytes;
  std::uint32_t second_text_bytes;
};

enum AnswerKind : std::uint32_t {
  kFoundKind = 32,
  kFindEndKind,
  kCountersKind,
  kPortsKind,
  kErrorKind
};

enum Flag : std::uint32_t { kIsHost = 1, kIsOwn = 2, kIsCut = 4 };

/// Behind the header of FindEnd.
struct FindEndBody {
  std::uint32_t found;
  std::uint32_t refused;
};

/// Behind the header of WorkerNews.
struct NewsBody {
  std::int32_t wait_status;
  std::int32_t pid;
};

/// Behind the header of NamespaceError; a reason.
using ErrorBody = std::uint32_t;

/// No struct at all.
struct NoBody {};

/// What a message of a kind may have.
struct Limits {
  std::uint32_t flags = 0;
  std::size_t first_text_bytes = 0;
  std::size_t second_text_bytes = 0;
};

constexpr Limits kFoundLimits{kIsHost | kIsOwn, kMaxNameBytes, kMaxCgroupBytes};
constexpr Limits kFindEndLimits{kIsCut, kMaxErrorBytes, 0};
constexpr Limits kPortsLimits{0, kMaxRangeBytes, kMaxReservedBytes};
constexpr Limits kErrorLimits{0, kMaxErrorBytes, 0};

template <typename Body>
constexpr std::size_t kBodyBytes = std::is_empty_v<Body> ? 0 : sizeof(Body);

/// A message taken apart; the texts point into it.
template <typename Body>
struct Parts {
  Body body;
  std::string_view first;
  std::string_view second;
};

template <typename Body>
MessageBytes Put(std::uint32_t kind, std::uint32_t flags, const Limits& limits, const Body& body,
                 std::string_view first = {}, std::string_view second = {}) {
  first = first.substr(0, limits.first_text_bytes);
  second = second.substr(0, limits.second_text_bytes);
  const Header header{kind, flags, static_cast<std::uint32_t>(first.size()),
                      static_cast<std::uint32_t>(second.size())};
  MessageBytes message;
  message.reserve(sizeof(header) + kBodyBytes<Body> + first.size() + second.size());
  const auto append = [&message](std::span<const std::byte> bytes) {
    message.insert(message.end(), bytes.begin(), bytes.end());
  };
  append(BytesOf(header));
  append(BytesOf(body).first(kBodyBytes<Body>));
  append(std::as_bytes(std::span(first)));
  append(std::as_bytes(std::span(second)));
  return message;
}

std::string_view TakeText(std::span<const std::byte>& bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), size);
  bytes = bytes.subspan(size);
  return text;
}

Result<Header> TakeHeader(std::span<const std::byte>& bytes) {
  const std::optional<Header> header = TakeStruct<Header>(bytes);
  if (header) return *header;
  return Fail("a message of " + std::to_string(bytes.size()) + " bytes is shorter than its header");
}

template <typename Body>
Result<Parts<Body>> TakeParts(const Header& header, const Limits& limits,
                              std::span<const std::byte> bytes) {
  const std::string what = "a message of kind " + std::to_string(header.kind);
  if ((header.flags & ~limits.flags) != 0) {
    return Fail(what + " has the flags " + std::to_string(header.flags));
  }
  if (header.first_text_bytes > limits.first_text_bytes ||
      header.second_text_bytes > limits.second_text_bytes) {
    return Fail(what + " has texts of " + std::to_string(header.first_text_bytes) + " and " +
                std::to_string(header.second_text_bytes) + " bytes, above their limits of " +
                std::to_string(limits.first_text_bytes) + " and " +
                std::to_string(limits.second_text_bytes));
  }
  const std::size_t expected =
      kBodyBytes<Body> + header.first_text_bytes + header.second_text_bytes;
  if (bytes.size() != expected) {
    return Fail(what + " has " + std::to_string(bytes.size()) + " bytes behind its header, not " +
                std::to_string(expected));
  }
  Parts<Body> parts{};
  if constexpr (!std::is_empty_v<Body>) parts.body = *TakeStruct<Body>(bytes);
  parts.first = TakeText(bytes, header.first_text_bytes);
  parts.second = TakeText(bytes, header.second_text_bytes);
  return parts;
}

MessageBytes EncodeAnswer(const FoundNamespace& found) {
  const std::uint32_t flags = (found.is_host ? kIsHost : 0U) | (found.is_own ? kIsOwn : 0U);
  return Put(kFoundKind, flags, kFoundLimits, found.id, found.name, found.cgroup);
}

MessageBytes EncodeAnswer(const FindEnd& end) {
  return Put(kFindEndKind, end.is_cut ? kIsCut : 0U, kFindEndLimits,
             FindEndBody{end.found, end.refused}, end.refusal);
}

MessageBytes EncodeAnswer(const NamespaceCounters& counters) {
  return Put(kCountersKind, 0, {}, counters);
}

MessageBytes EncodeAnswer(const PortTexts& ports) {
  return Put(kPortsKind, 0, kPortsLimits, NoBody(), ports.range, ports.reserved);
}

MessageBytes EncodeAnswer(const NamespaceError& error) {
  return Put(kErrorKind, 0, kErrorLimits, static_cast<ErrorBody>(error.reason), error.message);
}

Result<NamespaceAnswer> MakeFound(const Header& header, const Parts<NamespaceId>& parts) {
  if (parts.body == 0) return Fail("the helper found a namespace without an id");
  return FoundNamespace{.id = parts.body,
                        .is_host = (header.flags & kIsHost) != 0,
                        .is_own = (header.flags & kIsOwn) != 0,
                        .name = std::string(parts.first),
                        .cgroup = std::string(parts.second)};
}

Result<NamespaceAnswer> MakeFindEnd(const Header& header, const Parts<FindEndBody>& parts) {
  if (parts.body.found > kMaxNamespaces) {
    return Fail("the helper found " + std::to_string(parts.body.found) +
                " namespaces, above its limit of " + std::to_string(kMaxNamespaces));
  }
  return FindEnd{parts.body.found, (header.flags & kIsCut) != 0, parts.body.refused,
                 std::string(parts.first)};
}

/// kUnavailable is what the daemon says about the helper, which has no such error to tell.
Result<NamespaceAnswer> MakeError(const Parts<ErrorBody>& parts) {
  if (parts.body >= static_cast<ErrorBody>(NamespaceErrorReason::kUnavailable)) {
    return Fail("an error of the helper has the reason " + std::to_string(parts.body));
  }
  return NamespaceError{static_cast<NamespaceErrorReason>(parts.body), std::string(parts.first)};
}

Result<NamespaceAnswer> DecodeBody(const Header& header, std::span<const std::byte> bytes) {
  switch (header.kind) {
    case kFoundKind:
      return TakeParts<NamespaceId>(header, kFoundLimits, bytes).and_then([&](const auto& parts) {
        return MakeFound(header, parts);
      });
    case kFindEndKind:
      return TakeParts<FindEndBody>(header, kFindEndLimits, bytes).and_then([&](const auto& parts) {
        return MakeFindEnd(header, parts);
      });
    case kCountersKind:
      return TakeParts<NamespaceCounters>(header, {}, bytes).map([](const auto& parts) {
        return NamespaceAnswer(parts.body);
      });
    case kPortsKind:
      return TakeParts<NoBody>(header, kPortsLimits, bytes).map([](const auto& parts) {
        return NamespaceAnswer(PortTexts{std::string(parts.first), std::string(parts.second)});
      });
    case kErrorKind:
      return TakeParts<ErrorBody>(header, kErrorLimits, bytes).and_then(MakeError);
    default:
      return Fail("no answer is of kind " + std::to_string(header.kind));
  }
}

}  // namespace

MessageBytes Encode(const NamespaceRequest& request) {
  return Put(static_cast<std::uint32_t>(request.kind), 0, {}, request.id);
}

MessageBytes Encode(const NamespaceAnswer& answer) {
  return std::visit([](const auto& value) { return EncodeAnswer(value); }, answer);
}

MessageBytes Encode(const WorkerNews& news) {
  return Put(static_cast<std::uint32_t>(news.kind), 0, {}, NewsBody{news.wait_status, news.pid});
}

Result<NamespaceRequest> DecodeRequest(std::span<const std::byte> message) {
  const Result<Header> header = TakeHeader(message);
  if (!header) return tl::unexpected(header.error());
  const auto kind = static_cast<NamespaceRequest::Kind>(header->kind);
  if (kind < NamespaceRequest::Kind::kFind || kind > NamespaceRequest::Kind::kOpen) {
    return Fail("no request is of kind " + std::to_string(header->kind));
  }
  const auto parts = TakeParts<NamespaceId>(*header, {}, message);
  if (!parts) return tl::unexpected(parts.error());
  if ((kind == NamespaceRequest::Kind::kFind) != (parts->body == 0)) {
    return Fail("a request of kind " + std::to_string(header->kind) + " names the namespace " +
                std::to_string(parts->body));
  }
  return NamespaceRequest{kind, parts->body};
}

Result<NamespaceAnswer> DecodeAnswer(std::span<const std::byte> message) {
  const Result<Header> header = TakeHeader(message);
  if (!header) return tl::unexpected(header.error());
  return DecodeBody(*header, message);
}

Result<WorkerNews> DecodeNews(std::span<const std::byte> message) {
  const Result<Header> header = TakeHeader(message);
  if (!header) return tl::unexpected(header.error());
  const auto kind = static_cast<WorkerNews::Kind>(header->kind);
  if (kind != WorkerNews::Kind::kStarted && kind != WorkerNews::Kind::kEnded) {
    return Fail("no news is of kind " + std::to_string(header->kind));
  }
  const auto parts = TakeParts<NewsBody>(*header, {}, message);
  if (!parts) return tl::unexpected(parts.error());
  const std::int32_t pid = parts->body.pid;
  if (kind == WorkerNews::Kind::kStarted ? pid <= 0 : pid != 0) {
    return Fail("news of kind " + std::to_string(header->kind) + " has the pid " +
                std::to_string(pid));
  }
  return WorkerNews{kind, parts->body.wait_status, pid};
}

}  // namespace sockdiag
