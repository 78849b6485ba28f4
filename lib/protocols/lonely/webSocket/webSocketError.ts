import { TransportError } from '@/errors.js'

/** Too many bytes for one message, or too many pieces. */
const TOO_LARGE: ReadonlySet<string> = new Set([
  'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH',
  'WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH',
  'WS_ERR_TOO_MANY_BUFFERED_PARTS',
])

/** What `ws` says of an open WebSocket: what the other end has done wrong in our words, anything else as it is. */
export const webSocketError = (error: Error, maxMessageBytes: number): Error => {
  const code = 'code' in error ? String(error.code) : ''
  if (TOO_LARGE.has(code))
    return new TransportError('MESSAGE_TOO_LARGE', { limit: maxMessageBytes, problem: error.message }, { cause: error })
  if (code.startsWith('WS_ERR_'))
    return new TransportError('FRAME_MALFORMED', { problem: error.message }, { cause: error })
  return error
}
