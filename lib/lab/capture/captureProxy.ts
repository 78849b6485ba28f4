import type { Role } from '@/framings/framing.js'
import type { Capture } from '@/lab/capture/capture.js'
import type { TcpFlow } from '@/lab/capture/tcpFlow.js'
import type { DecoderPair, Dialect } from '@/lab/decoders/decoder.js'
import type { ProxyEvent } from '@/lab/proxy.js'
import { otherEnd } from '@/lab/relay/otherEnd.js'
import { meaningOf } from '@/lab/trace/meaningOf.js'

/** One of the two TCP connections of a conversation. */
interface Leg {
  readonly flow: TcpFlow
  readonly decoders: DecoderPair
}

type Legs = Readonly<Record<Role, Leg>>

/**
 * Writes what happens at a proxy into a capture, for its `observe`: both TCP connections of each conversation as they
 * are, so that what a fault does is the difference between the two. What a fault tells is the comment of a packet
 * without data on the connection that it leads to.
 */
export const captureProxy = (capture: Capture, dialect: Dialect): ((event: ProxyEvent) => void) => {
  const all = new Map<number, Legs>()
  return (event) => {
    const { conversation, atMs } = event
    if (event.kind === 'opened') {
      const { opener, acceptor } = event.legs
      const leg = (from: string | undefined, to: string | undefined, words: string): Leg => {
        const ends = { ...(from === undefined ? {} : { opener: from }), ...(to === undefined ? {} : { acceptor: to }) }
        const flow = capture.flow(ends, atMs, `conversation ${conversation}, ${words}, ${dialect.name}`)
        return { flow, decoders: dialect.decoders() }
      }
      const near = leg(opener.far, opener.near, 'who connected and the proxy')
      const far = leg(acceptor.near, acceptor.far, 'the proxy and its target')
      all.set(conversation, { opener: near, acceptor: far })
      return
    }
    const legs = all.get(conversation)
    if (legs === undefined) return
    if (event.kind === 'closed') all.delete(conversation)
    else if (event.kind !== 'failed') write(legs, event)
  }
}

const write = (legs: Legs, event: Extract<ProxyEvent, { readonly from: Role }>): void => {
  const { from, atMs } = event
  // What arrives is on the connection of who said it, what leaves on the other one.
  const { flow, decoders } = legs[event.kind === 'arrived' ? from : otherEnd(from)]
  if (event.kind === 'fault') return flow.remark(from, atMs, `${event.fault} ${event.did}`)
  switch (event.what) {
    case 'bytes':
      return flow.say(from, atMs, event.bytes, meaningOf(decoders[from].read(event.bytes)))
    case 'end':
      return flow.end(from, atMs, decoders[from].end() ?? '')
    case 'reset':
      return flow.reset(from, atMs, '')
  }
}
