import type { EventOf } from '@/core/index.js'
import type { Role } from '@/framings/framing.js'
import { inBytes } from '@/lab/decoders/inBytes.js'
import type { ChannelEars } from '@/lab/trace/channelEars.js'
import type { NoteKind, TraceListener } from '@/lab/trace/traceEvent.js'

/** What one socket and one address say to each other; who spoke first is the opener. */
interface Exchange {
  readonly conversation: number
  /** The role of the socket that is here. */
  readonly local: Role
}

/** Exchanges that are told apart; a further one is not seen. */
const MAX_EXCHANGES = 100_000

const REASONS: Readonly<Record<EventOf<'datagramDropped'>['reason'], string>> = {
  size: 'it is too large',
  room: 'too many wait',
  closed: 'the socket is closed',
}

/** Tells what datagram sockets of this process do, as lines of a timeline: each datagram is one chunk that nobody decodes. */
export class DatagramTap {
  readonly #listener: TraceListener
  readonly #nextConversation: () => number
  readonly #exchanges = new Map<string, Exchange>()

  constructor(listener: TraceListener, nextConversation: () => number) {
    this.#listener = listener
    this.#nextConversation = nextConversation
  }

  listen(ears: ChannelEars): void {
    ears
      .on('datagram', (event) => this.#datagram(event))
      .on('datagramDropped', (event) => {
        const { bytes, reason, remote } = event
        this.#note(event, remote, 'limit', `datagram of ${inBytes(bytes)} dropped: ${REASONS[reason]}`)
      })
      .on('datagramTrouble', (event) => this.#note(event, '', 'error', event.error.message))
  }

  #datagram({ id, atMs, direction, remote, chunk }: EventOf<'datagram'>): void {
    const exchange = this.#exchange(id, atMs, remote, direction === 'outbound' ? 'opener' : 'acceptor')
    if (exchange === undefined) return
    const { conversation, local } = exchange
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    const stretches = [{ kind: 'bytes', bytes, endsField: true, endsFrame: true, meaning: '' }] as const
    const said = { kind: 'said', conversation, atMs, what: 'bytes', bytes, stretches, meaning: '' } as const
    if (direction === 'outbound') this.#listener({ ...said, from: local, sentMs: atMs })
    else this.#listener({ ...said, from: local === 'opener' ? 'acceptor' : 'opener', receivedMs: atMs })
  }

  #note({ id, atMs }: { id: string; atMs: number }, remote: string, about: NoteKind, words: string): void {
    const exchange = this.#exchange(id, atMs, remote, 'acceptor')
    if (exchange === undefined) return
    const { conversation, local } = exchange
    this.#listener({ kind: 'note', conversation, atMs, at: local, about, words })
  }

  #exchange(id: string, atMs: number, remote: string, local: Role): Exchange | undefined {
    const key = `${id} ${remote}`
    const known = this.#exchanges.get(key)
    if (known !== undefined || this.#exchanges.size >= MAX_EXCHANGES) return known
    const exchange = { conversation: this.#nextConversation(), local }
    this.#exchanges.set(key, exchange)
    const ends = remote === '' ? {} : local === 'opener' ? { acceptor: remote } : { opener: remote }
    this.#listener({ kind: 'open', conversation: exchange.conversation, atMs, dialect: 'datagrams', ...ends })
    return exchange
  }
}
