import { Connection } from '@/core/connection.js'

/** A connection that writes down what happens to it and lets a spec wait for it. */
export class Witness extends Connection {
  readonly messages: Buffer[] = []
  /** The hooks in the order they ran: `preLoop`, a message's size, `postLoop CODE`. */
  readonly log: string[] = []
  /** What ended it, when `postLoop` has run. */
  readonly over: Promise<Error | undefined>
  #end: (cause: Error | undefined) => void = () => {}
  #waiting: { readonly count: number; readonly resolve: (messages: Buffer[]) => void }[] = []

  constructor() {
    super()
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  /** Resolves when so many messages have come, with all of them. */
  arrived(count: number): Promise<Buffer[]> {
    return new Promise((resolve) => {
      this.#waiting.push({ count, resolve })
      this.#serve()
    })
  }

  protected override preLoop(): void | Promise<void> {
    this.log.push('preLoop')
  }

  protected override transmissionReceived(message: Buffer): void | Promise<void> {
    this.log.push(String(message.length))
    this.messages.push(message)
    this.#serve()
  }

  protected override postLoop(cause: Error | undefined): void | Promise<void> {
    this.log.push(cause === undefined ? 'postLoop' : `postLoop ${'code' in cause ? String(cause.code) : cause.message}`)
    this.#end(cause)
  }

  #serve(): void {
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.messages.length < count) return true
      resolve(this.messages)
      return false
    })
  }
}

/** Sends every message back, and waits until it has left. */
export class Echo extends Witness {
  protected override async transmissionReceived(message: Buffer): Promise<void> {
    void super.transmissionReceived(message)
    await this.transmit(message)
  }
}

/** Overrides nothing: its messages wait for `receive()`. */
export class Bare extends Connection {}
