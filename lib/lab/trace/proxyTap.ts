import { TransportError } from '@/errors.js'
import type { DecoderPair, Dialect } from '@/lab/decoders/decoder.js'
import type { ProxyEvent } from '@/lab/proxy.js'
import { causeOf } from '@/lab/trace/causeOf.js'
import { meaningOf } from '@/lab/trace/meaningOf.js'
import type { TraceEvent, TraceListener } from '@/lab/trace/traceEvent.js'

/**
 * Turns what happens at a proxy into lines of a timeline, for its `observe`. What was said is told when it leaves the
 * proxy, and as it leaves it, so with what the faults made of it; `sentMs` is when it came.
 */
export const proxyTap = (dialect: Dialect, listener: TraceListener): ((event: ProxyEvent) => void) => {
  const conversations = new Map<number, Heard>()
  return (event) => {
    const { conversation } = event
    const heard = conversations.get(conversation) ?? { decoders: dialect.decoders() }
    if (event.kind === 'closed' || event.kind === 'failed') conversations.delete(conversation)
    else conversations.set(conversation, heard)
    if ((event.kind === 'arrived' || event.kind === 'delivered') && event.what === 'reset')
      heard.reset ??= new TransportError('CONNECTION_RESET', event.kind === 'arrived' ? { by: event.from } : {})
    for (const line of linesOf(event, heard, dialect)) listener(line)
  }
}

/** What is known of one conversation. */
interface Heard {
  readonly decoders: DecoderPair
  /** It was reset, by one of its ends if it came from there. */
  reset?: TransportError
}

const linesOf = (event: ProxyEvent, { decoders, reset }: Heard, { name }: Dialect): readonly TraceEvent[] => {
  const { conversation, atMs, kind } = event
  switch (kind) {
    case 'opened': {
      const { opener, acceptor } = event.legs
      const ends = {
        ...(opener.far === undefined ? {} : { opener: opener.far }),
        ...(acceptor.far === undefined ? {} : { acceptor: acceptor.far }),
      }
      return [{ kind: 'open', conversation, atMs, dialect: name, ...ends }]
    }
    case 'arrived':
      return []
    case 'delivered': {
      const { from, what, bytes, arrivedMs } = event
      const stretches = what === 'bytes' ? decoders[from].read(bytes) : []
      const meaning = what === 'end' ? (decoders[from].end() ?? '') : meaningOf(stretches)
      const times = { atMs, sentMs: arrivedMs, receivedMs: atMs }
      return [{ kind: 'said', conversation, ...times, from, what, bytes, stretches, meaning }]
    }
    case 'fault':
      return [{ kind: 'note', conversation, atMs, at: 'between', about: 'fault', words: `${event.fault} ${event.did}` }]
    case 'failed':
      return [{ kind: 'close', conversation, atMs, at: 'between', ...causeOf(event.error), last: true }]
    case 'closed':
      return [{ kind: 'close', conversation, atMs, at: 'between', ...causeOf(event.cause ?? reset), last: true }]
  }
}
