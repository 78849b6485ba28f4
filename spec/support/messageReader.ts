import type { Framing } from '@/framings/framing.js'
import { toHex } from './hex.js'

/** Performs the steps of a framing as a transport would: says yes to every offer and puts pieces together. */
export class MessageReader {
  /** As hex, in the order they were complete. */
  readonly messages: string[] = []
  readonly offered: number[] = []
  opened = false
  answered = 0
  #pieces: Buffer[] = []

  constructor(readonly framing: Framing) {}

  /** Pushes the chunks, reading after each as far as that goes. */
  read(...chunks: readonly Uint8Array[]): this {
    for (const chunk of chunks) {
      this.framing.push(chunk)
      this.drain()
    }
    return this
  }

  /** Reads until the framing has no further step. */
  drain(): this {
    for (let step = this.framing.next(); step !== undefined; step = this.framing.next()) {
      switch (step.do) {
        case 'opened':
          this.opened = true
          break
        case 'offer':
          this.offered.push(step.size)
          this.framing.accept()
          break
        case 'deliver':
          if (this.#pieces.length > 0) throw new Error('a message was delivered inside another')
          this.messages.push(toHex(step.message))
          break
        case 'piece':
          this.#piece(step.bytes, step.size, step.left)
          break
        case 'answered':
          this.answered += step.count
      }
    }
    return this
  }

  #piece(bytes: Buffer, size: number, left: number): void {
    this.#pieces.push(Buffer.from(bytes))
    const have = this.#pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (bytes.length === 0 || have + left !== size)
      throw new Error(`piece of ${bytes.length}: ${have} + ${left} is not ${size}`)
    if (left > 0) return
    this.messages.push(toHex(Buffer.concat(this.#pieces)))
    this.#pieces = []
  }
}

/** Sends a message as a transport would that need not wait for anything. */
export const sendNow = (framing: Framing, put: (bytes: Uint8Array) => void, message: Uint8Array): void => {
  if (!framing.canStart(message.length)) throw new Error('the framing cannot start')
  framing.start(message.length)
  if (!framing.payloadAllowed) throw new Error('the payload may not leave yet')
  put(message)
  framing.finish()
}
