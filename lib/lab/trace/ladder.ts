import type { Role } from '@/framings/framing.js'
import { textOf } from '@/lab/trace/textOf.js'
import type { Spot } from '@/lab/trace/traceEvent.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'

/** Colours, where they can be seen; otherwise gives the text back. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red' | 'cyan' | 'yellow', text: string) => string

/** How a ladder is drawn. */
export interface LadderStyle {
  readonly paint: Paint
  /** What the two sides are called. */
  readonly names: Readonly<Record<Role, string>>
  /** Columns of a time; it has two decimals. */
  readonly timeColumns: number
  /** A column says which conversation it is. */
  readonly numbered: boolean
}

/** One rung: what was said, by whom, when it left and when it came. */
export interface Rung {
  readonly from: Role
  /** What stands on the arrow, such as hex digits. */
  readonly shown: string
  readonly sentMs?: number | undefined
  readonly receivedMs?: number | undefined
  readonly words: string
  readonly conversation?: number
}

const LANE = 36
const HEX_BYTES = 8
const plain: Paint = (_style, text) => text
const NAMES = { opener: 'opener', acceptor: 'acceptor' } as const

/** Draws a timeline in text: the end that opened the connection on the left, the other one on the right. */
export class Ladder {
  readonly #style: LadderStyle

  constructor(style: Partial<LadderStyle> = {}) {
    this.#style = { paint: plain, names: NAMES, timeColumns: 9, numbered: false, ...style }
  }

  /** Two lines above the first rung. */
  head(): string {
    const { paint, names, timeColumns } = this.#style
    const gap = ' '.repeat(LANE + 4)
    const line = (left: string, right: string): string =>
      `  ${this.#number(undefined)}${left.padStart(timeColumns)}${gap}${right}`
    const units = line('ms', 'ms'.padStart(timeColumns))
    return `${paint('bold', line(names.opener, names.acceptor))}\n${paint('dim', units)}`
  }

  rung({ from, shown, sentMs, receivedMs, words, conversation }: Rung): string {
    const line = '─'.repeat(Math.max(1, LANE - shown.length - 2))
    const lane = from === 'opener' ? `${shown} ${line}▶` : `◀${line} ${shown}`
    const [left, right] = from === 'opener' ? [sentMs, receivedMs] : [receivedMs, sentMs]
    return this.#line(conversation, left, this.#style.paint(from === 'opener' ? 'cyan' : 'green', lane), right, words)
  }

  /** One row of a timeline; undefined for what has no line of its own. */
  row(row: TraceRow): string | undefined {
    const { conversation, atMs } = row
    switch (row.event) {
      case 'open': {
        const { opener = '?', acceptor = '?', dialect } = row
        return this.#mark('between', conversation, atMs, `${opener} to ${acceptor}, ${dialect}`, 'bold')
      }
      case 'said':
        return this.rung({ ...row, shown: shownOf(row), words: wordsOf(row) })
      case 'found':
        return undefined
      case 'note':
        return this.#mark(row.at, conversation, atMs, row.words, 'yellow')
      case 'close': {
        const code = row.code === undefined ? '' : ` [${row.code}]`
        return this.#mark(row.at, conversation, atMs, `over: ${row.words}${code}`, code === '' ? 'dim' : 'red')
      }
    }
  }

  #mark(at: Spot, conversation: number, atMs: number, words: string, style: Parameters<Paint>[0]): string {
    const place = { opener: 0, between: LANE / 2, acceptor: LANE - 1 }[at]
    const lane = `${' '.repeat(place)}*`.padEnd(LANE)
    const { paint } = this.#style
    const [left, right] = at === 'acceptor' ? [undefined, atMs] : [atMs, undefined]
    return this.#line(conversation, left, paint(style, lane), right, paint(style, words))
  }

  #line(
    conversation: number | undefined,
    left: number | undefined,
    lane: string,
    right: number | undefined,
    words: string,
  ): string {
    const { paint } = this.#style
    const [before, after] = [this.#time(left), this.#time(right)].map((time) => paint('dim', time))
    return `  ${this.#number(conversation)}${before}  ${lane}  ${after}  ${words}`.trimEnd()
  }

  #number(conversation: number | undefined): string {
    if (!this.#style.numbered) return ''
    return (conversation === undefined ? '' : `#${conversation}`).padEnd(5)
  }

  #time(ms: number | undefined): string {
    return (ms === undefined ? '' : ms.toFixed(2)).padStart(this.#style.timeColumns)
  }
}

/** Hex digits of the first bytes, or the name of an end of a stream. */
export const shownHex = (hex: string, bytes: number): string =>
  (hex.slice(0, 2 * HEX_BYTES).match(/../g) ?? []).join(' ') + (bytes > HEX_BYTES ? ' ..' : '')

type Said = Extract<TraceRow, { readonly event: 'said' }>

/** What stands on the arrow. */
export const shownOf = ({ what, hex, bytes }: Said): string => {
  if (what === 'bytes') return shownHex(hex, bytes)
  return what === 'end' ? 'FIN' : 'RST'
}

/** What it is, in words. */
export const wordsOf = ({ what, hex, bytes, meaning }: Said): string => {
  if (what === 'reset') return 'reset'
  if (what === 'end') return meaning === '' ? 'the end of the stream' : `the end of the stream; ${meaning}`
  const words = meaning === '' ? `${bytes} byte${bytes === 1 ? '' : 's'}` : meaning
  return `${words}${textOf(Buffer.from(hex, 'hex'))}`
}
