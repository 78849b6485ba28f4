import { type AddressLike, ConnectionDetails } from '@/core/index.js'
import type { RandomSource } from '@/protocols/lonely/randomSource.js'
import type { BroadcasterAddress } from '@/protocols/lonely/subscriber/subscriberOptions.js'
import { TransportError } from '@/errors.js'

/** One broadcaster, ready to be connected to. */
export type Target = { readonly webSocket: string } | { readonly tcp: ConnectionDetails }

const WEB_SOCKET_PATH = '/v1/websocket'
const LAST = Number.POSITIVE_INFINITY

/** The broadcasters, in the order they are to be tried: by priority, and among equals at random, anew each time. */
export class BroadcasterList {
  readonly #entries: readonly { readonly target: Target; readonly priority: number }[]
  readonly #random: RandomSource

  /** @throws TransportError ADDRESS_INVALID, OPTION_INVALID when there is none */
  constructor(addresses: readonly BroadcasterAddress[], random: RandomSource) {
    if (addresses.length === 0) throw new TransportError('OPTION_INVALID', { option: 'broadcasters', given: 'none' })
    this.#entries = addresses.map((entry) => {
      const withPriority = typeof entry === 'object' && 'priority' in entry
      const address = withPriority ? entry.address : entry
      return { target: targetOf(address), priority: withPriority ? entry.priority : LAST }
    })
    this.#random = random
  }

  inOrder(): readonly Target[] {
    const drawn = this.#entries.map((entry) => ({ ...entry, lot: this.#random(4).readUInt32BE() }))
    // Without a priority is last, and infinities have no difference.
    const order = drawn.toSorted((a, b) => (a.priority === b.priority ? a.lot - b.lot : a.priority - b.priority))
    return order.map(({ target }) => target)
  }
}

const targetOf = (address: AddressLike): Target => {
  if (typeof address !== 'string' || !/^wss?:/i.test(address)) {
    const tcp = ConnectionDetails.from(address)
    tcp.assertConnectable()
    return { tcp }
  }
  if (!URL.canParse(address)) {
    throw new TransportError('ADDRESS_INVALID', { given: address, advice: `write ws://HOST:PORT${WEB_SOCKET_PATH}` })
  }
  const url = new URL(address)
  if (url.pathname === '/') url.pathname = WEB_SOCKET_PATH
  url.hash = ''
  return { webSocket: url.href }
}
