import type { Role } from '@/framings/framing.js'
import { type Endpoint, ipPacket, MAX_SEGMENT_BYTES, TCP } from '@/lab/capture/tcpSegment.js'
import { otherEnd } from '@/lab/relay/otherEnd.js'

/** Takes one packet of a capture. @param atMs of the clock that the flow is told the times of */
export type PacketSink = (atMs: number, packet: Buffer, comment: string) => void

interface Side {
  readonly endpoint: Endpoint
  /** Of its next byte. */
  sequence: number
  ended: boolean
  /** Bytes that the other side has not acknowledged. */
  owedBytes: number
  window: number
}

/** No operation, and a window of 65_535 x 2^14: whoever reads the capture sees no full window where there was none. */
const SYN_OPTIONS = Buffer.from([1, 3, 3, 14])
const WINDOW = 65_535
const NOTHING = Buffer.alloc(0)
const FIRST_SEQUENCE = { opener: 1_000, acceptor: 5_000 } as const
/** So many bytes wait for an acknowledgement of their own; less is acknowledged by what the other side says. */
const OWED_BYTES = 262_144

/**
 * Makes the packets of one TCP connection out of what its ends say: handshake, data, acknowledgements, ends. Sequence
 * numbers and checksums are right; what went on below, such as lost packets, is not known and not made up.
 */
export class TcpFlow {
  readonly #sink: PacketSink
  readonly #sides: Readonly<Record<Role, Side>>
  #over = false

  /** @param first the sequence number of each end's first packet, 0 to 2^32-1; they go on at 0 behind the largest */
  constructor(
    sink: PacketSink,
    ends: Readonly<Record<Role, Endpoint>>,
    first: Readonly<Record<Role, number>> = FIRST_SEQUENCE,
  ) {
    this.#sink = sink
    const side = (role: Role): Side => ({
      endpoint: ends[role],
      sequence: first[role],
      ended: false,
      owedBytes: 0,
      window: WINDOW,
    })
    this.#sides = { opener: side('opener'), acceptor: side('acceptor') }
  }

  /** Both ends have ended, or one has reset it; nothing more is written. */
  get over(): boolean {
    return this.#over
  }

  /** The handshake. Once, first. */
  open(atMs: number, comment: string): void {
    this.#packet('opener', atMs, TCP.syn, NOTHING, comment, SYN_OPTIONS)
    this.#advance('opener', 1)
    this.#packet('acceptor', atMs, TCP.syn | TCP.ack, NOTHING, '', SYN_OPTIONS)
    this.#advance('acceptor', 1)
    this.#packet('opener', atMs, TCP.ack, NOTHING, '')
  }

  /** Bytes leave one end; more than 65_400 in several packets, the first of which has the comment. */
  say(from: Role, atMs: number, bytes: Buffer, comment: string): void {
    if (this.#over || this.#sides[from].ended) return
    for (let at = 0; at < bytes.length; at += MAX_SEGMENT_BYTES) {
      const payload = bytes.subarray(at, at + MAX_SEGMENT_BYTES)
      this.#packet(from, atMs, TCP.psh | TCP.ack, payload, at === 0 ? comment : '')
      this.#advance(from, payload.length)
      this.#sides[from].owedBytes += payload.length
      if (this.#sides[from].owedBytes > OWED_BYTES) this.#packet(otherEnd(from), atMs, TCP.ack, NOTHING, '')
    }
  }

  /** Something to remark, as the comment of a packet without data. It updates the window: else it would be a duplicate ACK. */
  remark(from: Role, atMs: number, comment: string): void {
    if (this.#over) return
    const side = this.#sides[from]
    side.window = 2 * WINDOW - 1 - side.window
    this.#packet(from, atMs, TCP.ack, NOTHING, comment)
  }

  /** The orderly end of what one end says, once. */
  end(from: Role, atMs: number, comment: string): void {
    const side = this.#sides[from]
    if (this.#over || side.ended) return
    this.#packet(from, atMs, TCP.fin | TCP.ack, NOTHING, comment)
    this.#advance(from, 1)
    side.ended = true
    this.#packet(otherEnd(from), atMs, TCP.ack, NOTHING, '')
    this.#over = this.#sides[otherEnd(from)].ended
  }

  /** One end resets the connection; it is over with it. */
  reset(from: Role, atMs: number, comment: string): void {
    if (this.#over) return
    this.#packet(from, atMs, TCP.rst | TCP.ack, NOTHING, comment)
    this.#over = true
  }

  #advance(from: Role, count: number): void {
    const side = this.#sides[from]
    side.sequence = (side.sequence + count) % 2 ** 32
  }

  #packet(from: Role, atMs: number, flags: number, payload: Buffer, comment: string, options = NOTHING): void {
    const [side, remote] = [this.#sides[from], this.#sides[otherEnd(from)]]
    const acknowledged = (flags & TCP.ack) === 0 ? 0 : remote.sequence
    remote.owedBytes = 0
    const { sequence, endpoint, window } = side
    const segment = { from: endpoint, to: remote.endpoint, sequence, acknowledged, flags, window, options, payload }
    this.#sink(atMs, ipPacket(segment), comment)
  }
}
