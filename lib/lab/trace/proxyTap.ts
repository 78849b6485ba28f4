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
  const decoders = new Map<number, DecoderPair>()
  return (event) => {
    const { conversation } = event
    const pair = decoders.get(conversation) ?? dialect.decoders()
    if (event.kind === 'closed' || event.kind === 'failed') decoders.delete(conversation)
    else decoders.set(conversation, pair)
    for (const line of linesOf(event, pair, dialect)) listener(line)
  }
}

const linesOf = (event: ProxyEvent, decoders: DecoderPair, { name }: Dialect): readonly TraceEvent[] => {
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
      return [{ kind: 'close', conversation, atMs, at: 'between', ...causeOf(event.cause), last: true }]
  }
}
