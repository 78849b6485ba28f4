import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { CHANNEL_PREFIX, type EventName, type EventOf } from '@/core/index.js'
import { wordsOf } from '@/errors.js'

/** Listens to channels of the core. When something that listens throws, all of them end, with a warning of the process. */
export class ChannelEars {
  readonly #heard: (readonly [channel: string, hear: (event: unknown) => void])[] = []

  on<Name extends EventName>(name: Name, hear: (event: EventOf<Name>) => void): this {
    const own = (event: unknown): void => {
      try {
        if (isEvent<Name>(event)) hear(event)
      } catch (error) {
        // The connections that are watched must not suffer from it.
        this.end()
        process.emitWarning(`the trace ends: ${wordsOf(error)}`, { type: 'framewright', code: 'HOOK_FAILED' })
      }
    }
    this.#heard.push([CHANNEL_PREFIX + name, own])
    subscribe(CHANNEL_PREFIX + name, own)
    return this
  }

  end(): void {
    for (const [channel, hear] of this.#heard.splice(0)) unsubscribe(channel, hear)
  }
}

/** The core publishes nothing else on these channels. */
const isEvent = <Name extends EventName>(event: unknown): event is EventOf<Name> =>
  typeof event === 'object' && event !== null && 'id' in event && 'atMs' in event
