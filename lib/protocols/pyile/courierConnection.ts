import { type Abortable, type Clock, Connection, Deferred, onAbort } from '@/core/index.js'
import { readReceipt } from '@/protocols/pyile/message.js'

/** The end that brings one message to a peer and waits for its receipt. */
export class CourierConnection extends Connection {
  readonly #receipt = new Deferred<string | undefined>()

  /** The alias in the receipt; undefined when there was none within `limitMs`, or before the signal fired. */
  async receipt(clock: Clock, limitMs: number, { signal }: Abortable): Promise<string | undefined> {
    const none = (): void => this.#receipt.resolve(undefined)
    const cancel = clock.after(limitMs, none)
    onAbort(signal, this.#receipt.promise, none)
    const alias = await this.#receipt.promise
    cancel()
    return alias
  }

  protected override transmissionReceived(bytes: Buffer): void {
    this.#receipt.resolve(readReceipt(bytes))
  }

  protected override postLoop(): void {
    this.#receipt.resolve(undefined)
  }
}
