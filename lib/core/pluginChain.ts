import type { Plugin, PluginLike } from '@/core/plugin.js'
import { TransportError, wordsOf } from '@/errors.js'

/** A plugin of this chain, with what errors call it. */
type Member = { readonly name: string; readonly plugin: Plugin }

const NOTHING: readonly Uint8Array[] = Object.freeze([])

/**
 * The plugins of one connection, in the order of registration: outbound first to last, inbound last to first.
 *
 * A plugin that numbers its messages, as `seal` does, stands last: what it has made must really leave, and nothing
 * that comes after it may fail. For the same reason `outbound` is only to be called for a message that has its place
 * in the outbox.
 */
export class PluginChain {
  /** The chain without plugins. It has no state, so all connections may share it. */
  static readonly empty = new PluginChain([])

  /** How many plugins there are. With 0, messages pass as they are and nothing is allocated. */
  readonly length: number
  readonly #members: readonly Member[]
  readonly #lastToFirst: readonly Member[]
  readonly #greeters: readonly Member[]
  #greetedCount = 0

  /**
   * @param likes a class makes an instance of its own here; an instance is shared with every chain that has it
   * @throws TransportError OPTION_INVALID naming the first that is neither
   */
  constructor(likes: readonly PluginLike[]) {
    this.#members = likes.map(memberOf)
    this.#lastToFirst = this.#members.toReversed()
    this.#greeters = this.#members.filter((member) => member.plugin.greeting !== undefined)
    this.length = this.#members.length
  }

  /** A chain for one connection; the shared empty one where there are no plugins. */
  static of(likes: readonly PluginLike[]): PluginChain {
    return likes.length === 0 ? PluginChain.empty : new PluginChain(likes)
  }

  /**
   * What travels in place of `message`; with no plugins, `message` itself.
   * @throws TransportError PLUGIN_FAILED
   */
  outbound(message: Uint8Array): Uint8Array {
    return this.length === 0 ? message : passed(this.#members, message)
  }

  /**
   * What the application gets in place of `message`, or undefined: a plugin kept it for itself.
   * @throws TransportError PLUGIN_REJECTED, or the plugin's own TransportError
   */
  inbound(message: Uint8Array): Uint8Array | undefined {
    let current = message
    for (const member of this.#lastToFirst) {
      let next: unknown
      try {
        next = member.plugin.inbound(current)
      } catch (cause) {
        throw rejected(member, cause)
      }
      if (next === undefined) return undefined
      if (!(next instanceof Uint8Array))
        throw rejected(member, new TypeError('it returned neither bytes nor undefined'))
      current = next
    }
    return current
  }

  /** How many greetings the other end sends before its first message; as many as `greetings` gives. */
  get greetingCount(): number {
    return this.#greeters.length
  }

  /**
   * One message for each plugin that greets, in order, to be sent as they are before any other. Call it once.
   * @throws TransportError PLUGIN_FAILED
   */
  greetings(): readonly Uint8Array[] {
    if (this.#greeters.length === 0) return NOTHING
    return this.#greeters.map((greeter) => written(greeter, greeter.plugin.greeting?.bind(greeter.plugin)))
  }

  /**
   * The other end's greeting number `nth`, counted from 0, came.
   * @throws TransportError PLUGIN_REJECTED, or the plugin's own TransportError
   */
  greeted(nth: number, greeting: Uint8Array): void {
    const greeter = this.#greeters[nth]
    if (greeter === undefined) throw new TransportError('PLUGIN_REJECTED', { reason: 'no plugin awaits it', nth })
    try {
      greeter.plugin.greeted?.(greeting)
      this.#greetedCount++
    } catch (cause) {
      throw rejected(greeter, cause)
    }
  }

  /**
   * The last messages of this end, to be sent as they are and in this order. The farewell of a plugin passes the
   * plugins after it, so it comes before theirs: each still takes messages when it reaches them. Call it once, after
   * the last `outbound`. There are none until all greetings of the other end have come: nothing has begun.
   * @throws TransportError PLUGIN_FAILED
   */
  farewells(): readonly Uint8Array[] {
    if (this.#greetedCount < this.greetingCount) return NOTHING
    return this.#members.flatMap((member, at) => {
      const { plugin } = member
      if (plugin.farewell === undefined) return []
      return [passed(this.#members.slice(at + 1), written(member, plugin.farewell.bind(plugin)))]
    })
  }

  /**
   * The other end sends no more. Plugins are told last to first, as messages reach them.
   * @throws TransportError what the first plugin that misses something throws; PLUGIN_REJECTED if it has no code
   */
  ended(): void {
    for (const member of this.#lastToFirst) {
      try {
        member.plugin.ended?.()
      } catch (cause) {
        throw rejected(member, cause)
      }
    }
  }
}

const passed = (members: readonly Member[], message: Uint8Array): Uint8Array => {
  let current = message
  for (const member of members) {
    let next: unknown
    try {
      next = member.plugin.outbound(current)
    } catch (cause) {
      throw failed(member, cause)
    }
    if (!(next instanceof Uint8Array)) throw failed(member, new TypeError('it did not return bytes'))
    current = next
  }
  return current
}

const written = (member: Member, write: (() => Uint8Array) | undefined): Uint8Array => {
  let bytes: unknown
  try {
    bytes = write?.()
  } catch (cause) {
    throw failed(member, cause)
  }
  if (bytes instanceof Uint8Array) return bytes
  throw failed(member, new TypeError('it did not return bytes'))
}

const failed = (member: Member, cause: unknown): TransportError =>
  cause instanceof TransportError && cause.code === 'PLUGIN_FAILED'
    ? cause
    : new TransportError('PLUGIN_FAILED', { plugin: member.name, reason: wordsOf(cause) }, { cause })

/** A TransportError of the plugin's own says more than we could, so it stays. */
const rejected = (member: Member, cause: unknown): TransportError =>
  cause instanceof TransportError
    ? cause
    : new TransportError('PLUGIN_REJECTED', { plugin: member.name, reason: wordsOf(cause) }, { cause })

/** A declaration, since `PluginChain.empty` is made before the constants below the class are. */
function memberOf(like: unknown, at: number): Member {
  const plugin = typeof like === 'function' ? instanceOf(like, at) : like
  if (isPlugin(plugin)) return { name: classOf(plugin) ?? `plugin ${at}`, plugin }
  throw new TransportError('OPTION_INVALID', mistake(like, at))
}

const instanceOf = (like: Function, at: number): unknown => {
  try {
    return Reflect.construct(like, [])
  } catch (cause) {
    if (cause instanceof TransportError) throw cause
    throw new TransportError('OPTION_INVALID', { ...mistake(like, at), reason: wordsOf(cause) }, { cause })
  }
}

const isPlugin = (value: unknown): value is Plugin =>
  typeof value === 'object' &&
  value !== null &&
  'outbound' in value &&
  typeof value.outbound === 'function' &&
  'inbound' in value &&
  typeof value.inbound === 'function'

const mistake = (like: unknown, at: number) => ({
  option: `plugins[${at}]`,
  given: describe(like),
  expected: 'a plugin or a class of plugins',
})

const describe = (like: unknown): string => {
  if (typeof like === 'function') return like.name || 'a function without a name'
  if (typeof like !== 'object' || like === null) return String(like)
  return classOf(like) ?? 'a plain object'
}

/** The class an object says something by; a plain object says nothing by it. */
const classOf = (value: object): string | undefined => {
  const { name } = value.constructor ?? Object
  return name === '' || name === 'Object' ? undefined : name
}
