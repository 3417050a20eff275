#pragma once

#include <string>

#include "native/typed_error.hpp"

namespace heddle::http {

// What a peer did that a client cannot accept, or what was asked of it that cannot be. Failed system calls are
// SocketErrors.
class Error : public TypedError {
 public:
  using TypedError::TypedError;
};

// The codes of Error; part of the public interface, in C++ and in JavaScript.
inline constexpr const char* kProtocol = "ERR_HEDDLE_HTTP_PROTOCOL";         // what came is no HTTP/1.1 response
inline constexpr const char* kHeaderLimit = "ERR_HEDDLE_HTTP_HEADER_LIMIT";  // the head, or a trailer, is too long
inline constexpr const char* kBodyLimit = "ERR_HEDDLE_HTTP_BODY_LIMIT";      // the body is too long
inline constexpr const char* kTruncated = "ERR_HEDDLE_HTTP_TRUNCATED";       // the peer closed before the end
inline constexpr const char* kHangUp = "ECONNRESET";                         // the peer closed before it answered
inline constexpr const char* kTimedOut = "ERR_HEDDLE_TIMEOUT";
inline constexpr const char* kClosed = "ERR_HEDDLE_CLOSED";  // the client was closed

}  // namespace heddle::http
