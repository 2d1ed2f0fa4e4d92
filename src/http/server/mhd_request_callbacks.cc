#include "http/server/mhd_request_callbacks.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/request_target.h"
#include "http/server/connection_socket.h"
#include "http/server/mhd_connection.h"
#include "http/server/request_head.h"

namespace sockdiag::http {

namespace {

using BodyHolder = std::shared_ptr<const std::string>;
using MhdResponse = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

MHD_Result CollectHeader(void* cls, MHD_ValueKind, const char* name, std::size_t name_size,
                         const char* value, std::size_t value_size) noexcept {
  if (value == nullptr) return MHD_YES;
  try {
    static_cast<Request*>(cls)->headers.push_back({{name, name_size}, {value, value_size}});
  } catch (...) {
    return MHD_NO;
  }
  return MHD_YES;
}

void ReleaseBody(void* holder) noexcept { delete static_cast<BodyHolder*>(holder); }

MhdResponse ToMhdResponse(const Response& response) {
  auto holder = std::make_unique<BodyHolder>(response.body ? response.body
                                                           : std::make_shared<const std::string>());
  const std::string& body = **holder;
  // The library only reads the buffer; the parameter is without const for the sake of free().
  MhdResponse built(MHD_create_response_from_buffer_with_free_callback_cls(
                        body.size(), const_cast<char*>(body.data()), &ReleaseBody, holder.get()),
                    &MHD_destroy_response);
  if (built) static_cast<void>(holder.release());
  return built;
}

bool AddHeader(const MhdResponse& response, const std::string& name, const std::string& value) {
  return MHD_add_response_header(response.get(), name.c_str(), value.c_str()) == MHD_YES;
}

/// False when some of them cannot be sent.
bool AddHeaders(const MhdResponse& built, const Response& response) {
  constexpr const char* kNoSniffing = "X-Content-Type-Options";
  bool added = AddHeader(built, MHD_HTTP_HEADER_CONTENT_TYPE, response.content_type);
  const bool is_set = std::any_of(
      response.headers.begin(), response.headers.end(),
      [&](const HeaderField& header) { return EqualIgnoringCase(header.name, kNoSniffing); });
  if (!is_set) added = AddHeader(built, kNoSniffing, "nosniff") && added;
  for (const HeaderField& header : response.headers) {
    added = AddHeader(built, header.name, header.value) && added;
  }
  return added;
}

}  // namespace

void* MhdRequestCallbacks::OnRequestLine(void* cls, const char* target,
                                         MHD_Connection* connection) noexcept {
  auto& self = *static_cast<MhdRequestCallbacks*>(cls);
  self.table_.Enter(SocketOf(connection), Phase::kHead);
  self.accept_failures_.NoteRequest(SocketOf(connection));
  try {
    auto pending = std::make_unique<PendingRequest>();
    if (target != nullptr) pending->target = ParseTarget(target);
    const std::lock_guard lock(self.mutex_);
    return self.pending_.insert_or_assign(connection, std::move(pending)).first->second.get();
  } catch (...) {
    return nullptr;  // OnRequest() refuses it.
  }
}

void MhdRequestCallbacks::OnCompleted(void* cls, MHD_Connection* connection, void** pending,
                                      MHD_RequestTerminationCode) noexcept {
  auto& self = *static_cast<MhdRequestCallbacks*>(cls);
  *pending = nullptr;
  self.Forget(connection);
  self.table_.Enter(SocketOf(connection), Phase::kIdle);
}

void MhdRequestCallbacks::Forget(MHD_Connection* connection) noexcept {
  const std::lock_guard lock(mutex_);
  pending_.erase(connection);
}

MHD_Result MhdRequestCallbacks::OnRequest(void* cls, MHD_Connection* connection, const char* path,
                                          const char* method, const char* version, const char*,
                                          std::size_t* body_size, void** pending) noexcept {
  auto& self = *static_cast<MhdRequestCallbacks*>(cls);
  if (*pending == nullptr) return MHD_NO;
  auto& current = *static_cast<PendingRequest*>(*pending);
  try {
    if (*body_size > 0) {
      current.body_bytes += std::exchange(*body_size, 0);
      return current.body_bytes <= kMaxBodyBytes ? MHD_YES : MHD_NO;
    }
    if (!current.is_head_seen) current.received = std::chrono::steady_clock::now();
    Request request{.method = method,
                    .path = PathOf(current.target, path),
                    .headers = {},
                    .received = current.received};
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, &CollectHeader, &request);
    if (!std::exchange(current.is_head_seen, true)) {
      return self.TakeHead(connection, current, request, version);
    }
    return self.Answer(connection, request);
  } catch (...) {
    self.log_.Warn("cannot answer a request: out of memory");
    return MHD_NO;
  }
}

MHD_Result MhdRequestCallbacks::TakeHead(MHD_Connection* connection, const PendingRequest& pending,
                                         const Request& request, std::string_view version) {
  std::optional<Response> refusal =
      RefuseHead({.request = request,
                  .target = pending.target,
                  .version = version,
                  .bytes = {request.method.data(), HeadBytes(connection)}});
  // A response queued at the first call closes the connection, whose rest nobody reads.
  if (refusal) return Queue(connection, *std::move(refusal));
  table_.Enter(SocketOf(connection), Phase::kBody);
  return MHD_YES;
}

MHD_Result MhdRequestCallbacks::Answer(MHD_Connection* connection, const Request& request) {
  table_.Enter(SocketOf(connection), Phase::kHandling);
  return Queue(connection, dispatcher_.Dispatch(request));
}

MHD_Result MhdRequestCallbacks::Queue(MHD_Connection* connection, Response response) {
  if (policy_ != nullptr) policy_->AddHeaders(response);
  const MhdResponse built = ToMhdResponse(response);
  if (!built) return MHD_NO;
  if (!AddHeaders(built, response)) log_.Warn("a response has a header that cannot be sent");
  // Where the first byte of a next request cannot be noticed, there is none: on unix sockets, which
  // leave no TIME_WAIT behind, so the server may well be the one to close.
  const bool is_last = closing_ || !BytesReceived(SocketOf(connection));
  if (is_last) AddHeader(built, MHD_HTTP_HEADER_CONNECTION, "close");
  table_.Enter(SocketOf(connection), Phase::kSending);
  return MHD_queue_response(connection, response.status, built.get());
}

}  // namespace sockdiag::http
