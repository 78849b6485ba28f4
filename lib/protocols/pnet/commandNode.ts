import { type Abortable, checkRanges } from '@/core/index.js'
import { AdvancedNode } from '@/protocols/pnet/advancedNode.js'
import type { AdvancedNodeOptions } from '@/protocols/pnet/advancedOptions.js'
import type { CallInput } from '@/protocols/pnet/callInput.js'
import {
  type CommandFunction,
  type CommandOptions,
  type KeywordArguments,
  RegisteredCommand,
} from '@/protocols/pnet/commandFunction.js'
import { answerCommand, encodeRefusal, encodeRequest, valueIn } from '@/protocols/pnet/commandJson.js'
import type { Answer } from '@/protocols/pnet/caller.js'
import type { Targets } from '@/protocols/pnet/networkNode.js'
import { isOne } from '@/protocols/pnet/node.js'
import type { FunctionCall, NodeFunction } from '@/protocols/pnet/nodeFunction.js'
import { allOutcomes, type Outcome } from '@/protocols/pnet/outcome.js'
import { Keywords, type Remote, type RemoteMany } from '@/protocols/pnet/remoteApi.js'
import { TransportError, wordsOf } from '@/errors.js'

/** How a command node behaves. */
export interface CommandNodeOptions extends Omit<AdvancedNodeOptions, 'functions'> {
  /** What peers may call, by name; `register` adds more, and the names of their arguments. @default {} */
  readonly functions?: Readonly<Record<string, CommandFunction>>
  /** Largest request and reply of a call, which are held in memory. 1 to 2^30 bytes. @default 8_388_608 (8 MiB) */
  readonly maxCallBytes?: number
}

/** Default and range. */
export const CALL_RANGES = { maxCallBytes: [8_388_608, 1, 2 ** 30] } as const

/** The function through which all calls go. */
const ENTRANCE = 'handle'

/** What a call takes beside its target and the name of its function. */
export interface CallOptions extends Abortable {
  /** @default [] */
  readonly args?: readonly unknown[]
  /** Arguments with names. @default {} */
  readonly keywords?: KeywordArguments
}

/** JavaScript asks for these by itself: to await something, to print it, to write it as JSON. That must call nobody. */
const ASKED_BY_THE_LANGUAGE: ReadonlySet<string> = new Set(['then', 'toString', 'valueOf', 'toJSON'])

/**
 * Calls functions of peers as if they were its own, by name, with arguments and results that are JSON: a whole number
 * beyond 2^53 is a bigint in both directions.
 */
export class CommandNode extends AdvancedNode {
  readonly #commands = new Map<string, RegisteredCommand>()
  readonly #maxCallBytes: number

