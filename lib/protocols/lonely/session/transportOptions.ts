import type { ConnectionOptions } from '@/core/index.js'
import { webSocketFraming } from '@/protocols/lonely/webSocket/webSocketFraming.js'

/** Over TCP: how often both ends show that they live, and how long silence is borne. */
const HEARTBEAT_MS = 20_000
const IDLE_MS = 60_000
/** What may wait to leave beside a window of bodies: answers. */
const OUTBOX_SPARE_BYTES = 16_777_216

/** Largest message accepted, headers included; the original takes as much. */
export const MAX_MESSAGE_BYTES = 16_777_216

/**
 * What connections of this protocol need from the transport, where nothing else is asked for. Empty messages of the
 * handshake framing are signs of life. With the plain length prefix there are none, as what bridges it to an original
 * peer would pass them on: there the keep-alive of TCP (`keepAliveMs`) notices a host that is gone.
 * @param unsentBytes what a session may give at once, in bytes
 */
export const transportOptions = (framing: 'handshake' | 'length', unsentBytes: number): ConnectionOptions => ({
  framing,
  pipeline: true,
  maxMessageBytes: MAX_MESSAGE_BYTES,
  // A first message is small, but nothing is gained by treating it in another way.
  maxFirstMessageBytes: MAX_MESSAGE_BYTES,
  maxInboxBytes: 2 * MAX_MESSAGE_BYTES,
  maxOutboxBytes: unsentBytes + OUTBOX_SPARE_BYTES,
  ...(framing === 'handshake' ? { heartbeatMs: HEARTBEAT_MS, idleTimeoutMs: IDLE_MS } : { idleTimeoutMs: 0 }),
})

/** What differs over a WebSocket, which has pings of its own. */
export const WEB_SOCKET_OPTIONS: ConnectionOptions = { framing: webSocketFraming, heartbeatMs: 0, idleTimeoutMs: 0 }
