import { type Clock, Connection } from '@/core/index.js'
import { Alarm } from '@/protocols/pyile/alarm.js'
import type { DistributionConnection, Joiner } from '@/protocols/pyile/distributionConnection.js'
import type { Doorkeeper } from '@/protocols/pyile/doorkeeper.js'
import { ConnectionException } from '@/protocols/pyile/exceptions.js'
import type { Lobby } from '@/protocols/pyile/lobby.js'
import { hostOf, type PeerAddress } from '@/protocols/pyile/peerAddress.js'
import type { PeerSettings } from '@/protocols/pyile/peerOptions.js'
import { addressIn, BEAT, readObject, textIn, wireBytes } from '@/protocols/pyile/wireValue.js'

/** What the connections of an auth peer share. */
export interface AdmissionDesk {
  readonly clock: Clock
  readonly settings: PeerSettings
  readonly pauseMs: number
  readonly doorkeeper: Doorkeeper
  readonly lobby: Lobby<AdmissionConnection>
  /** Undefined when it no longer listens there. */
  readonly distAddress: () => PeerAddress | undefined
  /** Why a peer of this host and with this address cannot come in; undefined when it can. */
  readonly objection: (address: PeerAddress, host: string) => string | undefined
  /** All addresses with that of the newcomer, as it is sent. */
  readonly listWith: (address: PeerAddress) => Buffer
  /** A wrong password, a banned host, a join that came to nothing. */
  readonly turnedAway: (host: string, why: 'wrong' | 'banned' | 'refused' | Error) => void
  readonly joined: (member: AdmissionConnection, address: PeerAddress) => void
  readonly left: (address: PeerAddress, cause: Error | undefined) => void
}

/** How far a joiner has got. */
type Step =
  | { readonly at: 'shadow' | 'address' | 'over' }
  /** It has the list; the pause lasts, or others of its host go first. */
  | { readonly at: 'waiting'; readonly address: PeerAddress }
  | { readonly at: 'distribution'; readonly address: PeerAddress }
  | {
      readonly at: 'member'
      readonly address: PeerAddress
      readonly distribution: DistributionConnection
      readonly awaitsBeat: boolean
    }

/** The end of the main connection that lets others in: a join, then heartbeats. @see WIRE.md, "Join" */
export class AdmissionConnection extends Connection implements Joiner {
  readonly #desk: AdmissionDesk
  #step: Step = { at: 'over' }
  #host = ''
  #inLobby = false
  /** With what is to come next. */
  readonly #alarm: Alarm
  readonly #pause: Alarm

  constructor(desk: AdmissionDesk) {
    super()
    this.#desk = desk
    this.#alarm = new Alarm(desk.clock)
    this.#pause = new Alarm(desk.clock)
  }

  distributionOpened(distribution: DistributionConnection): boolean {
    if (this.#step.at !== 'distribution') return false
    const { address } = this.#step
    if (!this.#admits(address)) return false
    this.#step = { at: 'member', address, distribution, awaitsBeat: false }
    this.#leaveLobby()
    this.#beat()
    this.#desk.joined(this, address)
    return true
  }

  /** The newest list, for a member. */
  pushList(list: Buffer): void {
    if (this.#step.at === 'member') this.#step.distribution.push(list)
  }

  protected override async preLoop(): Promise<void> {
    const { lobby, doorkeeper } = this.#desk
    this.#host = hostOf(this.remoteAddress)
    // It is gone already.
    if (this.#host === '') return this.destroy()
    this.#inLobby = lobby.arrive(this.#host)
    if (!this.#inLobby) return this.#decline('too many joins at once')
    if (doorkeeper.blocked.has(this.#host)) return this.#sendAway('refused', { banned: true })
    this.#expect({ at: 'shadow' })
    await this.transmit(wireBytes({ banned: false }))
  }

  protected override async transmissionReceived(bytes: Buffer): Promise<void> {
    switch (this.#step.at) {
      case 'shadow':
        return this.#judge(textIn(readObject(bytes), 'shadow'))
      case 'address':
        return this.#list(addressIn(readObject(bytes), 'peer_address'))
      case 'member':
        return this.#beatAnswered(this.#step)
      default:
        return undefined
    }
  }

  protected override postLoop(cause: Error | undefined): void {
    const step = this.#step
    this.#step = { at: 'over' }
    this.#alarm.cancel()
    this.#pause.cancel()
    this.#leaveLobby()
    if (step.at === 'member') {
      step.distribution.abandon()
      this.#desk.left(step.address, cause)
    } else if (step.at !== 'over' && (cause !== undefined || step.at !== 'shadow')) {
      // Whoever goes without having said anything has not tried to join.
      this.#desk.turnedAway(this.#host, cause ?? new ConnectionException('REMOTE_ENDED'))
    }
  }

  async #judge(password: string): Promise<void> {
    const verdict = this.#desk.doorkeeper.judge(this.#host, password)
    if (verdict !== 'right') return this.#sendAway(verdict, { authenticated: false })
    this.#expect({ at: 'address' })
    await this.transmit(wireBytes({ authenticated: true }))
  }

  async #list(address: PeerAddress): Promise<void> {
    if (!this.#admits(address)) return
    this.#expect({ at: 'waiting', address })
    await this.transmit(this.#desk.listWith(address))
    const { pauseMs, lobby } = this.#desk
    this.#pause.set(pauseMs, () => lobby.enter(this.#host, this, () => this.#sendDistAddress(address)))
  }

  #sendDistAddress(address: PeerAddress): void {
    const distAddress = this.#desk.distAddress()
    if (this.#step.at !== 'waiting' || distAddress === undefined) return
    this.#expect({ at: 'distribution', address })
    this.transmit(wireBytes({ dist_addr: distAddress })).catch(ignore)
  }

  #beat(): void {
    if (this.#step.at !== 'member') return
    const { heartbeatTimeoutMs: limitMs } = this.#desk.settings
    this.#step = { ...this.#step, awaitsBeat: true }
    this.#alarm.set(limitMs, () => this.destroy(new ConnectionException('HEARTBEAT_LOST', { limitMs })))
    this.transmit(BEAT).catch(ignore)
  }

  /** Whatever it is that came: originals do not look at it either. */
  #beatAnswered(step: Extract<Step, { at: 'member' }>): void {
    if (!step.awaitsBeat) return
    this.#step = { ...step, awaitsBeat: false }
    this.#alarm.set(this.#desk.settings.heartbeatMs, () => this.#beat())
  }

  #admits(address: PeerAddress): boolean {
    const objection = this.#desk.objection(address, this.#host)
    if (objection === undefined) return true
    this.#decline(objection)
    return false
  }

  #decline(reason: string): void {
    const error = new ConnectionException('JOIN_DECLINED', { reason })
    this.#desk.turnedAway(this.#host, error)
    this.#step = { at: 'over' }
    this.destroy(error)
  }

  async #sendAway(why: 'wrong' | 'banned' | 'refused', answer: object): Promise<void> {
    this.#desk.turnedAway(this.#host, why)
    this.#step = { at: 'over' }
    this.#alarm.cancel()
    await this.transmit(wireBytes(answer))
    this.close().catch(ignore)
  }

  #expect(step: Step): void {
    const { stepTimeoutMs: limitMs } = this.#desk.settings
    this.#step = step
    this.#alarm.set(limitMs, () => this.destroy(new ConnectionException('JOIN_TIMEOUT', { at: step.at, limitMs })))
  }

  #leaveLobby(): void {
    if (!this.#inLobby) return
    this.#inLobby = false
    this.#desk.lobby.depart(this.#host, this)
  }
}

const ignore = (): void => {}
