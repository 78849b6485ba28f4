import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { turns } from './turns.js'

const isFunction = (value: unknown): value is () => void => typeof value === 'function'

/** Collects what nobody can reach, now. */
export const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (!isFunction(collect)) throw new Error('this runtime collects no garbage on demand')
  collect()
}

/** How many of these objects nobody keeps alive. */
export const freed = async (watched: readonly WeakRef<object>[]): Promise<number> => {
  // What a promise or a registry still holds goes with the next turns.
  for (let i = 0; i < 10; i++) {
    collectGarbage()
    await turns(2)
    if (watched.every((one) => one.deref() === undefined)) break
  }
  return watched.filter((one) => one.deref() === undefined).length
}
