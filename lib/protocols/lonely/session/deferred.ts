const ignore = (): void => {}

/** A promise that is settled from outside. It counts as handled; whoever awaits it still gets the error. */
export class Deferred<T = void> {
  readonly promise: Promise<T>
  resolve: (value: T) => void = ignore
  reject: (error: Error) => void = ignore

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(ignore)
  }
}
