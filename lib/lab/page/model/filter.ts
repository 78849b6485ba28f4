import type { Rows } from '@/lab/page/model/rows.js'

/** What is shown. */
export interface Filter {
  /** The marks: a row is shown that has one of them. */
  readonly mask: number
  /** First and last numbers of conversations; all when there is none. */
  readonly conversations: readonly (readonly [first: number, last: number])[]
}

/** The numbers of the rows that are shown, in their order. */
export const pickedRows = (rows: Rows, { mask, conversations }: Filter): Uint32Array => {
  const picked = new Uint32Array(rows.count)
  let count = 0
  for (let row = 0; row < rows.count; row++) {
    if (((rows.mask[row] ?? 0) & mask) === 0) continue
    const number = rows.conversation[row] ?? 0
    if (conversations.length > 0 && !conversations.some(([first, last]) => number >= first && number <= last)) continue
    picked[count++] = row
  }
  return picked.subarray(0, count)
}

/** Numbers and ranges as they are typed, such as `3` or `1, 4-6`; what is neither counts for nothing. */
export const rangesIn = (text: string): [first: number, last: number][] =>
  text.split(/[\s,;#]+/).flatMap((part): [number, number][] => {
    const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    return first === '' ? [] : [[Number(first), Number(last)]]
  })
