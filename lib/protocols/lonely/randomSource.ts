import { randomBytes } from 'node:crypto'

/** Gives this many random bytes; they are the caller's. */
export type RandomSource = (bytes: number) => Buffer

const POOL_BYTES = 4_096

/** The system's, fetched in larger portions, since most of what is asked for is four bytes. */
export const pooledRandom = (): RandomSource => {
  let pool = Buffer.alloc(0)
  let at = 0
  return (bytes) => {
    if (bytes > POOL_BYTES) return randomBytes(bytes)
    if (at + bytes > pool.length) {
      pool = randomBytes(POOL_BYTES)
      at = 0
    }
    at += bytes
    return pool.subarray(at - bytes, at)
  }
}
