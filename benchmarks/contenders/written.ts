import type { Writable } from 'node:stream'

/** Settles when a stream has taken a message, so that its memory may be used again. */
export const written = (stream: Writable, message: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(message, (error) => (error instanceof Error ? reject(error) : resolve()))
  })
