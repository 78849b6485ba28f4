/** Goes on with `then` at once, or when the promise resolves. */
export const after = <T>(before: void | Promise<void>, then: () => T | Promise<T>): T | Promise<T> =>
  before === undefined ? then() : before.then(then)
