import type { EventOf } from '@/core/index.js'
import type { Role } from '@/framings/framing.js'
import type { DecoderPair, Dialect } from '@/lab/decoders/decoder.js'
import { DIALECTS } from '@/lab/decoders/dialects.js'
import { rawDialect } from '@/lab/decoders/rawDecoder.js'
import { ChannelEars } from '@/lab/trace/channelEars.js'
import { otherEnd } from '@/lab/relay/otherEnd.js'
import { causeOf } from '@/lab/trace/causeOf.js'
import { DatagramTap } from '@/lab/trace/datagramTap.js'
import { meaningOf } from '@/lab/trace/meaningOf.js'
import type { NoteKind, TraceListener } from '@/lab/trace/traceEvent.js'

/** One connection of this process, or two that are the ends of the same. */
interface Conversation {
  readonly number: number
  readonly decoders: DecoderPair
  /** The ends that are in this process and open. */
  readonly here: Set<Role>
  /** The ends that have ever been here. */
  readonly seen: Set<Role>
  /** As the ends of a pair find each other: both addresses, those of the opener first. */
  readonly key: string | undefined
}

/** A connection by its id. */
interface End {
  readonly conversation: Conversation
  readonly role: Role
}

/** Connections that are watched at once; a further one is not seen. */
const MAX_CONNECTIONS = 100_000

/**
 * Watches the connections of this process that open from now on, and its datagram sockets, by the channels of the core,
 * and tells what they do as lines of a timeline; at most 100,000 at once. Two connections that are the ends of one are one conversation, if they
 * have addresses. A listener that throws ends the watching, with a warning of the process.
 */
export class CoreTap implements Disposable {
  readonly #listener: TraceListener
  readonly #dialects: readonly Dialect[]
  readonly #ends = new Map<string, End>()
  readonly #pairs = new Map<string, Conversation>()
  readonly #ears = new ChannelEars()
  #conversations = 0

