import { type Abortable, Connection } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** The end of a request that asks: one packet out, one packet in, and it is over. */
export class NodeClientConnection extends Connection {
  /**
   * @returns the packet that answers
   * @throws TransportError REPLY_MISSING when the peer ended without one; what ended the connection; ABORTED
   */
  async exchange(packet: Uint8Array, options: Abortable): Promise<Buffer> {
    try {
      const replied = this.receive(options)
      const sent = this.transmit(packet, options)
      // A peer that refuses the packet may say so, and go, before it has read all of it.
      const reply = await Promise.race([replied, sent.then(() => replied)])
      this.close().catch(ignore)
      return reply
    } catch (error) {
      this.destroy()
      throw error instanceof TransportError && ENDS.has(error.code)
        ? new TransportError('REPLY_MISSING', { remote: this.remoteAddress }, { cause: error })
        : error
    }
  }
}

/** How it looks when the peer goes away. */
const ENDS: ReadonlySet<string> = new Set(['REMOTE_ENDED', 'CONNECTION_RESET', 'CONNECTION_BROKEN'])
const ignore = (): void => {}
