import type { Clock } from '@/core/clock.js'
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
  readonly #clock: Clock

  constructor(id: string, clock: Clock) {
    this.#id = id
    this.#clock = clock
  }

  openingSent(byte: number): void {
    if (heard('opening')) publish('opening', { id: this.#id, atMs: this.#clock.now(), direction: 'outbound', byte })
  }

  openingReceived(byte: number): void {
    if (heard('opening')) publish('opening', { id: this.#id, atMs: this.#clock.now(), direction: 'inbound', byte })
  }

  lengthSent(bytes: number): void {
    if (heard('length')) publish('length', { id: this.#id, atMs: this.#clock.now(), direction: 'outbound', bytes })
  }

  lengthReceived(bytes: number): void {
    if (heard('length')) publish('length', { id: this.#id, atMs: this.#clock.now(), direction: 'inbound', bytes })
  }

  answerSent(byte: number, count: number): void {
    if (heard('answer'))
      publish('answer', { id: this.#id, atMs: this.#clock.now(), direction: 'outbound', byte, count })
  }

  answerReceived(byte: number, count: number): void {
    if (heard('answer')) publish('answer', { id: this.#id, atMs: this.#clock.now(), direction: 'inbound', byte, count })
  }

  collided(): void {
    if (heard('collision')) publish('collision', { id: this.#id, atMs: this.#clock.now() })
  }
}

const heard = (name: EventName): boolean => channels[name].hasSubscribers
