import { checkNumber } from '@/lab/faults/checkNumber.js'
import type { Fault } from '@/lab/faults/fault.js'
import type { Part } from '@/lab/faults/part.js'

/** Which answers are meant. */
export interface OkOptions {
  /** So many OKs pass before. 0 to 2^53-1. @default 0 */
  readonly after?: number
  /** So many are hit. 1 to 2^53-1. @default 1 */
  readonly count?: number
}

const OK = 0xff

/**
 * A fault of some OKs: answers `ff`; the opening byte is none.
 * @param times how often each of them leaves instead of once
 */
export const okFault = (
  word: string,
  { after = 0, count = 1 }: OkOptions,
  times: 0 | 2,
): Pick<Fault, 'name' | 'framed' | 'answered' | 'through'> => {
  const first = checkNumber('after', after, 0, Number.MAX_SAFE_INTEGER)
  const hits = checkNumber('count', count, 1, Number.MAX_SAFE_INTEGER)
  return {
    name: `${word}${hits === 1 ? '' : `:${hits}`}${first === 0 ? '' : `@${first}`}`,
    framed: true,
    answered: true,
    async *through(parts, passage) {
      let passed = 0
      for await (const part of parts) {
        if (!isOk(part)) {
          yield part
          continue
        }
        const from = Math.min(part.bytes.length, Math.max(0, first - passed))
        const until = Math.min(part.bytes.length, Math.max(0, first + hits - passed))
        passed += part.bytes.length
        if (until > from) passage.note(`${times === 0 ? 'drops' : 'doubles'} ${until - from} OK`)
        const bytes = Buffer.alloc(part.bytes.length + (until - from) * (times - 1), OK)
        if (bytes.length > 0) yield { ...part, bytes }
      }
    },
  }
}

const isOk = ({ kind, bytes }: Part): boolean => kind === 'answer' && bytes[0] === OK