  /** @param dialects that are known beside those of the lab; one is found by the name of the connection's framing */
  constructor(listener: TraceListener, dialects: readonly Dialect[] = []) {
    this.#listener = listener
    this.#dialects = [...dialects, ...DIALECTS]
    this.#ears
      .on('open', (event) => this.#open(event))
      .on('write', (event) => this.#write(event))
      .on('read', (event) => this.#read(event))
      .on('withheld', (event) =>
        this.#note(event, 'withheld', `OK to ${event.bytes} bytes withheld: ${REASONS[event.reason]}`),
      )
      .on('drain', (event) => this.#note(event, 'drain', `drain: room again, ${event.waitingBytes} bytes wait`))
      .on('timeout', (event) => this.#note(event, 'timeout', `${event.code} after ${event.limitMs} ms`))
      .on('limit', (event) => this.#note(event, 'limit', `${event.code}: ${event.bytes} above ${event.limit}`))
      .on('collision', (event) => this.#note(event, 'collision', 'both ends spoke at once'))
      .on('error', (event) => this.#note(event, 'error', event.error.message))
      .on('close', (event) => this.#close(event))
      .on('turnedAway', (event) => this.#turnedAway(event))
    new DatagramTap(listener, () => ++this.#conversations).listen(this.#ears)
  }

  /** Listens no more. */
  end(): void {
    this.#ears.end()
    this.#ends.clear()
    this.#pairs.clear()
  }

  [Symbol.dispose](): void {
    this.end()
  }

  #open({ id, atMs, role, framing, local, remote }: EventOf<'open'>): void {
    if (this.#ends.size >= MAX_CONNECTIONS) return
    const [opener, acceptor] = role === 'opener' ? [local, remote] : [remote, local]
    const key = opener === undefined || acceptor === undefined ? undefined : `${opener} ${acceptor}`
    const met = key === undefined ? undefined : this.#pairs.get(key)
    const isPair = met !== undefined && !met.seen.has(role)
    const dialect = this.#dialects.find(({ name }) => name === framing) ?? rawDialect
    const conversation = isPair ? met : this.#begin(key, dialect)
    conversation.here.add(role)
    conversation.seen.add(role)
    this.#ends.set(id, { conversation, role })
    if (isPair) return
    this.#listener(openOf(conversation.number, atMs, dialect.name, opener, acceptor))
  }

  /** It never became a connection; if its other end is here, it is known from there. */
  #turnedAway({ atMs, local, remote }: EventOf<'turnedAway'>): void {
    const words = 'turned away: there is no place'
    const met = this.#pairs.get(`${remote} ${local}`)
    const conversation = met?.number ?? ++this.#conversations
    if (met !== undefined) {
      this.#listener({ kind: 'note', conversation, atMs, at: 'acceptor', about: 'limit', words })
      return
    }
    this.#listener(openOf(conversation, atMs, rawDialect.name, remote, local))
    this.#listener({ kind: 'close', conversation, atMs, at: 'acceptor', words, last: true })
  }

  #begin(key: string | undefined, dialect: Dialect): Conversation {
    const number = ++this.#conversations
    const conversation = { number, decoders: dialect.decoders(), here: new Set<Role>(), seen: new Set<Role>(), key }
    if (key !== undefined) this.#pairs.set(key, conversation)
    return conversation
  }

  #write({ id, atMs, offeredBytes, takenBytes, chunk }: EventOf<'write'>): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    const { conversation, role } = end
    const bytes = viewOf(chunk, takenBytes)
    if (takenBytes > 0) this.#listener({ ...saidIn(conversation, atMs, role, bytes), sentMs: atMs })
    if (takenBytes < offeredBytes)
      this.#note({ id, atMs }, 'partial', `partial write: ${takenBytes} of ${offeredBytes} bytes were taken`)
  }

  #read({ id, atMs, bytes: byteCount, chunk }: EventOf<'read'>): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    const { conversation, role } = end
    const from = otherEnd(role)
    const { number } = conversation
    if (conversation.seen.has(from)) {
      this.#listener({ kind: 'found', conversation: number, atMs, from, byteCount })
      return
    }
    const bytes = viewOf(chunk, byteCount)
    this.#listener({ ...saidIn(conversation, atMs, from, bytes), receivedMs: atMs })
  }

  #note({ id, atMs }: { id: string; atMs: number }, about: NoteKind, words: string): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    this.#listener({ kind: 'note', conversation: end.conversation.number, atMs, at: end.role, about, words })
  }

  #close({ id, atMs, cause }: EventOf<'close'>): void {
    const end = this.#ends.get(id)
    if (end === undefined) return
    const { conversation, role } = end
    this.#ends.delete(id)
    conversation.here.delete(role)
    const { key, here, number } = conversation
    const last = here.size === 0
    if (last && key !== undefined && this.#pairs.get(key) === conversation) this.#pairs.delete(key)
    this.#listener({ kind: 'close', conversation: number, atMs, at: role, ...causeOf(cause), last })
  }
}

const REASONS: Readonly<Record<EventOf<'withheld'>['reason'], string>> = {
  room: 'the inbox has no room',
  preLoop: 'preLoop is not done',
  budget: 'the memory budget has no room',
  consent: 'transmissionOffered has not answered',
}

const openOf = (conversation: number, atMs: number, dialect: string, opener?: string, acceptor?: string) => {
  const ends = { ...(opener === undefined ? {} : { opener }), ...(acceptor === undefined ? {} : { acceptor }) }
  return { kind: 'open', conversation, atMs, dialect, ...ends } as const
}

/** What these bytes of one end are, as its decoder goes on. */
const saidIn = ({ number, decoders }: Conversation, atMs: number, from: Role, bytes: Buffer) => {
  const stretches = decoders[from].read(bytes)
  const meaning = meaningOf(stretches)
  return { kind: 'said', conversation: number, atMs, from, what: 'bytes', bytes, stretches, meaning } as const
}

const viewOf = (chunk: Uint8Array, count: number): Buffer => Buffer.from(chunk.buffer, chunk.byteOffset, count)
