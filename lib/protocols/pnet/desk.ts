import type { Clock } from '@/core/index.js'
import { addressOf } from '@/protocols/pnet/address.js'
import { openEnvelope, sealEnvelope } from '@/protocols/pnet/envelope.js'
import type { Network } from '@/protocols/pnet/network.js'
import type { NodeKey } from '@/protocols/pnet/nodeKey.js'
import type { Answering } from '@/protocols/pnet/nodeServerConnection.js'
import type { Packet } from '@/protocols/pnet/packet.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import type { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { type Refusal, refusalOf } from '@/protocols/pnet/refusal.js'
import { decodeUniversal, encodeUniversal } from '@/protocols/pnet/universal.js'
import { TransportError } from '@/errors.js'

/** What a node is told about a request beside its value. */
export interface Request {
  /** The connection it came on, as `HOST:PORT`; undefined when it is gone. */
  readonly remote: string | undefined
  /** Fires when nobody waits for the reply any more. */
  readonly signal: AbortSignal
}

/** Whom the desk asks. */
export interface DeskOwner {
  /** @returns what is answered; undefined is None */
  handle(value: PickleValue, request: Request): Picklable | Promise<Picklable>
  /** An advertisement came over TCP, from somebody with this key. @throws TransportError what is wrong with it */
  advertised(content: Buffer, key: NodePublicKey, source: string | undefined): void
  /** The packet was refused, and the peer was told so. */
  requestFailed(error: TransportError, remote: string | undefined): void
}

/** What a desk is made from. */
export interface DeskParts {
  readonly network: Network
  readonly key: NodeKey
  /** Keys of peers that have been read before. */
  readonly keys: PublicKeyCache
  readonly clock: Clock
  readonly handlerTimeoutMs: number
  readonly owner: DeskOwner
}

/** Opens what peers ask, has it answered, and seals the reply. @see WIRE.md, "refusals" */
export class Desk implements Answering {
  readonly #parts: DeskParts

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  async answer(line: Buffer, remote: string | undefined, life: AbortController): Promise<Buffer | undefined> {
    const { network, key, owner } = this.#parts
    let request: { readonly value: PickleValue; readonly from: NodePublicKey } | undefined
    try {
      request = this.#read(line, remote)
    } catch (error) {
      const refusal = refusalFor(error)
      if (refusal === undefined || !(error instanceof TransportError)) throw error
      owner.requestFailed(error, remote)
      return network.encodeRefusal(refusal, key.publicKey)
    }
    if (request === undefined) return undefined
    const result = await this.#handle(request.value, remote, life)
    return network.encode('rsp', sealEnvelope(encodeUniversal(result), request.from), key.publicKey)
  }

  /** @returns undefined where no answer is expected */
  #read(
    line: Buffer,
    remote: string | undefined,
  ): { readonly value: PickleValue; readonly from: NodePublicKey } | undefined {
    const { network, owner, keys } = this.#parts
    const packet = network.decode(line, ['adv', 'msg', 'brd'])
    if (packet.type === 'msg') return this.#open(packet)
    // Originals hand its bytes to the handler; nobody sends it.
    if (packet.type === 'brd') throw new TransportError('PACKET_UNEXPECTED', { type: packet.type })
    owner.advertised(packet.content, keys.parseField(packet.key), addressOf(remote))
    return undefined
  }

  /** The key is looked at before anybody is asked: without it nothing can be answered. */
  #open(packet: Packet): { readonly value: PickleValue; readonly from: NodePublicKey } {
    const universal = openEnvelope(packet.content, this.#parts.key)
    const from = this.#parts.keys.parseField(packet.key)
    return { value: decodeUniversal(universal), from }
  }

  #handle(value: PickleValue, remote: string | undefined, life: AbortController): Promise<Picklable> {
    const { clock, handlerTimeoutMs: limitMs, owner } = this.#parts
    return new Promise((resolve, reject) => {
      const tooLate = (): void => {
        const error = new TransportError('HANDLER_TIMEOUT', { limitMs })
        life.abort(error)
        reject(error)
      }
      const cancel = limitMs === 0 ? ignore : clock.after(limitMs, tooLate)
      const handled = async (): Promise<Picklable> => owner.handle(value, requestOf(remote, life))
      void handled().then(resolve, reject).finally(cancel)
    })
  }
}

/** A signal is made when somebody asks for it: most handlers do not, and it costs as much as opening a token does. */
const requestOf = (remote: string | undefined, life: AbortController): Request => ({
  remote,
  get signal() {
    return life.signal
  },
})

/** Which answer an error has. An `err` is no request either. */
const refusalFor = (error: unknown): Refusal | undefined =>
  error instanceof TransportError && error.code === 'PACKET_REFUSED' ? 'ERR_PACKET_TYPE' : refusalOf(error)

const ignore = (): void => {}
