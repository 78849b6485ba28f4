import { type Clock, Connection } from '@/core/index.js'
import { readReceipt } from '@/protocols/pyile/message.js'

/** The end that brings one message to a peer and waits for its receipt. */
export class CourierConnection extends Connection {
  readonly #receipt: Promise<string | undefined>
  #settle: (alias: string | undefined) => void = ignore

  constructor() {
    super()
    this.#receipt = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** The alias in the receipt; undefined when there was none within `limitMs`. */
  async receipt(clock: Clock, limitMs: number): Promise<string | undefined> {
    const cancel = clock.after(limitMs, () => this.#settle(undefined))
    const alias = await this.#receipt
    cancel()
    return alias
  }

  protected override transmissionReceived(bytes: Buffer): void {
    this.#settle(readReceipt(bytes))
  }

  protected override postLoop(): void {
    this.#settle(undefined)
  }
}

const ignore = (): void => {}
