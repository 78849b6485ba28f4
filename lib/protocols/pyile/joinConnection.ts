import { type Clock, Connection, Deferred } from '@/core/index.js'
import { Alarm } from '@/protocols/pyile/alarm.js'
import { AuthenticationException, ConnectionException } from '@/protocols/pyile/exceptions.js'
import type { PeerAddress } from '@/protocols/pyile/peerAddress.js'
import type { PeerSettings } from '@/protocols/pyile/peerOptions.js'
import {
  addressesIn,
  addressIn,
  type Arrived,
  BEAT,
  booleanIn,
  has,
  readObject,
  wireBytes,
} from '@/protocols/pyile/wireValue.js'
import { TransportError } from '@/errors.js'

/** What a join needs and whom it tells. */
export interface JoinDesk {
  readonly clock: Clock
  readonly settings: PeerSettings
  readonly password: string
  readonly peerAddress: PeerAddress
  /** A list has come after the first one. */
  readonly listArrived: (list: readonly PeerAddress[]) => void
  /** The connection is over that kept this peer in the network. */
  readonly lost: (cause: Error) => void
}

/** What a joiner learns when it has been let in. */
export interface Admission {
  readonly list: readonly PeerAddress[]
  /** Where its distribution connection goes. */
  readonly distAddress: PeerAddress
}

type Step =
  | { readonly at: 'banned' | 'authenticated' | 'distribution' | 'member' | 'over' }
  | { readonly at: 'lists'; readonly list?: readonly PeerAddress[]; readonly distAddress?: PeerAddress }

/** The end of the main connection that wants to come in: a join, then heartbeats. @see WIRE.md, "Join" */
export class JoinConnection extends Connection {
  readonly #desk: JoinDesk
  /** It has been let in, and the distribution connection may be made. */
  readonly #admitted = new Deferred<Admission>()
  /** The first beat has come. */
  readonly #welcomed = new Deferred()
  #step: Step = { at: 'over' }
  readonly #alarm: Alarm

  constructor(desk: JoinDesk) {
    super()
    this.#desk = desk
    this.#alarm = new Alarm(desk.clock)
  }

  /** Resolves when the auth peer has given all that is needed. @throws what came instead */
  get admitted(): Promise<Admission> {
    return this.#admitted.promise
  }

  /** Resolves at the first beat, which the auth peer sends when it has the distribution connection. @throws what came instead */
  get welcomed(): Promise<void> {
    return this.#welcomed.promise
  }

  protected override preLoop(): void {
    this.#expect({ at: 'banned' })
  }

  protected override async transmissionReceived(bytes: Buffer): Promise<void> {
    if (this.#step.at === 'over') return undefined
    const object = readObject(bytes)
    switch (this.#step.at) {
      case 'banned':
        if (booleanIn(object, 'banned')) return this.#giveUp(new AuthenticationException('PEER_BANNED'))
        this.#expect({ at: 'authenticated' })
        return this.transmit(wireBytes({ shadow: this.#desk.password }))
      case 'authenticated':
        if (!booleanIn(object, 'authenticated')) return this.#giveUp(new AuthenticationException('PASSWORD_REFUSED'))
        this.#expect({ at: 'lists' })
        return this.transmit(wireBytes({ peer_address: this.#desk.peerAddress }))
      case 'lists':
        return this.#learn(this.#step, object)
      case 'distribution':
      case 'member':
        return this.#keepUp(object)
    }
  }

  protected override postLoop(cause: Error | undefined): void {
    const { at } = this.#step
    this.#step = { at: 'over' }
    this.#alarm.cancel()
    const error = cause ?? new TransportError('REMOTE_ENDED')
    this.#refuse(error)
    if (at === 'member') this.#desk.lost(error)
  }

  /** The list and the address come in any order and grouping. */
  #learn(step: Extract<Step, { at: 'lists' }>, object: Arrived): void {
    const { maxPeers } = this.#desk.settings
    const known = {
      ...step,
      ...(has(object, 'distro') ? { list: addressesIn(object, 'distro', maxPeers) } : {}),
      ...(has(object, 'dist_addr') ? { distAddress: addressIn(object, 'dist_addr') } : {}),
    }
    this.#step = known
    const { list, distAddress } = known
    if (list === undefined || distAddress === undefined) return
    this.#expect({ at: 'distribution' })
    this.#admitted.resolve({ list, distAddress })
  }

  #keepUp(object: Arrived): void {
    if (has(object, 'distro')) {
      this.#desk.listArrived(addressesIn(object, 'distro', this.#desk.settings.maxPeers))
      return
    }
    const { heartbeatTimeoutMs: limitMs } = this.#desk.settings
    this.#step = { at: 'member' }
    this.#alarm.set(limitMs, () => this.destroy(new ConnectionException('HEARTBEAT_LOST', { limitMs })))
    this.transmit(BEAT).catch(ignore)
    this.#welcomed.resolve()
  }

  #giveUp(error: Error): void {
    this.#step = { at: 'over' }
    this.#alarm.cancel()
    this.#refuse(error)
    this.close().catch(ignore)
  }

  #refuse(error: Error): void {
    this.#admitted.reject(error)
    this.#welcomed.reject(error)
  }

  #expect(step: Step): void {
    const { stepTimeoutMs: limitMs } = this.#desk.settings
    this.#step = step
    this.#alarm.set(limitMs, () => this.destroy(new ConnectionException('JOIN_TIMEOUT', { at: step.at, limitMs })))
  }
}

const ignore = (): void => {}
