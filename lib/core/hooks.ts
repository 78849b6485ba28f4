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

/** Whether a hook has gone on in the background. */
export const isPromise = (result: unknown): result is PromiseLike<unknown> =>
  typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
