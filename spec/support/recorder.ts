import type { FrameWriter } from '@/framings/framing.js'

/** Keeps what a framing writes. */
export class Recorder implements FrameWriter {
  #parts: Buffer[] = []

  byte(value: number, count = 1): void {
    this.#parts.push(Buffer.alloc(count, value))
  }

  u32(value: number): void {
    const part = Buffer.alloc(4)
    part.writeUInt32BE(value)
    this.#parts.push(part)
  }

  bytes(bytes: Uint8Array): void {
    this.#parts.push(Buffer.from(bytes))
  }

  /** What was written since the last call, as hex. */
  taken(): string {
    return this.take().toString('hex')
  }

  /** What was written since the last call. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#parts)
    this.#parts = []
    return bytes
  }
}