  /** @throws TransportError OPTION_INVALID, NAME_UNUSABLE, FERNET_KEY_INVALID, NODE_KEY_INVALID */
  constructor(options: CommandNodeOptions) {
    const { functions, ...rest } = options
    super(rest)
    this.#maxCallBytes = checkRanges<{ maxCallBytes: number }>(options, CALL_RANGES).maxCallBytes
    for (const [name, run] of Object.entries(functions ?? {})) this.register(name, run)
    this.register('get_peers', () => this.peers.map(({ name }) => name))
    this.register('get_funcs', () => this.commandNames)
    this.setFunction(ENTRANCE, (call, input) => this.#enter(call, input))
  }

  /**
   * From now on peers can call it; a function that had this name is gone.
   * @param run gets the call, then its arguments
   * @throws TransportError OPTION_INVALID
   */
  override register(name: string, run: CommandFunction, options: CommandOptions = {}): this {
    if (name === '') throw new TransportError('OPTION_INVALID', { option: 'name', given: name })
    this.#commands.set(name, new RegisteredCommand(run, options))
    return this
  }

  /**
   * What `AdvancedNode.register` does: a function for values and streams, which peers reach by `send`.
   * @throws TransportError OPTION_INVALID; `handle` is taken
   */
  registerStream(name: string, run: NodeFunction): this {
    if (name === ENTRANCE)
      throw new TransportError('OPTION_INVALID', { option: 'name', given: name, problem: 'it is taken' })
    this.setFunction(name, run)
    return this
  }

  /** Names of the functions that can be called, in the order in which they were registered. */
  get commandNames(): readonly string[] {
    return [...this.#commands.keys()]
  }

  /**
   * Calls a function by its name.
   * @returns its value; for several peers or `*` a map with a value or an error of each, in their order
   * @throws TransportError CALL_FAILED with what the peer says, MESSAGE_UNSENDABLE for arguments that are no JSON, and what
   * `send` throws. For several peers only MESSAGE_UNSENDABLE.
   */
  call(targets: Targets, name: string, options?: CallOptions): Promise<ReadonlyMap<string, Outcome<unknown>>>
  call(target: string, name: string, options?: CallOptions): Promise<unknown>
  async call(
    target: string | readonly string[],
    name: string,
    { args = [], keywords = {}, signal }: CallOptions = {},
  ): Promise<unknown> {
    const request = Buffer.from(encodeRequest({ function: name, args, kwargs: keywords }))
    const source = { sizeBytes: request.length, pieces: () => [request] }
    const call = async (peer: string, ended: AbortSignal | undefined): Promise<unknown> =>
      this.#valueOf(await this.sendToOne(peer, ENTRANCE, source, ended))
    return isOne(target) ? call(target, signal) : allOutcomes(this.fanOut(target, call, signal))
  }

  /**
   * The functions of a peer, or of several, to be called like one's own: `node.target<Api>('b').add(1, 2)`, and with
   * arguments that have names `node.target<Api>('b').add(1, keywords({ y: 5 }))`. Nothing is looked at before a call.
   * Functions called `then`, `toString`, `valueOf` or `toJSON` are reached by `call` only.
   */
  target<Api extends object>(targets: Targets, options?: Abortable): RemoteMany<Api>
  target<Api extends object>(target: string, options?: Abortable): Remote<Api>
  target(target: string | readonly string[], options: Abortable = {}): object {
    const called =
      (name: string) =>
      (...given: unknown[]): Promise<unknown> => {
        const last = given.at(-1)
        const args = last instanceof Keywords ? given.slice(0, -1) : given
        const keywords = last instanceof Keywords ? last.values : {}
        if (args.some((arg) => arg instanceof Keywords)) {
          const problem = 'keywords are the last argument, and given once'
          return Promise.reject(new TransportError('MESSAGE_UNSENDABLE', { function: name, problem }))
        }
        const call = { ...options, args, keywords }
        return isOne(target) ? this.call(target, name, call) : this.call(target, name, call)
      }
    const isFunction = (name: string | symbol): name is string =>
      typeof name === 'string' && !ASKED_BY_THE_LANGUAGE.has(name)
    return new Proxy({}, { get: (own, name) => (isFunction(name) ? called(name) : Reflect.get(own, name)) })
  }

  async #enter(call: FunctionCall, input: CallInput): Promise<AsyncIterable<Uint8Array>> {
    const failed = (name: string, cause: unknown): void => {
      const detail = { hook: 'function', function: name, says: wordsOf(cause) }
      this.failed(new TransportError('HOOK_FAILED', detail, { cause }), call.remote)
    }
    const size = input.sizeBytes
    const limit = this.#maxCallBytes
    if (size > limit) {
      this.failed(new TransportError('STREAM_LIMIT', { option: 'maxCallBytes', size, limit }), call.remote)
      return once(Buffer.from(encodeRefusal(`request is larger than ${limit} bytes`)))
    }
    const reply = await answerCommand(await input.bytes(limit), (name) => this.#commands.get(name), call, failed)
    return once(Buffer.from(reply))
  }

  async #valueOf(answer: Answer): Promise<unknown> {
    if (answer.kind === 'stream') return valueIn(await answer.stream.bytes(this.#maxCallBytes))
    if (answer.value instanceof Uint8Array) return valueIn(answer.value)
    throw new TransportError('REPLY_UNREADABLE', { problem: 'it is no stream' })
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes
}
