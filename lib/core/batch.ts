const ignore = (): void => {}

/**
 * A promise somebody else settles. That nobody looks at its rejection is no reason to end the process, so that
 * counts as handled; whoever awaits it still gets the error.
 */
export class Deferred<T = void> {
  readonly promise: Promise<T>
  resolve: (value: T) => void = ignore
  #reject: (error: Error) => void = ignore

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve
      this.#reject = reject
    })
  }

  reject(error: Error): void {
    this.promise.catch(ignore)
    this.#reject(error)
  }
}

/**
 * Messages that share one promise: those of one tick, or one alone. Settled when the last byte of the last of them
 * has reached the system below.
 */
export class Batch extends Deferred {
  /** Messages in it that are not wholly written to the outbox. */
  unwritten = 0
  /** The promise has been kept. */
  kept = false
  /** Takes no more messages. */
  sealed = false
  /** Position in the outgoing stream behind its last byte, once all is written. */
  until = 0
}

/** A rejected promise that counts as handled. */
export const rejected = (error: Error): Promise<never> => {
  const promise = Promise.reject(error)
  promise.catch(ignore)
  return promise
}

/** The same promise, counted as handled. */
export const handled = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(ignore)
  return promise
}
