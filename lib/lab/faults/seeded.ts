/**
 * Numbers from 0 to less than 1 that look random and are the same for the same seed and path.
 * @param path what the numbers are for, so that no two uses share a sequence
 */
export const seeded = (seed: number, ...path: readonly (string | number)[]): (() => number) => {
  // FNV-1a makes one state of seed and path; Mulberry32 draws from it.
  let state = 0x811c9dc5
  for (const byte of Buffer.from([seed, ...path].join('\0'))) state = Math.imul(state ^ byte, 0x0100_0193)
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
