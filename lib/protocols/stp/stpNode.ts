import type { KeyObject } from 'node:crypto'
import { type Abortable, type Cancel, raise } from '@/core/index.js'
import { Discovery } from '@/protocols/stp/discovery.js'
import { Guard } from '@/protocols/stp/guard.js'
import type { JsonObject } from '@/protocols/stp/jsonText.js'
import { PacketDesk, PEER_JOIN } from '@/protocols/stp/packetDesk.js'
import type { Peer } from '@/protocols/stp/peer.js'
import { Post } from '@/protocols/stp/post.js'
import { Register } from '@/protocols/stp/register.js'
import { Routes } from '@/protocols/stp/routes.js'
import { freshIdentity, type Identity, identityFrom } from '@/protocols/stp/rsaKeys.js'
import { nothingCounted } from '@/protocols/stp/stpCounts.js'
import { isPort, type StpSettings } from '@/protocols/stp/stpOptions.js'
import type { StpProtocol } from '@/protocols/stp/stpPacket.js'
import { Transports } from '@/protocols/stp/transports.js'
import { type Code, TransportError } from '@/errors.js'

/** What a node tells whoever has made it; any of it may throw. */
export interface NodeHooks {
  errorRaised(error: TransportError): void
  packetDropped(error: Error, ip: string | undefined, protocol: StpProtocol): void
  answerFailed(error: TransportError, ip: string): void
  keyChanged(peer: Peer, offered: string): boolean
}

/** The text of a discovery request and of its answer, which nobody looks at. */
const REQUEST = 'gimmeurnumberdude'
const ANSWER = 'iamheredude'
/** Where an original that no longer listens on TCP learns of us; not PEER_JOIN, which it would answer. */
const PEER_HERE = '/peer-here'

/** What becomes known without the call that failed with it. */
const REPORTED: ReadonlySet<Code> = new Set<Code>(['DATAGRAM_UNSENT', 'GROUP_UNREACHED', 'CLOSED'])

/** Everything a node consists of, joined together, and its life. */
export class StpNode {
  readonly session: string
  readonly counts = nothingCounted()
  readonly routes: Routes
  readonly register: Register
  readonly transports: Transports
  readonly post: Post
  /** As the next packet will say. */
  user: string
  readonly #settings: StpSettings
  readonly #hooks: NodeHooks
  readonly #guard: Guard
  readonly #desk: PacketDesk
  readonly #discovery: Discovery
  #identity: Identity | undefined
  #making: Promise<Identity> | undefined
  #state: 'fresh' | 'starting' | 'listening' | 'closing' | 'closed' = 'fresh'
  #starting: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #cancelSweep: Cancel = ignore
  /** Who has been answered by a datagram since the last sweep: whoever asks in the name of others must not have us flood them. */
  readonly #told = new Set<string>()

