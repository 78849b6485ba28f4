import type { NodeReply } from '@/protocols/pnet/nodeReply.js'
import type { NodeRequest } from '@/protocols/pnet/nodeRequest.js'
import { type Code, TransportError } from '@/errors.js'

/** Sends one request to a peer and gives its reply, on a connection of its own. */
export type Ask = (request: NodeRequest) => Promise<NodeReply>

/** A reply that was lost on its way, or a part that was spoilt, is asked for again so often. */
const MOST_REPEATS = 2
const WORTH_REPEATING: ReadonlySet<Code> = new Set(['REPLY_MISSING', 'CHECKSUM_DIFFERENT'])

/**
 * Asks, and asks the same again when the reply was lost or spoilt. Only for what may be asked twice.
 * @param read what the reply means; what it throws counts as the answer
 */
export const askAgain = async <T>(ask: Ask, request: NodeRequest, read: (reply: NodeReply) => T): Promise<T> => {
  for (let repeats = 0; ; repeats++) {
    try {
      return read(await ask(request))
    } catch (error) {
      const worth = error instanceof TransportError && WORTH_REPEATING.has(error.code)
      if (!worth || repeats >= MOST_REPEATS) throw error
    }
  }
}

/** What a reply that is not the one that was hoped for says. */
export const refusalIn = (reply: NodeReply): TransportError => {
  if (reply.command !== 'ERROR') return new TransportError('REPLY_UNREADABLE', { command: reply.command })
  const reason = reply.reason.slice(0, 256)
  if (reason === 'checksum error') return new TransportError('CHECKSUM_DIFFERENT', { reason })
  if (reason === 'unknown function') return new TransportError('FUNCTION_UNKNOWN', { reason })
  return new TransportError('CALL_FAILED', { reason })
}
