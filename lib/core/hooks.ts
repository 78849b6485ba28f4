import type { Readable } from 'node:stream'

/**
 * What the core calls on a connection. One object serves all connections, so that a connection's hooks can stay
 * protected and cost it no memory.
 */
export interface Hooks<C> {
  preLoop(connection: C): void | Promise<void>
  loopPass(connection: C): void | Promise<void>
  postLoop(connection: C, cause: Error | undefined): void | Promise<void>
  transmissionReceived(connection: C, message: Buffer): void | Promise<void>
  transmissionStream(connection: C, size: number, readable: Readable): void | Promise<void>
  transmissionOffered(connection: C, size: number): boolean | Promise<boolean>
}

/** Which hooks the class of a connection overrides; the others cost nothing. */
export interface Overrides {
  readonly preLoop: boolean
  readonly loopPass: boolean
  readonly received: boolean
  readonly stream: boolean
  readonly offered: boolean
}

/** Every mixture, so that no connection needs an object of its own to say which it has. */
const MIXTURES: readonly Overrides[] = Array.from({ length: 32 }, (_, bits) => mixture(bits))

function mixture(bits: number): Overrides {
  const has = (bit: number): boolean => (bits & bit) > 0
  return { preLoop: has(1), loopPass: has(2), received: has(4), stream: has(8), offered: has(16) }
}

/** Which hooks are overridden, as one of the objects that all connections share. */
export const overridesOf = (
  preLoop: boolean,
  loopPass: boolean,
  received: boolean,
  stream: boolean,
  offered: boolean,
): Overrides => {
  const bits = [preLoop, loopPass, received, stream, offered].reduce((sum, yes, at) => sum + (yes ? 1 << at : 0), 0)
  return MIXTURES[bits] ?? mixture(bits)
}

/** Whether a hook has gone on in the background. */
export const isPromise = (result: unknown): result is PromiseLike<unknown> =>
  typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
