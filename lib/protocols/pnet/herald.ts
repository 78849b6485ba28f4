import type { Cancel } from '@/core/index.js'
import type { NodeSettings } from '@/protocols/pnet/nodeOptions.js'
import { addressOfInterface, isLoopback, reachableHost } from '@/protocols/pnet/ownAddress.js'
import { Voice, type VoiceOwner } from '@/protocols/pnet/voice.js'
import { TransportError } from '@/errors.js'

const LOOPBACK_BROADCAST = '127.255.255.255'
const EVERYWHERE = '255.255.255.255'
const EVERY_ADDRESS = '0.0.0.0'
/** Stands for the address of an interface that is not there yet, when it is seen whether a datagram can be written. */
const LONGEST_ADDRESS = '255.255.255.255'

/** What is told. */
export interface Proclamation {
  /** Where the node listens; on the loopback nobody else need hear of it. */
  readonly listenHost: string
  /** The datagram for a node that is reached at this address. @throws TransportError */
  readonly datagramFor: (host: string) => Uint8Array
}

/**
 * Tells of a node, again and again. Interfaces come and go and have other addresses then, so each time it looks where
 * it is: what it says and where it says it from are made anew only when that has changed.
 */
export class Herald {
  readonly #settings: NodeSettings
  readonly #owner: VoiceOwner
  readonly #proclamation: Proclamation
  readonly #to: string
  #voice: Voice | undefined
  /** Where the voice is bound. */
  #from: string | undefined
  #said: { readonly host: string; readonly datagram: Uint8Array } | undefined
  #absent = false
  #telling: Promise<void> | undefined
  #cancel: Cancel | undefined

  constructor(settings: NodeSettings, owner: VoiceOwner, proclamation: Proclamation) {
    const { broadcastAddress } = settings
    this.#settings = settings
    this.#owner = owner
    this.#proclamation = proclamation
    this.#to = broadcastAddress ?? (isLoopback(proclamation.listenHost) ? LOOPBACK_BROADCAST : EVERYWHERE)
  }

  /**
   * Tells it now and at every interval. An interface that is not there yet is no failure: it is looked for each time.
   * What goes wrong is reported once, until it goes well.
   * @throws TransportError MESSAGE_UNSENDABLE
   */
  async start(): Promise<void> {
    const { clock, advertiseIntervalMs, interface: name } = this.#settings
    this.#datagramFrom(name === undefined ? undefined : (addressOfInterface(name) ?? LONGEST_ADDRESS))
    await this.#lookAndTell()
    this.#cancel = clock.every(advertiseIntervalMs, () => {
      this.#telling ??= this.#lookAndTell().finally(() => {
        this.#telling = undefined
      })
    })
  }

  /** Says nothing more. Never rejects. */
  async stop(): Promise<void> {
    this.#cancel?.()
    await this.#telling
    await this.#voice?.close()
  }

  async #lookAndTell(): Promise<void> {
    try {
      const { interface: name, advertisePort } = this.#settings
      const at = name === undefined ? undefined : addressOfInterface(name)
      if (name !== undefined && at === undefined) {
        throw new TransportError('DATAGRAM_UNSENT', { interface: name, system: 'ENODEV' })
      }
      const from = at ?? EVERY_ADDRESS
      if (from !== this.#from) await this.#moveTo(from)
      void this.#voice?.tell(this.#datagramFrom(at), advertisePort)
      this.#absent = false
    } catch (error) {
      if (!this.#absent && error instanceof TransportError) this.#owner.errorRaised(error)
      this.#absent = true
    }
  }

  async #moveTo(from: string): Promise<void> {
    await this.#voice?.close()
    this.#from = undefined
    const { clock } = this.#settings
    this.#voice = new Voice({ host: from, broadcastAddresses: [this.#to], clock }, this.#owner)
    await this.#voice.open()
    this.#from = from
  }

  /** @param at the address of the interface, if one was chosen @throws TransportError MESSAGE_UNSENDABLE */
  #datagramFrom(at: string | undefined): Uint8Array {
    const { listenHost, datagramFor } = this.#proclamation
    const host = this.#settings.advertisedHost ?? reachableHost(listenHost, at)
    if (this.#said?.host !== host) this.#said = { host, datagram: datagramFor(host) }
    return this.#said.datagram
  }
}
