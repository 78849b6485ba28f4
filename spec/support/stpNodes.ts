import { createSocket, type Socket } from 'node:dgram'
import type { TransportError } from '@/errors.js'
import {
  type Json,
  type Peer,
  type StpOptions,
  type StpPacket,
  type StpProtocol,
  StpServer,
} from '@/protocols/stp/index.js'
import { STP_KEYS } from './stpRecordings.js'

const HOST = '127.0.0.1'

/** On loopback only, on ports of its own, silent until told to speak, and with a recorded key. */
const QUIET: StpOptions = {
  user: 'alice',
  hostname: 'alices-desk',
  host: HOST,
  multicastInterface: HOST,
  udpport: 0,
  tcpport: 0,
  syncMs: 0,
  key: STP_KEYS.listener.private_key_pem,
}

/** A node that keeps what it hears and what goes wrong. */
export class StpWitness extends StpServer {
  /** Every accepted packet, as a middleware sees it. */
  readonly heard: { readonly data: Json; readonly user: Json | undefined; readonly protocol: StpProtocol }[] = []
  readonly routed: StpPacket[] = []
  readonly troubles: TransportError[] = []
  readonly dropped: { readonly error: Error; readonly ip: string | undefined; readonly protocol: StpProtocol }[] = []
  readonly unanswered: { readonly error: TransportError; readonly ip: string }[] = []
  readonly offered: { readonly peer: Peer; readonly key: string }[] = []
  acceptsKeys = false
  #waiting: { readonly until: () => boolean; readonly tell: () => void }[] = []

  constructor(options: StpOptions = {}) {
    super({ ...QUIET, ...options })
    this.addMiddleware((data, { user }, _sender, protocol) => {
      this.heard.push({ data, user, protocol })
      this.#news()
    })
  }

  /** Keeps the packets of these routes. */
  keeps(...namespaces: readonly string[]): this {
    for (const namespace of namespaces)
      this.route(namespace, (packet) => {
        this.routed.push(packet)
        this.#news()
      })
    return this
  }

  /** Resolves when something has happened that makes it true. */
  async until(happened: () => boolean): Promise<void> {
    if (!happened()) await new Promise<void>((tell) => this.#waiting.push({ until: happened, tell }))
  }

  /** Resolves with the packets of kept routes when there are so many. */
  async routes(count: number): Promise<readonly StpPacket[]> {
    await this.until(() => this.routed.length >= count)
    return this.routed
  }

  protected override errorRaised(error: TransportError): void {
    this.troubles.push(error)
    this.#news()
  }

  protected override packetDropped(error: Error, ip: string | undefined, protocol: StpProtocol): void {
    this.dropped.push({ error, ip, protocol })
    this.#news()
  }

  protected override answerFailed(error: TransportError, ip: string): void {
    this.unanswered.push({ error, ip })
    this.#news()
  }

  protected override keyChanged(peer: Peer, key: string): boolean {
    this.offered.push({ peer, key })
    this.#news()
    return this.acceptsKeys
  }

  #news(): void {
    for (const waiting of this.#waiting) if (waiting.until()) waiting.tell()
    this.#waiting = this.#waiting.filter(({ until }) => !until())
  }
}

/** Nodes, and sockets without a protocol, of one spec; all are closed when it is over. */
export class StpStage implements AsyncDisposable {
  readonly #nodes: StpServer[] = []
  readonly #sockets: Socket[] = []

  /** A node that listens. */
  async node(options: StpOptions = {}, prepare: (node: StpWitness) => void = () => {}): Promise<StpWitness> {
    const node = this.silent(options)
    prepare(node)
    await node.listen()
    return node
  }

  /** One that can send but does not listen. */
  silent(options: StpOptions = {}): StpWitness {
    const node = new StpWitness(options)
    this.#nodes.push(node)
    return node
  }

  /** A UDP socket that can be found by multicast on its port, and gives what it hears. */
  async socket(port = 0): Promise<RawDatagrams> {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#sockets.push(socket)
    await new Promise<void>((resolve) => socket.bind(port, '0.0.0.0', resolve))
    socket.addMembership('239.192.1.107', HOST)
    socket.setMulticastInterface(HOST)
    return new RawDatagrams(socket)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()))
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))))
  }
}

/** A UDP socket that knows no protocol. */
export class RawDatagrams {
  readonly #socket: Socket
  readonly #heard: Buffer[] = []
  /** The ports that they came from. */
  readonly from: number[] = []
  #tell: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (message, { port }) => {
      this.#heard.push(message)
      this.from.push(port)
      this.#tell()
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  /** The next datagram, heard before or later. */
  async next(): Promise<Buffer> {
    for (;;) {
      const message = this.#heard.shift()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => {
        this.#tell = resolve
      })
    }
  }

  send(bytes: Uint8Array, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(bytes, port, HOST, (error) => (error === null ? resolve() : reject(error)))
    })
  }
}

/** Where a node is found. */
export const portsOf = (node: StpServer): { readonly udp: number; readonly tcp: number } => {
  const { udp, tcp } = node.addresses
  return { udp: udp.port, tcp: tcp.port }
}
