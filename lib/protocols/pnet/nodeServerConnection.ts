import { Connection } from '@/core/index.js'
import { MAX_MS } from '@/protocols/pnet/nodeOptions.js'

/** Who answers packets. */
export interface Answering {
  /**
   * @param packet a line of text, without its line break
   * @param life is aborted when nobody waits for the answer any more; whoever answers aborts it when it takes too long
   * @returns the packet that answers, or undefined where there is none
   * @throws what makes the connection end without a byte
   */
  answer(packet: Buffer, remote: string | undefined, life: AbortController): Promise<Uint8Array | undefined>
}

/** The end of a request that answers: the first packet counts, and after its answer it is over. */
export class NodeServerConnection extends Connection {
  readonly #answering: Answering
  readonly #takeTimeoutMs: number
  readonly #life = new AbortController()
  #asked = false

  /** @param takeTimeoutMs what the peer gets to take the answer; 0 waits for ever */
  constructor(answering: Answering, takeTimeoutMs: number) {
    super()
    this.#answering = answering
    this.#takeTimeoutMs = takeTimeoutMs
  }

  protected override async transmissionReceived(packet: Buffer): Promise<void> {
    if (this.#asked) return
    this.#asked = true
    this.socket?.once('close', () => this.#life.abort())
    const answer = await this.#answering.answer(packet, this.remoteAddress, this.#life)
    const sent = answer === undefined ? undefined : this.transmit(answer)
    this.close({ deadlineMs: this.#takeTimeoutMs === 0 ? MAX_MS : this.#takeTimeoutMs }).catch(ignore)
    await sent
  }

  protected override postLoop(cause: Error | undefined): void {
    this.#life.abort(cause)
  }
}

const ignore = (): void => {}
