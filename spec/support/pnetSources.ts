import type { Sources } from '@/protocols/pnet/index.js'

/** Chance that gives these bytes, in this order and in these sizes, and then fails; time that stands still. */
export const scriptedSources = (nowMs: number, ...bytes: readonly Uint8Array[]): Sources => {
  const left = [...bytes]
  return {
    nowMs: () => nowMs,
    random: (size) => {
      const next = left.shift()
      if (next?.length === size) return next
      throw new Error(`${size} bytes were asked for, and ${next?.length ?? 'none'} were there`)
    },
  }
}
