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
