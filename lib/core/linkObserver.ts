import { channels, type EventName, publish } from '@/core/diagnostics.js'
import type { FramingObserver } from '@/framings/framing.js'

/** Whether anybody listens to what a framing does. */
export const framingIsObserved = (): boolean =>
  channels.length.hasSubscribers ||
  channels.answer.hasSubscribers ||
  channels.opening.hasSubscribers ||
  channels.collision.hasSubscribers

/** Publishes what the framing of one connection reads and writes. */
export class LinkObserver implements FramingObserver {
  readonly #id: string
  readonly #now: () => number

  constructor(id: string, now: () => number) {
    this.#id = id
    this.#now = now
  }

  openingSent(byte: number): void {
    if (heard('opening')) publish('opening', { ...this.#stamp(), direction: 'outbound', byte })
  }

  openingReceived(byte: number): void {
    if (heard('opening')) publish('opening', { ...this.#stamp(), direction: 'inbound', byte })
  }

  lengthSent(bytes: number): void {
    if (heard('length')) publish('length', { ...this.#stamp(), direction: 'outbound', bytes })
  }

  lengthReceived(bytes: number): void {
    if (heard('length')) publish('length', { ...this.#stamp(), direction: 'inbound', bytes })
  }

  answerSent(byte: number, count: number): void {
    if (heard('answer')) publish('answer', { ...this.#stamp(), direction: 'outbound', byte, count })
  }

  answerReceived(byte: number, count: number): void {
    if (heard('answer')) publish('answer', { ...this.#stamp(), direction: 'inbound', byte, count })
  }

  collided(): void {
    if (heard('collision')) publish('collision', this.#stamp())
  }

  #stamp(): { id: string; atMs: number } {
    return { id: this.#id, atMs: this.#now() }
  }
}

const heard = (name: EventName): boolean => channels[name].hasSubscribers
