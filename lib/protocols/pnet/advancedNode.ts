import { type Abortable, type Checked, unlessAborted } from '@/core/index.js'
import { type AdvancedNodeOptions, type StreamLimits, streamLimitsOf } from '@/protocols/pnet/advancedOptions.js'
import { type Answer, Caller, type Prepared, type Sendable } from '@/protocols/pnet/caller.js'
import type { Request } from '@/protocols/pnet/desk.js'
import { FunctionDesk } from '@/protocols/pnet/functionDesk.js'
import type { NetworkNode, Targets } from '@/protocols/pnet/networkNode.js'
import { isOne, Node } from '@/protocols/pnet/node.js'
import type { NodeFunction } from '@/protocols/pnet/nodeFunction.js'
import type { NodeOptions } from '@/protocols/pnet/nodeOptions.js'
import { allOutcomes, eachOutcome, type Outcome } from '@/protocols/pnet/outcome.js'
import { SpoolBudget } from '@/protocols/pnet/spool.js'
import { checkAdvancedName, checkArgument } from '@/protocols/pnet/names.js'
import { newId } from '@/protocols/pnet/newId.js'
import { decodeNodeReply } from '@/protocols/pnet/nodeReply.js'
import { encodeNodeRequest } from '@/protocols/pnet/nodeRequest.js'
import type { PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { TransportError } from '@/errors.js'

/** A Node, but for `send`: here it says which function is meant. */
const NodeWithoutSend: abstract new (options: NodeOptions) => NetworkNode = Node

/** Calls functions of peers by name, with values or with streams of any size, and has functions that peers call. */
export class AdvancedNode extends NodeWithoutSend {
  readonly #functions = new Map<string, NodeFunction>()
  readonly #desk: FunctionDesk
  readonly #caller: Caller

  /** @throws TransportError OPTION_INVALID, NAME_UNUSABLE, FERNET_KEY_INVALID, NODE_KEY_INVALID */
  constructor(options: AdvancedNodeOptions) {
    super(options)
    checkAdvancedName(this.name)
    const limits: Checked<StreamLimits> = streamLimitsOf(options)
    const place = {
      budget: new SpoolBudget(limits.maxSpoolBytes, limits.maxSpoolBytesPerAddress),
      maxBytes: limits.maxStreamBytes,
      folder: options.spoolFolder,
    }
    const parts = { name: this.name, limits, place, newId: options.newId ?? newId }
    const { clock } = this.settings
    this.#desk = new FunctionDesk({
      ...parts,
      now: () => clock.now(),
      taggedInput: options.taggedInput ?? false,
      find: (name) => this.#functions.get(name),
    })
    this.#caller = new Caller(parts)
    for (const [name, run] of Object.entries(options.functions ?? {})) this.setFunction(name, run)
  }

  /**
   * From now on peers can call it; a function that had this name is gone.
   * @param name without `?`, `&` and `=`
   * @throws TransportError NAME_UNUSABLE, OPTION_INVALID
   */
  register(name: string, run: NodeFunction): this {
    this.setFunction(name, run)
    return this
  }

  /** Names of the functions, in the order in which they were registered. */
  get functionNames(): readonly string[] {
    return [...this.#functions.keys()]
  }

  /**
   * Calls a function. A value goes whole if it fits into a chunk; bytes that do not, and streams, go part by part.
   * @param data None unless given
   * @returns its value or its stream; for several peers or `*` a map with an answer or an error of each, in their order
   * @throws TransportError PEER_UNKNOWN, FUNCTION_UNKNOWN, CALL_FAILED, CHECKSUM_DIFFERENT; MESSAGE_UNSENDABLE, STREAM_LIMIT,
   * SOURCE_FAILED: nothing was sent; and what `Node.send` throws. For several peers only those of which nothing was sent.
   */
  send(
    targets: Targets,
    functionName: string,
    data?: Sendable,
    options?: Abortable,
  ): Promise<ReadonlyMap<string, Outcome<Answer>>>
  send(target: string, functionName: string, data?: Sendable, options?: Abortable): Promise<Answer>
  async send(
    target: string | readonly string[],
    functionName: string,
    data: Sendable = null,
    { signal }: Abortable = {},
  ): Promise<Answer | ReadonlyMap<string, Outcome<Answer>>> {
    if (isOne(target)) return this.sendToOne(target, functionName, data, signal)
    checkArgument(functionName)
    await using prepared = await this.#caller.prepare(data, signal)
    // What an answer still fetches is not given up when all are there.
    return await allOutcomes(this.fanOut(target, (name) => this.#call(name, functionName, prepared, signal), signal))
  }

  /** As `send`, for several peers: each answer or error as soon as it is there. Leaving the loop asks nobody else. */
  async *sendEach(
    targets: Targets,
    functionName: string,
    data: Sendable = null,
    { signal }: Abortable = {},
  ): AsyncGenerator<readonly [name: string, outcome: Outcome<Answer>], void, undefined> {
    checkArgument(functionName)
    await using prepared = await this.#caller.prepare(data, signal)
    yield* eachOutcome(this.fanOut(targets, (name) => this.#call(name, functionName, prepared, signal), signal))
  }

  /** As `send`, for one peer, whatever it is called: it may call itself `*`. @internal */
  protected async sendToOne(
    name: string,
    functionName: string,
    data: Sendable,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    checkArgument(functionName)
    await using prepared = await this.#caller.prepare(data, signal)
    return await this.#call(name, functionName, prepared, signal)
  }

  /** @internal */
  protected override handle(value: PickleValue, request: Request): Promise<string> {
    return this.#desk.answer(value, request)
  }

  /** @internal */
  protected override housekeep(): void {
    this.#desk.expire()
  }

  /** @internal */
  protected override release(): Promise<void> {
    return this.#desk.close()
  }

  /** @internal */
  protected setFunction(name: string, run: NodeFunction): void {
    checkArgument(name)
    if (typeof run !== 'function') throw new TransportError('OPTION_INVALID', { option: 'function', given: typeof run })
    this.#functions.set(name, run)
  }

  async #call(
    name: string,
    functionName: string,
    prepared: Prepared,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const peer = this.reach(name)
    const called = this.#caller.call(functionName, prepared, async (request) => {
      const reply = await this.ask(peer, encodeNodeRequest(request), signal)
      if (typeof reply === 'string') return decodeNodeReply(reply)
      throw new TransportError('REPLY_UNREADABLE', { name, problem: 'it is no text' })
    })
    // A source that gives nothing is not waited for.
    return unlessAborted(called, signal)
  }
}
