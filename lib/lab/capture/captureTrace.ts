import type { Role } from '@/framings/framing.js'
import type { Capture } from '@/lab/capture/capture.js'
import type { TcpFlow } from '@/lab/capture/tcpFlow.js'
import { otherEnd } from '@/lab/relay/otherEnd.js'
import type { TraceEvent, TraceListener } from '@/lab/trace/traceEvent.js'

/**
 * Writes the lines of a timeline of the core into a capture: one TCP connection for each conversation, what was said with
 * its meaning as the comment, notes as the comments of packets without data. The core does not tell the ends of streams;
 * they are written when a connection is over, and say so.
 */
export const captureTrace = (capture: Capture): TraceListener => {
  const flows = new Map<number, TcpFlow>()
  return (event) => {
    const { conversation, atMs } = event
    if (event.kind === 'open') {
      const { opener, acceptor, dialect } = event
      const ends = { ...(opener === undefined ? {} : { opener }), ...(acceptor === undefined ? {} : { acceptor }) }
      flows.set(conversation, capture.flow(ends, atMs, `conversation ${conversation}, ${dialect}`))
      return
    }
    const flow = flows.get(conversation)
    if (flow !== undefined) write(flow, event)
    if (event.kind === 'close' && event.last) flows.delete(conversation)
  }
}

const write = (flow: TcpFlow, event: Exclude<TraceEvent, { kind: 'open' }>): void => {
  const { atMs } = event
  switch (event.kind) {
    case 'said':
      return flow.say(event.from, atMs, event.bytes, event.meaning)
    case 'found':
      return undefined
    case 'note':
      return flow.remark(roleOf(event.at), atMs, event.words)
    case 'close': {
      const { at, code, words, last } = event
      const role = roleOf(at)
      if (code === 'CONNECTION_RESET') return flow.reset(otherEnd(role), atMs, words)
      flow.end(role, atMs, `over at the ${role}: ${words}`)
      if (last) flow.end(otherEnd(role), atMs, '')
    }
  }
}

const roleOf = (at: Role | 'between'): Role => (at === 'between' ? 'opener' : at)
