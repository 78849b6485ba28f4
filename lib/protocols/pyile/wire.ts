import {
  Client,
  type ClientOptions,
  type Clock,
  type Connection,
  type ConnectionOptions,
  seal,
  Server,
  type ServerOptions,
  systemClock,
} from '@/core/index.js'
import type { PeerOptions, PeerSettings } from '@/protocols/pyile/peerOptions.js'
import { MAX_DEPTH } from '@/protocols/pyile/wireValue.js'
import type { TransportError } from '@/errors.js'
import { json } from '@/framings/index.js'

/** Values of originals have 2,048 bytes at most; robust peers read this much. */
const MAX_INBOUND_BYTES = 65_536
/** Originals close their end when somebody else connects, or never. */
const LINGER_MS = 250
/** What a seal adds to a record. */
const SEAL_BYTES = 64

/** What differs between the servers of one peer. */
type ServerLimitNames =
  | 'connectionLimit'
  | 'connectionLimitPerAddress'
  | 'openingLimitPerAddress'
  | 'maxMessageBytes'
  | 'idleTimeoutMs'

/** Makes the connections of one purpose. */
export interface Making<C extends Connection> {
  readonly create: () => C
  /** What went wrong and belongs to no connection. */
  readonly raised: (error: TransportError) => void
}

class PeerServer<C extends Connection> extends Server<C> {
  readonly #making: Making<C>

  constructor(options: ServerOptions<C>, making: Making<C>) {
    super(options)
    this.#making = making
  }

  protected override createConnection(): C {
    return this.#making.create()
  }

  protected override errorRaised(error: TransportError): void {
    this.#making.raised(error)
  }
}

class PeerClient<C extends Connection> extends Client<C> {
  readonly #making: Making<C>

  constructor(options: ClientOptions<C>, making: Making<C>) {
    super(options)
    this.#making = making
  }

  protected override createConnection(): C {
    return this.#making.create()
  }

  protected override errorRaised(error: TransportError): void {
    this.#making.raised(error)
  }
}

/** What all connections of one peer have in common: framing, encryption, addresses, clock. */
export class Wire {
  readonly clock: Clock
  /** What must lie between two values in a row; originals read what arrives together as one. */
  readonly pauseMs: number
  readonly #host: string
  readonly #server: Omit<ServerOptions, 'handler'>
  readonly #client: Omit<ClientOptions, 'handler'>

  /** @throws TransportError OPTION_INVALID */
  constructor(options: PeerOptions, settings: PeerSettings) {
    const framing = options.framing ?? (options.seal === undefined ? 'json' : 'handshake')
    const { host, localHost, stepTimeoutMs, connectTimeoutMs, pauseMs } = settings
    const common: ConnectionOptions = {
      framing: framing === 'json' ? json({ newline: false, maxDepth: MAX_DEPTH }) : framing,
      plugins: options.seal === undefined ? [] : [seal(options.seal)],
      maxMessageBytes: MAX_INBOUND_BYTES + SEAL_BYTES,
      openingTimeoutMs: stepTimeoutMs,
      messageTimeoutMs: stepTimeoutMs,
      answerTimeoutMs: stepTimeoutMs,
      lingerMs: LINGER_MS,
      maxInboxMessages: 64,
      maxOutboxMessages: 64,
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    }
    this.clock = options.clock ?? systemClock
    this.pauseMs = framing === 'json' ? pauseMs : 0
    this.#host = host
    this.#server = options.tls === undefined ? common : { ...common, tls: options.tls.server }
    this.#client = {
      ...common,
      connectTimeoutMs,
      ...(options.tls === undefined ? {} : { tls: options.tls.client ?? true }),
      ...(localHost === undefined ? {} : { localAddress: localHost }),
    }
  }

  server<C extends Connection>(
    port: number,
    limits: Pick<ServerOptions, ServerLimitNames>,
    making: Making<C>,
  ): Server<C> {
    const perAddress = { connectionLimitPerAddress: limits.connectionLimit ?? 1 }
    const listen = [{ host: this.#host, port }]
    return new PeerServer<C>({ ...this.#server, listen, ...perAddress, ...limits }, making)
  }

  client<C extends Connection>(
    limits: Pick<ClientOptions, 'maxMessageBytes' | 'idleTimeoutMs'>,
    making: Making<C>,
  ): Client<C> {
    return new PeerClient<C>({ ...this.#client, ...limits }, making)
  }
}
