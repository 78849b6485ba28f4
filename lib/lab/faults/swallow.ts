import { inBytes } from '@/lab/decoders/inBytes.js'
import type { Part } from '@/lab/faults/part.js'
import { onwards, type Rest } from '@/lab/faults/place.js'
import type { Passage } from '@/lab/faults/fault.js'

const WORDS = { end: 'swallows the end of the stream', reset: 'swallows a reset' } as const

/** Takes all that still comes and hands nothing on. */
export const swallow = async (rest: Rest, passage: Passage): Promise<void> => {
  for await (const part of onwards(rest)) passage.note(words(part))
}

const words = ({ kind, bytes }: Part): string =>
  kind === 'end' || kind === 'reset' ? WORDS[kind] : `swallows ${inBytes(bytes.length)}`
