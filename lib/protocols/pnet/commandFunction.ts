import type { FunctionCall } from '@/protocols/pnet/nodeFunction.js'
import { TransportError } from '@/errors.js'

/** Arguments that have names. */
export type KeywordArguments = Readonly<Record<string, unknown>>

/** What a function is told about its call, beside its arguments. */
export interface CommandCall extends FunctionCall {
  /** Arguments that came with names; those that `parameters` names are in their places instead. */
  readonly keywords: KeywordArguments
}

/**
 * A function that peers call by its name. What it is given is JSON, with a bigint for each whole number beyond 2^53; what
 * it gives must be writable as JSON. A throw is told to the peer: the message of a CommandRefusal as it is, of anything
 * else only that it happened; `requestFailed` hears all of it.
 */
export type CommandFunction = (call: CommandCall, ...args: never[]) => unknown

/** How a function takes its arguments. */
export interface CommandOptions {
  /** Names of its arguments in their order, so that keywords find their places; `y?` may be left out. @default none: keywords are in `call.keywords` */
  readonly parameters?: readonly string[]
}

/** What a function throws to tell its caller why it does not do as asked. */
export class CommandRefusal extends Error {
  override readonly name = 'CommandRefusal'
}

/** A function with the names of its arguments. */
export class RegisteredCommand {
  readonly #run: CommandFunction
  readonly #parameters: readonly string[] | undefined
  readonly #required: number

  /** @throws TransportError OPTION_INVALID for parameters that are no names, or the same name twice */
  constructor(run: CommandFunction, { parameters }: CommandOptions = {}) {
    if (typeof run !== 'function') throw new TransportError('OPTION_INVALID', { option: 'function', given: typeof run })
    const names = parameters?.map((parameter) => parameter.replace(/\?$/, ''))
    if (names !== undefined && (new Set(names).size < names.length || names.includes(''))) {
      throw new TransportError('OPTION_INVALID', { option: 'parameters', given: parameters?.join(', ') })
    }
    this.#run = run
    this.#parameters = names
    this.#required = parameters?.findLastIndex((parameter) => !parameter.endsWith('?')) ?? -1
  }

  /** @throws CommandRefusal when the arguments do not fit, or whatever the function throws */
  async run(call: FunctionCall, args: readonly unknown[], keywords: KeywordArguments): Promise<unknown> {
    const placed = this.#parameters === undefined ? args : this.#place(this.#parameters, args, keywords)
    const own: CommandCall = { ...call, keywords: this.#parameters === undefined ? keywords : {} }
    const result: unknown = await Reflect.apply(this.#run, undefined, [own, ...placed])
    return result
  }

  #place(names: readonly string[], args: readonly unknown[], keywords: KeywordArguments): unknown[] {
    if (args.length > names.length) throw new CommandRefusal(`it takes at most ${names.length} arguments`)
    const placed = [...args]
    for (const [name, value] of Object.entries(keywords)) {
      const at = names.indexOf(name)
      if (at < 0) throw new CommandRefusal('it has no argument of that name')
      if (at < args.length) throw new CommandRefusal(`the argument ${name} is given twice`)
      placed[at] = value
    }
    const missing = names.find((_, at) => at <= this.#required && !(at in placed))
    if (missing !== undefined) throw new CommandRefusal(`the argument ${missing} is missing`)
    return Array.from(placed)
  }
}
