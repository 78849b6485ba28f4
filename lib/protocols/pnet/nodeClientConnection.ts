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
      await this.transmit(packet, options)
      const reply = await this.receive(options)
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
