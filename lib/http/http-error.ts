import { HeddleError } from '../errors.js'

/**
 * A request that can't be made, or a response that can't be accepted. `code`:
 *
 * | code | |
 * | --- | --- |
 * | `ERR_HEDDLE_HTTP_SCHEME` | the URL is not `http:`; for `https:` use `fetch` |
 * | `ERR_HEDDLE_HTTP_PROTOCOL` | what the server sent is no HTTP/1.1 response |
 * | `ERR_HEDDLE_HTTP_HEADER_LIMIT` | its head is longer than `maxHeaderBytes` |
 * | `ERR_HEDDLE_HTTP_BODY_LIMIT` | its body is longer than `maxBodyBytes`, or than the buffer it is to fill |
 * | `ERR_HEDDLE_HTTP_TRUNCATED` | the server closed the connection before the end of the response |
 * | `ERR_HEDDLE_HTTP_REDIRECT` | too many redirects, one that leads nowhere, or one where `redirect` is `'error'` |
 * | `ERR_HEDDLE_HTTP_STATUS` | the status is not one that the caller can go on with |
 * | `ERR_HEDDLE_HTTP_BODY_USED` | the body was read before, or is being read |
 * | `ERR_HEDDLE_HTTP_LENGTH` | the server did not say how long the body is, where that has to be known before |
 * | `ERR_HEDDLE_HTTP_RANGE` | the server answered with another range than it was asked for |
 */
export class HttpError extends HeddleError {
  static {
    HttpError.prototype.name = 'HttpError'
  }
}
