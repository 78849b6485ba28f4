const WORDS = 624
const SHIFT = 397

/** The bytes of `random.Random(seed).randbytes(count)` in Python, from which recordings were made. */
export const pythonRandomBytes = (seed: number, count: number): Buffer => {
  const state = seeded(seed)
  let at = WORDS
  const next = (): number => {
    if (at === WORDS) {
      twist(state)
      at = 0
    }
    let y = state[at++] ?? 0
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
  const words = Math.ceil(count / 4)
  const bytes = Buffer.alloc(words * 4)
  for (let word = 0; word < words; word++) bytes.writeUInt32LE(next(), word * 4)
  // Of the last word, the upper bits are taken.
  const spare = words * 4 - count
  if (spare === 0) return bytes
  bytes.writeUInt32LE(bytes.readUInt32LE(words * 4 - 4) >>> (8 * spare), words * 4 - 4)
  return bytes.subarray(0, count)
}

const twist = (state: Uint32Array): void => {
  for (let i = 0; i < WORDS; i++) {
    const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % WORDS] ?? 0) & 0x7fffffff)
    state[i] = (state[(i + SHIFT) % WORDS] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}

/** `init_by_array` with one word. */
const seeded = (seed: number): Uint32Array => {
  const state = new Uint32Array(WORDS)
  state[0] = 19_650_218
  const mixed = (i: number, factor: number): number => {
    const before = state[i - 1] ?? 0
    return Math.imul(before ^ (before >>> 30), factor)
  }
  for (let i = 1; i < WORDS; i++) state[i] = mixed(i, 1_812_433_253) + i
  let i = 1
  const step = (value: number): void => {
    state[i] = value
    i++
    if (i < WORDS) return
    state[0] = state[WORDS - 1] ?? 0
    i = 1
  }
  for (let k = 0; k < WORDS; k++) step(((state[i] ?? 0) ^ mixed(i, 1_664_525)) + seed)
  for (let k = 1; k < WORDS; k++) step(((state[i] ?? 0) ^ mixed(i, 1_566_083_941)) - i)
  state[0] = 0x80000000
  return state
}
