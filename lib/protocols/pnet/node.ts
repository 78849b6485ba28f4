import type { Abortable } from '@/core/index.js'
import type { Request } from '@/protocols/pnet/desk.js'
import { NetworkNode, type Targets } from '@/protocols/pnet/networkNode.js'
import type { NodeOptions } from '@/protocols/pnet/nodeOptions.js'
import { allOutcomes, eachOutcome, type Outcome } from '@/protocols/pnet/outcome.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'

/**
 * Answers a value with a value; undefined is None. Many run at a time. A throw leaves the peer without a reply, and
 * goes to `requestFailed`.
 */
export type Handler = (value: PickleValue, request: Request) => Picklable | Promise<Picklable>

/** How a basic node behaves. */
export interface BasicNodeOptions extends NodeOptions {
  /** What answers requests; override `messageReceived` instead if you like. @default answers None */
  readonly handler?: Handler
}

/** Sends values to peers by their names, and answers theirs. */
export class Node extends NetworkNode {
  readonly #handler: Handler | undefined

  /** @throws TransportError OPTION_INVALID, NAME_UNUSABLE, FERNET_KEY_INVALID, NODE_KEY_INVALID */
  constructor(options: BasicNodeOptions) {
    super(options)
    this.#handler = options.handler
  }

  /** Once for each request, many at a time. By default the `handler` of the options. */
  protected messageReceived(value: PickleValue, request: Request): Picklable | Promise<Picklable> {
    return this.#handler?.(value, request)
  }

  /**
   * Sends a value, sealed for the peer.
   * @returns what it answers; for several peers or `*` a map with a reply or an error of each, in their order
   * @throws TransportError PEER_UNKNOWN; CONNECT_REFUSED and others when it is not to be reached; PACKET_REFUSED,
   * REPLY_MISSING, REPLY_TIMEOUT, REPLY_UNREADABLE; PENDING_LIMIT, ABORTED. For several peers it does not throw.
   */
  send(targets: Targets, value: Picklable, options?: Abortable): Promise<ReadonlyMap<string, Outcome<PickleValue>>>
  send(target: string, value: Picklable, options?: Abortable): Promise<PickleValue>
  send(
    target: string | readonly string[],
    value: Picklable,
    { signal }: Abortable = {},
  ): Promise<PickleValue | ReadonlyMap<string, Outcome<PickleValue>>> {
    if (isOne(target)) return this.#send(target, value, signal)
    return allOutcomes(this.fanOut(target, (name, ended) => this.#send(name, value, ended), signal))
  }

  /** As `send`, for several peers: each reply or error as soon as it is there. Leaving the loop gives up the others. */
  sendEach(
    targets: Targets,
    value: Picklable,
    { signal }: Abortable = {},
  ): AsyncGenerator<readonly [name: string, outcome: Outcome<PickleValue>], void, undefined> {
    return eachOutcome(this.fanOut(targets, (name, ended) => this.#send(name, value, ended), signal))
  }

  /** @internal */
  protected override handle(value: PickleValue, request: Request): Picklable | Promise<Picklable> {
    return this.messageReceived(value, request)
  }

  async #send(name: string, value: Picklable, signal: AbortSignal | undefined): Promise<PickleValue> {
    return this.ask(this.reach(name), value, signal)
  }
}

/** Whether a target is one peer, and not several. */
export const isOne = (target: string | readonly string[]): target is string =>
  typeof target === 'string' && target !== '*'
