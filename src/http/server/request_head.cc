#include "http/server/request_head.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>

namespace sockdiag::http {
namespace {

constexpr std::string_view kHttp10 = "HTTP/1.0";

/// A token of RFC 9110 section 5.6.2.
bool IsToken(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !text.empty() && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

bool IsControl(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return (byte < ' ' && byte != '\t') || byte == 0x7f;
}

bool IsFieldValid(const HeaderView& field) {
  return IsToken(field.name) && std::none_of(field.value.begin(), field.value.end(), IsControl);
}

std::ptrdiff_t Count(const Request& request, std::string_view name) {
  return std::count_if(
      request.headers.begin(), request.headers.end(),
      [name](const HeaderView& header) { return EqualIgnoringCase(header.name, name); });
}

/// Walks through a head, field by field, over the separators between them.
class Walk {
 public:
  explicit Walk(std::string_view bytes) : rest_(bytes) {}

  /// False when `field` is elsewhere, or when more than spaces and `zeros` zeros lie before it.
  bool PassOver(std::string_view field, std::ptrdiff_t zeros) {
    const std::less<> before;
    const char* const field_end = field.data() + field.size();
    if (before(field.data(), rest_.data()) || before(rest_.data() + rest_.size(), field_end)) {
      return false;
    }
    const auto gap = static_cast<std::size_t>(field.data() - rest_.data());
    if (!AreSeparators(rest_.substr(0, gap), zeros)) return false;
    rest_.remove_prefix(gap + field.size());
    return true;
  }
  [[nodiscard]] bool IsAtEnd(std::ptrdiff_t zeros) const { return AreSeparators(rest_, zeros); }

 private:
  static bool AreSeparators(std::string_view gap, std::ptrdiff_t zeros) {
    constexpr std::string_view kSeparators("\0 \t", 3);
    return gap.find_first_not_of(kSeparators) == std::string_view::npos &&
           std::count(gap.begin(), gap.end(), '\0') <= zeros;
  }

  std::string_view rest_;
};

/// The library's parser works with C strings: what follows a zero byte in a line it does not see,
/// and the continuation of a folded line it takes for the end of the name.
bool HasHiddenText(const RequestHead& head) {
  constexpr std::ptrdiff_t kLineEnd = 2;  // CR and LF; a lone LF is taken, too.
  Walk walk(head.bytes);
  bool seen = walk.PassOver(head.request.method, 0) && walk.PassOver(head.target.text, 1) &&
              walk.PassOver(head.version, 1);
  for (const HeaderView& field : head.request.headers) {
    seen = seen && walk.PassOver(field.name, kLineEnd) && walk.PassOver(field.value, 1);
  }
  return !seen || !walk.IsAtEnd(2 * kLineEnd);
}

/// Whether it is certain where the body ends (RFC 9112 section 6.3).
bool IsFramingCertain(const RequestHead& head) {
  const std::ptrdiff_t encodings = Count(head.request, "Transfer-Encoding");
  const std::ptrdiff_t lengths = Count(head.request, "Content-Length");
  if (encodings > 0) return encodings == 1 && lengths == 0 && head.version != kHttp10;
  return lengths <= 1;
}

bool HasHost(const RequestHead& head) {
  const std::ptrdiff_t hosts = Count(head.request, "Host");
  return hosts == 1 || (hosts == 0 && head.version == kHttp10);
}

bool AnnouncesLargeBody(const Request& request) {
  const std::optional<std::string_view> digits = FindHeader(request, "Content-Length");
  if (!digits) return false;
  std::uint64_t size = 0;
  const auto parsed = std::from_chars(digits->data(), digits->data() + digits->size(), size);
  return parsed.ec != std::errc() || size > kMaxBodyBytes;
}

/// Whether a header has another value than the only one that is understood.
bool IsOther(const Request& request, std::string_view name, std::string_view understood) {
  const std::optional<std::string_view> value = FindHeader(request, name);
  return value && !EqualIgnoringCase(*value, understood);
}

}  // namespace

std::optional<Response> RefuseHead(const RequestHead& head) {
  const Request& request = head.request;
  if (head.target.text.size() > kMaxHeadBytes) return TextResponse(414, "414 URI Too Long\n");
  if (head.bytes.size() > kMaxHeadBytes) {
    return TextResponse(431, "431 Request Header Fields Too Large\n");
  }
  if (!head.target.is_valid || !HasHost(head) || !IsFramingCertain(head) || HasHiddenText(head) ||
      !std::all_of(request.headers.begin(), request.headers.end(), IsFieldValid)) {
    return TextResponse(400, "400 Bad Request\n");
  }
  if (IsOther(request, "Transfer-Encoding", "chunked")) {
    return TextResponse(501, "501 Not Implemented\n");
  }
  if (AnnouncesLargeBody(request)) return TextResponse(413, "413 Content Too Large\n");
  if (IsOther(request, "Expect", "100-continue") && head.version != kHttp10) {
    return TextResponse(417, "417 Expectation Failed\n");
  }
  return std::nullopt;
}

}  // namespace sockdiag::http
