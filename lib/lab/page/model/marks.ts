/**
 * What a row of the page can be. A row is a set of these, as the bits of a number: bytes may be a length and a payload at
 * once. The place in the list is the number of the bit, and stands in the data of the page.
 */
export const MARKS = [
  'opening',
  'length',
  'answer',
  'payload',
  'delimiter',
  'bytes',
  'end',
  'reset',
  'open',
  'partial',
  'withheld',
  'drain',
  'timeout',
  'limit',
  'collision',
  'error',
  'fault',
  'ending',
  'close',
] as const

export type Mark = (typeof MARKS)[number]

/** The marks that are shown or hidden together, by the name of their switch. */
export const GROUPS = [
  { name: 'opening', marks: ['opening'] },
  { name: 'length', marks: ['length'] },
  { name: 'answer', marks: ['answer'] },
  { name: 'payload', marks: ['payload'] },
  { name: 'delimiter', marks: ['delimiter'] },
  { name: 'bytes', marks: ['bytes'] },
  { name: 'notes', marks: ['partial', 'withheld', 'drain', 'timeout', 'limit', 'collision', 'error', 'ending'] },
  { name: 'faults', marks: ['fault'] },
  { name: 'ends', marks: ['open', 'end', 'reset', 'close'] },
] as const satisfies readonly { readonly name: string; readonly marks: readonly Mark[] }[]

/** Where a row is: at the end that opened, at the one that accepted, or between the two. */
export const PLACES = ['opener', 'acceptor', 'between'] as const

/** What else stands in the byte of the place: the row is a close with a code, and which of its times are known. */
export const PLACE_FLAGS = { failed: 4, sent: 8, received: 16 } as const

/** The bits of these marks. */
export const maskOf = (marks: readonly Mark[]): number =>
  marks.reduce((mask, mark) => mask | (1 << MARKS.indexOf(mark)), 0)

/** Marks of bytes, the one that tells most first: what a row that has several is drawn as. */
export const MOST_TELLING = ['payload', 'length', 'answer', 'opening', 'delimiter', 'bytes'] as const

/** The number of the mark that a row is drawn as. */
export const mainMark = (mask: number): number => {
  for (const mark of MOST_TELLING) {
    const bit = MARKS.indexOf(mark)
    if ((mask >> bit) & 1) return bit
  }
  return 31 - Math.clz32(mask)
}
