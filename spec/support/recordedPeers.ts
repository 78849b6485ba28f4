import { createHash } from 'node:crypto'
import type { ServerOptions } from '@/core/serverOptions.js'
import { lcg32 } from './lcg32.js'
import { recordedPlugin } from './recordedPlugins.js'
import { Echo, Witness } from './witness.js'

/** What a recording says about a message. */
export interface RecordedMessage {
  readonly length: number
  readonly sha256: string
}

/** What the recordings of tinyproto say about their ends. */
export interface RecordedMeta {
  readonly serverMode?: string
  readonly payloads?: readonly { readonly seed: number; readonly size: number }[]
  readonly plugins?: readonly string[]
  readonly serverReceived?: readonly RecordedMessage[]
  readonly clientReceived?: readonly RecordedMessage[]
  readonly quirk?: string
  readonly kind: string
}

/** The messages that were given to `transmit`, before any plugin. */
export const payloadsOf = (meta: RecordedMeta): Buffer[] =>
  (meta.payloads ?? []).map(({ seed, size }) => Buffer.from(lcg32(seed, size)))

export const pluginsOf = (meta: RecordedMeta): Required<Pick<ServerOptions, 'plugins'>> => ({
  plugins: (meta.plugins ?? []).map(recordedPlugin),
})

/** Answers with the bytes reversed and then their number; "bye" makes it close. */
class Dialog extends Witness {
  protected override async transmissionReceived(message: Buffer): Promise<void> {
    void super.transmissionReceived(message)
    if (message.toString() === 'bye') return void this.close()
    await this.transmit(message.toReversed())
    await this.transmit(Buffer.from(String(message.length)))
  }
}

/** Sends its messages from `preLoop`. */
const pushing = (messages: readonly Buffer[]): (new () => Witness) =>
  class extends Witness {
    protected override async preLoop(): Promise<void> {
      void super.preLoop()
      await Promise.all(messages.map((message) => this.transmit(message)))
    }
  }

/** Sends its messages from its first loop pass. */
const passing = (messages: readonly Buffer[]): (new () => Witness) =>
  class extends Witness {
    #passed = false
    protected override async loopPass(): Promise<void> {
      if (this.#passed) return
      this.#passed = true
      await Promise.all(messages.map((message) => this.transmit(message)))
    }
  }

/** The class that behaves as the application of the recorded server did. */
export const servedIn = ({ name, meta }: { name: string; meta: RecordedMeta }): (new () => Witness) => {
  if (name === 'server-greeting') return pushing(payloadsOf(meta))
  const mode = meta.serverMode ?? 'echo'
  if (mode.startsWith('dialog')) return Dialog
  if (mode === 'push') return passing(payloadsOf(meta))
  return mode === 'echo' ? Echo : Witness
}

/** The whole messages in a stream of tinyproto, as long as no answer stands inside one. */
export const messagesIn = (stream: Buffer): Buffer[] => {
  const messages: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    if (stream[at] === 0xff) {
      at++
      continue
    }
    if (stream.length < at + 4) break
    const end = at + 4 + stream.readUInt32BE(at)
    if (stream.length < end) break
    messages.push(stream.subarray(at + 4, end))
    at = end
  }
  return messages
}

/** What the messages are, as the recordings say it. */
export const summaryOf = (messages: readonly Uint8Array[]): RecordedMessage[] =>
  messages.map((message) => ({
    length: message.length,
    sha256: createHash('sha256').update(message).digest('hex'),
  }))
