import type { Duplex } from 'node:stream'
import type { Role } from '@/framings/framing.js'
import { memoryPair } from '@/lab/relay/memoryPair.js'
import { Relay, type RelayOptions } from '@/lab/relay/relay.js'

/** A connection in memory with faults in its middle. */
export interface FaultyPair {
  /** For `connection.run(pair.opener, 'opener')`. */
  readonly opener: Duplex
  /** For `connection.run(pair.acceptor, 'acceptor')`. */
  readonly acceptor: Duplex
  /** What stands between them; its faults can be changed at any time. */
  readonly relay: Relay
}

/** Two streams in memory and a relay between them. @throws TransportError OPTION_INVALID */
export const faultyPair = (options: RelayOptions = {}): FaultyPair => {
  const [opener, nearOpener] = memoryPair()
  const [acceptor, nearAcceptor] = memoryPair()
  return { opener, acceptor, relay: new Relay({ opener: nearOpener, acceptor: nearAcceptor }, options) }
}

/**
 * A stream, such as a connected socket, with faults in front of it.
 * @param role of the end that will use it: the one that opened the connection, or the one that accepted it
 * @throws TransportError OPTION_INVALID
 */
export const faultyStream = (
  stream: Duplex,
  role: Role,
  options: RelayOptions = {},
): { readonly stream: Duplex; readonly relay: Relay } => {
  const [near, far] = memoryPair()
  const ends = role === 'opener' ? { opener: far, acceptor: stream } : { opener: stream, acceptor: far }
  return { stream: near, relay: new Relay(ends, options) }
}
