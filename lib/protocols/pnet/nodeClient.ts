import { type AddressLike, Client, type Clock, Deferred, unlessAborted } from '@/core/index.js'
import { NodeClientConnection } from '@/protocols/pnet/nodeClientConnection.js'
import { MAX_MS, type NodeSettings } from '@/protocols/pnet/nodeOptions.js'
import { PacketFraming } from '@/protocols/pnet/packetFraming.js'
import { TransportError } from '@/errors.js'

/** Asks peers: each request has a connection of its own. */
export class NodeClient extends Client<NodeClientConnection> {
  readonly #settings: NodeSettings
  #pending = 0

  constructor(settings: NodeSettings) {
    const { maxPacketBytes, connectTimeoutMs, replyTimeoutMs, clock } = settings
    super({
      framing: settings.framing === 'pnet' ? (context) => new PacketFraming(context) : 'handshake',
      handler: NodeClientConnection,
      maxMessageBytes: maxPacketBytes,
      maxOutboxBytes: Math.max(16_777_216, maxPacketBytes),
      connectTimeoutMs,
      openingTimeoutMs: connectTimeoutMs,
      idleTimeoutMs: 0,
      messageTimeoutMs: 0,
      answerTimeoutMs: replyTimeoutMs,
      clock,
    })
    this.#settings = settings
  }

  /**
   * One request and its reply. A peer that does not listen yet is tried again: it may have told of itself too early.
   * @throws TransportError PENDING_LIMIT, CONNECT_REFUSED and others of `connectTo`, REPLY_MISSING, REPLY_TIMEOUT, ABORTED
   */
  async exchange(address: AddressLike, packet: Uint8Array, signal: AbortSignal | undefined): Promise<Buffer> {
    const { maxPendingRequests: limit } = this.#settings
    if (this.#pending >= limit) throw new TransportError('PENDING_LIMIT', { limit })
    this.#pending++
    try {
      return await this.#exchange(address, packet, signal)
    } finally {
      this.#pending--
    }
  }

  async #exchange(address: AddressLike, packet: Uint8Array, signal: AbortSignal | undefined): Promise<Buffer> {
    const options = signal === undefined ? {} : { signal }
    const connection = await this.#reach(address, signal)
    const { replyTimeoutMs: limitMs, clock } = this.#settings
    const late = (): void => connection.destroy(new TransportError('REPLY_TIMEOUT', { limitMs }))
    const cancel = limitMs === 0 ? ignore : clock.after(limitMs, late)
    try {
      return await connection.exchange(packet, options)
    } finally {
      cancel()
    }
  }

  async #reach(address: AddressLike, signal: AbortSignal | undefined): Promise<NodeClientConnection> {
    const { connectAttempts, connectRetryMs, clock } = this.#settings
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.connectTo(address, signal === undefined ? {} : { signal })
      } catch (error) {
        const early = error instanceof TransportError && error.code === 'CONNECT_REFUSED'
        if (!early || attempt >= connectAttempts) throw error
        await pause(clock, connectRetryMs, signal)
      }
    }
  }
}

const pause = async (clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> => {
  // A clock keeps no process alive, and between two attempts there is no socket that does.
  const alive = setInterval(ignore, MAX_MS)
  const over = new Deferred()
  const cancel = clock.after(ms, () => over.resolve())
  try {
    await unlessAborted(over.promise, signal)
  } finally {
    clearInterval(alive)
    cancel()
  }
}

const ignore = (): void => {}
