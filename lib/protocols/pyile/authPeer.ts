import { handled, type Server } from '@/core/index.js'
import { AdmissionConnection, type AdmissionDesk } from '@/protocols/pyile/admissionConnection.js'
import { type AuthPeerOptions, authPeerSettingsOf, MAX_JOIN_BYTES } from '@/protocols/pyile/authPeerOptions.js'
import { DistributionConnection } from '@/protocols/pyile/distributionConnection.js'
import { Doorkeeper } from '@/protocols/pyile/doorkeeper.js'
import { StatusException } from '@/protocols/pyile/exceptions.js'
import { Lobby } from '@/protocols/pyile/lobby.js'
import { Peer } from '@/protocols/pyile/peer.js'
import { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'
import { PeerList } from '@/protocols/pyile/peerList.js'
import { Roster } from '@/protocols/pyile/roster.js'
import { wireBytes } from '@/protocols/pyile/wireValue.js'
import { TransportError } from '@/errors.js'

/** The addresses of an auth peer. */
interface Places {
  readonly main: PeerAddress
  readonly distribution: PeerAddress
  readonly messages: PeerAddress
}

/** The peer that owns a network: it lets others in and tells all of them who is there. Its list is always right. */
export class AuthPeer extends Peer {
  readonly #doorkeeper: Doorkeeper
  readonly #lobby: Lobby<AdmissionConnection>
  readonly #roster = new Roster<AdmissionConnection>()
  readonly #trustClaims: boolean
  readonly #main: Server<AdmissionConnection>
  readonly #distribution: Server<DistributionConnection>
  /** Where it is found, while it is. */
  #places: Places | undefined
  #list = new PeerList()
  #opening: Promise<void> | undefined

  /** @throws TransportError OPTION_INVALID */
  constructor(options: AuthPeerOptions) {
    super(options)
    const own = authPeerSettingsOf(options)
    const { password, passwordAttempts: attempts, maxHosts, maxJoins, maxJoinsPerHost } = own
    this.#doorkeeper = new Doorkeeper({ password, attempts, maxHosts })
    this.#lobby = new Lobby(maxJoinsPerHost)
    this.#trustClaims = own.trustClaims
    const { clock, pauseMs } = this.wire
    const raised = (error: TransportError): void => this.raise(error)
    const desk: AdmissionDesk = {
      clock,
      pauseMs,
      settings: this.settings,
      doorkeeper: this.#doorkeeper,
      lobby: this.#lobby,
      distAddress: () => this.#places?.distribution,
      objection: (address, host) => this.#objection(address, host),
      listWith: (address) => listBytes([...this.peers, address]),
      turnedAway: (host, why) => this.#turnedAway(host, why),
      joined: (member, address) => this.#joined(member, address),
      left: (address, cause) => this.#left(address, cause),
    }
    const shared = {
      connectionLimit: Math.min(this.settings.maxPeers + maxJoins, 1_000_000),
      openingLimitPerAddress: maxJoinsPerHost,
      maxMessageBytes: MAX_JOIN_BYTES,
      idleTimeoutMs: 0,
    }
    const listDesk = { clock, pauseMs, joinerOf: (host: string) => this.#lobby.current(host) }
    this.#main = this.wire.server(own.port, shared, { create: () => new AdmissionConnection(desk), raised })
    this.#distribution = this.wire.server(own.distPort, shared, {
      create: () => new DistributionConnection(listDesk),
      raised,
    })
  }

  /** Where joiners connect. @throws StatusException NOT_OPEN while it does not listen */
  get address(): PeerAddress {
    return this.#open().main
  }

  /** Where their distribution connections go. @throws StatusException NOT_OPEN while it does not listen */
  get distAddress(): PeerAddress {
    return this.#open().distribution
  }

  /** Those that have joined. */
  get connectedAddrs(): readonly PeerAddress[] {
    return this.#roster.addresses
  }

  /** Hosts that may not come in any more. */
  get blockedPeers(): ReadonlySet<string> {
    return this.#doorkeeper.blocked
  }

  /** Hosts that have been wrong about the password, and how often. */
  get limboPeers(): ReadonlyMap<string, number> {
    return this.#doorkeeper.limbo
  }

  /** Bans a host from now on; those of it that have joined stay. */
  block(host: string): void {
    this.#doorkeeper.ban(host)
  }

  /** Lets a banned host try again. */
  unblock(host: string): void {
    this.#doorkeeper.unban(host)
  }

  /**
   * Listens for joiners and messages; resolves when it does.
   * @throws StatusException NOT_OPEN after `leave`; TransportError ADDRESS_IN_USE, LISTEN_FAILED
   */
  authenticatePeers(): Promise<void> {
    return handled(this.#authenticatePeers())
  }

  protected override get list(): PeerList {
    return this.#list
  }

  protected override get connected(): boolean {
    return this.#places !== undefined
  }

  protected override async closeNetwork(): Promise<void> {
    await this.#opening?.catch(ignore)
    this.#places = undefined
    this.#relist()
    await Promise.allSettled([this.#main.close(), this.#distribution.close()])
  }

  #authenticatePeers(): Promise<void> {
    if (this.leaving) return Promise.reject(new StatusException('NOT_OPEN', { what: 'auth peer' }))
    this.#opening ??= this.#listen().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #listen(): Promise<void> {
    await this.connect()
    await this.#distribution.start()
    try {
      await this.#main.start()
    } catch (error) {
      await this.#distribution.close()
      throw error
    }
    const { advertisedHost } = this.settings
    this.#places = {
      main: [advertisedHost, this.#main.address.port],
      distribution: [advertisedHost, this.#distribution.address.port],
      messages: this.peerAddress,
    }
    this.#relist()
    this.note('INFO', `listening for peers at ${peerName(this.#places.main)}`)
  }

  #open(): Places {
    if (this.#places !== undefined) return this.#places
    throw new StatusException('NOT_OPEN', { what: 'auth peer' })
  }

  #objection(address: PeerAddress, host: string): string | undefined {
    const { maxPeers, maxValueBytes } = this.settings
    if (!this.#trustClaims && address[0] !== host) return `it says it is at ${address[0]}`
    if (this.#list.has(address)) return `${peerName(address)} is in the network`
    if (this.peers.length >= maxPeers) return `the network has ${maxPeers} peers`
    const size = listBytes([...this.peers, address]).length
    return size > maxValueBytes ? `the list would have ${size} bytes` : undefined
  }

  #turnedAway(host: string, why: 'wrong' | 'banned' | 'refused' | Error): void {
    if (why === 'wrong') return this.note('WARNING', `${host} was wrong about the password`)
    if (why === 'banned') return this.note('WARNING', `${host} was wrong about the password and is banned`)
    if (why === 'refused') return this.note('INFO', `${host} is banned and was sent away`)
    this.note('WARNING', `a join from ${host} came to nothing: ${why.message}`)
  }

  #joined(member: AdmissionConnection, address: PeerAddress): void {
    this.#roster.add(address, member)
    this.note('INFO', `${peerName(address)} has joined`)
    this.#distribute()
  }

  #left(address: PeerAddress, cause: Error | undefined): void {
    this.#roster.remove(address)
    if (this.leaving) return
    const inOrder = cause === undefined || (cause instanceof TransportError && cause.code === 'REMOTE_ENDED')
    this.note('INFO', `${peerName(address)} has gone${inOrder ? '' : `: ${cause.message}`}`)
    this.#distribute()
  }

  #relist(): void {
    const { messages } = this.#places ?? {}
    this.#list = new PeerList(messages === undefined ? [] : [messages, ...this.#roster.addresses])
  }

  #distribute(): void {
    this.#relist()
    const list = listBytes(this.peers)
    for (const member of this.#roster.members) member.pushList(list)
    this.listChanged()
  }
}

const listBytes = (addresses: readonly PeerAddress[]): Buffer => wireBytes({ distro: addresses })

const ignore = (): void => {}
