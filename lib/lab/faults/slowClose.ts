import type { Fault } from '@/lab/faults/fault.js'
import { checkMs } from '@/lab/faults/checkMs.js'

/** Hands on the end of the stream, orderly or not, `ms` after it came. Adds, loses and delays nothing else. */
export const slowClose = ({ ms }: { readonly ms: number }): Fault => {
  const holdMs = checkMs('ms', ms)
  return {
    name: `slow-close:${holdMs}`,
    framed: false,
    async *through(parts, passage) {
      for await (const part of parts) {
        if (part.kind === 'end' || part.kind === 'reset') {
          passage.note(`holds the ${part.kind} back for ${holdMs} ms`)
          await passage.until(part.dueMs + holdMs)
        }
        yield part
      }
    },
  }
}
