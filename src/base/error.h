#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace sockdiag {

/// What went wrong, as one line for an operator: what, which input, limit against actual.
struct Error {
  std::string message;
};

/// A value, or why there is none. For what can happen at run time; see CONTRIBUTING.md.
template <typename T>
using Result = tl::expected<T, Error>;

/// Shorthand for `return Fail("...")` in a function that returns a Result.
[[nodiscard]] inline tl::unexpected<Error> Fail(std::string message) {
  return tl::unexpected<Error>(Error{std::move(message)});
}

/// The one place that words an errno: "Permission denied (EACCES)".
[[nodiscard]] std::string ErrnoText(int error_number);

/// "WHAT: Permission denied (EACCES)".
[[nodiscard]] std::string ErrnoMessage(std::string_view what, int error_number);

/// A text for an error message, in quotes: the first few dozen bytes of its first line, with a
/// question mark for what is not printable ASCII.
[[nodiscard]] std::string Excerpt(std::string_view text);

/// Several messages as one line.
[[nodiscard]] std::string Joined(const std::vector<std::string>& messages);

/// Fail() with ErrnoMessage().
[[nodiscard]] inline tl::unexpected<Error> FailErrno(std::string_view what, int error_number) {
  return Fail(ErrnoMessage(what, error_number));
}

}  // namespace sockdiag