  /** @throws TransportError OPTION_INVALID for a key that is none */
  constructor(settings: StpSettings, session: string, key: string | KeyObject | undefined, hooks: NodeHooks) {
    this.session = session
    this.user = settings.user
    this.#settings = settings
    this.#hooks = hooks
    if (key !== undefined) this.#identity = identityFrom(key)
    const failed = (error: TransportError): void => this.raise(error)
    this.#guard = new Guard(settings.clock, settings.handlerTimeoutMs, failed)
    this.routes = new Routes(this.#guard.call)
    this.register = new Register(settings, this.counts, this.#guard, (entry, { hex }) => {
      let accepted = false
      // A promise is no yes: it comes too late for this packet, and every promise is truthy.
      const judge = (peer: Peer): unknown => {
        const answer: unknown = hooks.keyChanged(peer, hex)
        accepted = answer === true
        return answer
      }
      void this.#guard.call('keyChanged', judge, entry.snapshot(settings.clock.now()))
      return accepted
    })
    this.#desk = new PacketDesk(settings, {
      session,
      counts: this.counts,
      routes: this.routes,
      identity: () => this.#identity,
      heardFrom: (ip, header, headerBytes) => this.register.heardFrom(ip, header, headerBytes),
      asked: (ip, header) => this.#asked(ip, header),
      packetDropped: (error, ip, protocol) => this.dropped(error, ip, protocol),
      failed: (error) => this.raise(new TransportError('HOOK_FAILED', { hook: 'packet' }, { cause: error })),
    })
    this.transports = new Transports(settings, {
      packetArrived: (packet, ip, protocol) => this.#desk.take(packet, ip, protocol),
      connectionBroken: (error, ip) => {
        this.counts.brokenConnections++
        this.dropped(error, ip, 'TCP')
      },
      failed,
    })
    this.post = new Post(settings, this, this.register, this.transports)
    this.#discovery = new Discovery(settings, this.counts, {
      sync: () => this.sync().catch((error: unknown) => this.#unsynced(error)),
      answer: ({ ip, tcpport }) =>
        this.post.sendTcp(ANSWER, ip, { namespace: PEER_JOIN, passPubKey: true, toPort: tcpport }),
      answerFailed: (error, { ip, udpport }) => this.#answerFailed(error, ip, udpport),
    })
  }

  /** The own key pair, made when it is first needed. @throws TransportError CLOSED */
  async identity(): Promise<Identity> {
    if (this.#state === 'closing' || this.#state === 'closed') throw new TransportError('CLOSED')
    this.#making ??=
      this.#identity === undefined ? freshIdentity(this.#settings.keyBits) : Promise.resolve(this.#identity)
    this.#identity = await this.#making
    return this.#identity
  }

  /** Something that belongs to no call. */
  raise(error: TransportError): void {
    raise((raised) => this.#hooks.errorRaised(raised), error)
  }

  dropped(error: Error, ip: string | undefined, protocol: StpProtocol): void {
    void this.#guard.call('packetDropped', (what) => this.#hooks.packetDropped(what, ip, protocol), error)
  }

  /** One discovery request. */
  sync(): Promise<void> {
    return this.post.sendUdp(REQUEST, { namespace: PEER_JOIN, passPubKey: true })
  }

  async listen(options: Abortable): Promise<void> {
    if (this.#state !== 'fresh' && this.#state !== 'closed')
      throw new TransportError('ALREADY_STARTED', { what: 'STP server' })
    const before = this.#state
    this.#state = 'starting'
    this.#starting = this.#listen(options)
    try {
      await this.#starting
      this.#state = 'listening'
    } catch (error) {
      this.#state = before
      throw error
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  async #listen(options: Abortable): Promise<void> {
    const { clock, sweepMs } = this.#settings
    await this.identity()
    await this.transports.listen(options)
    this.#cancelSweep = clock.every(sweepMs, () => this.#sweep())
    this.#discovery.start()
  }

  /** A request that nobody waits for could not be sent; what the socket has reported already is not told twice. */
  #unsynced(error: unknown): void {
    if (!(error instanceof TransportError) || REPORTED.has(error.code)) return
    this.raise(error)
  }

  #sweep(): void {
    this.#told.clear()
    this.register.sweep()
  }

  async #close(): Promise<void> {
    await this.#starting?.catch(ignore)
    this.#state = 'closing'
    this.#cancelSweep()
    this.#discovery.stop()
    await this.transports.close()
    this.#desk.clear()
    await this.#discovery.settled()
    this.#state = 'closed'
  }

  /** Somebody who does not say where it listens cannot be answered. */
  #asked(ip: string, { tcpport, udpport }: JsonObject): void {
    if (isPort(tcpport)) this.#discovery.asked({ ip, tcpport, udpport: isPort(udpport) ? udpport : undefined })
    else this.counts.requestsUnanswered++
  }

  #answerFailed(error: TransportError, ip: string, udpport: number | undefined): void {
    void this.#guard.call('answerFailed', (what) => this.#hooks.answerFailed(what, ip), error)
    const crowded = this.#told.has(ip) || this.#told.size >= this.#settings.maxPeers
    if (udpport === undefined || crowded || this.#state !== 'listening') return
    this.#told.add(ip)
    // What becomes of it is reported by the socket.
    this.post.sendUdp(ANSWER, { namespace: PEER_HERE, passPubKey: true, toAddr: ip, toPort: udpport }).catch(ignore)
  }
}

const ignore = (): void => {}
