/** A promise that somebody else settles, and that nobody need look at. */
export class Outcome<T> {
  readonly promise: Promise<T>
  resolve: (value: T) => void = ignore
  reject: (error: Error) => void = ignore

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.promise.catch(ignore)
  }
}

const ignore = (): void => {}
