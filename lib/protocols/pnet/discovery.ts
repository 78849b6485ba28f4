import { Herald, type Proclamation } from '@/protocols/pnet/herald.js'
import type { NodeSettings } from '@/protocols/pnet/nodeOptions.js'
import { Voice, type VoiceOwner } from '@/protocols/pnet/voice.js'

/** Hears every advertisement that reaches this machine, and sends the own one again and again. */
export class Discovery {
  readonly #settings: NodeSettings
  readonly #owner: VoiceOwner
  #listening: Promise<void> | undefined
  #ear: Voice | undefined
  #herald: Herald | undefined

  constructor(settings: NodeSettings, owner: VoiceOwner) {
    this.#settings = settings
    this.#owner = owner
  }

  /** Begins to hear, unless it has. @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED; OPTION_INVALID */
  listen(): Promise<void> {
    this.#listening ??= this.#listen().catch((error: unknown) => {
      this.#listening = undefined
      throw error
    })
    return this.#listening
  }

  async #listen(): Promise<void> {
    const { advertisePort: port, clock } = this.#settings
    this.#ear = new Voice({ host: '0.0.0.0', port, reuseAddr: true, clock }, this.#owner)
    await this.#ear.open()
  }

  /** Tells of the node now and at every interval. @throws TransportError as `Herald.start` */
  async advertise(proclamation: Proclamation): Promise<void> {
    this.#herald = new Herald(this.#settings, this.#owner, proclamation)
    await this.#herald.start()
  }

  /** Hears and says nothing more. Never rejects. */
  async close(): Promise<void> {
    const [ear, herald] = [this.#ear, this.#herald]
    this.#ear = this.#herald = this.#listening = undefined
    await Promise.all([ear?.close(), herald?.stop()])
  }
}
