import { expect } from 'chai'
import { binned } from '@/lab/page/model/bins.js'
import { pickedRows, rangesIn } from '@/lab/page/model/filter.js'
import { foundRows } from '@/lab/page/model/finder.js'
import { type Mark, MARKS, maskOf } from '@/lab/page/model/marks.js'
import { ByteWriter } from '@/lab/page/byteWriter.js'
import { Rows } from '@/lab/page/model/rows.js'
import { hexText, msText, quotedText, spanText } from '@/lab/page/model/rowWords.js'
import { KINDS, Tally, TALLY_ROWS, VOICES } from '@/lab/page/model/tally.js'
import { Texts } from '@/lab/page/model/texts.js'
import { Track } from '@/lab/page/model/track.js'
import { MARGIN_PX, Viewport } from '@/lab/page/model/viewport.js'
import { TraceTable } from '@/lab/page/traceTable.js'
import { hex } from '../../support/hex.js'
import { lcg32 } from '../../support/lcg32.js'
import { TRACE_ROWS } from '../../support/traceRows.js'

const table = new TraceTable()
for (const row of TRACE_ROWS) table.add(row)
const rows = new Rows(table.encode())
const ALL = maskOf(MARKS)
const picked = (marks: readonly Mark[], conversations: [number, number][] = []): number[] => [
  ...pickedRows(rows, { mask: maskOf(marks), conversations }),
]

describe('what a page shows', () => {
  it('is the rows that have one of the marks, in the conversations that are wanted', () => {
    expect(picked(['length'])).to.deep.equal([3, 6])
    expect(picked(['payload', 'answer'])).to.deep.equal([5, 6])
    expect(picked(['open', 'close'], [[2, 2]])).to.deep.equal([7, 18])
    expect(picked([])).to.deep.equal([])
  })

  for (const [typed, ranges] of [
    ['', []],
    ['3', [[3, 3]]],
    [
      '1, 4-6',
      [
        [1, 1],
        [4, 6],
      ],
    ],
    ['#2', [[2, 2]]],
    ['x 7-', []],
  ] as const)
    it(`reads ${JSON.stringify(typed)} as ${JSON.stringify(ranges)}`, () => {
      expect(rangesIn(typed)).to.deep.equal(ranges)
    })
})

describe('the search of a page', () => {
  const found = (query: string): number[] =>
    [...foundRows(rows, query).entries()].flatMap(([row, is]) => (is ? [row] : []))

  for (const [query, where, matches] of [
    ['withheld', 'words', [4]],
    ['WITHHELD', 'words, whatever the case', [4]],
    ['length 3', 'the words of one stretch', [6]],
    ['hello', 'bytes as text', [6]],
    ['6c6c6f', 'bytes as digits', [6]],
    ['6c 6c 6f', 'bytes as digits with spaces', [6]],
    ['0x6c6f', 'bytes as digits behind 0x', [6]],
    ['6f 00 00', 'bytes across two stretches', [6]],
    ['ff 00', 'bytes of two rows', []],
    ['', 'nothing', []],
  ] as const)
    it(`finds ${where}: ${JSON.stringify(query)}`, () => {
      expect(found(query)).to.deep.equal(matches)
    })

  const textsOf = (...words: readonly string[]): Texts => {
    const column = new ByteWriter()
    for (const word of words.slice(1)) {
      const bytes = Buffer.from(word)
      column.whole(bytes.length)
      column.copy(bytes)
    }
    return new Texts(column.bytes, words.length)
  }
  const withWords = (wanted: string, ...words: readonly string[]): number[] => [...textsOf('', ...words).with(wanted)]

  for (const [where, wanted, words, marks] of [
    ['each text once, however often it has the words', 'an', ['banana', 'pear', 'an'], [0, 1, 0, 1]],
    ['nothing that ends in the next text', 'ab', ['a', 'b', 'ab', 'xa', 'bab'], [0, 0, 0, 1, 0, 1]],
    ['the next one where the words begin across a border', 'aab', ['xa', 'aab', 'b'], [0, 0, 1, 0]],
    ['the last one', 'end', ['the', 'end'], [0, 0, 1]],
    ['texts of other alphabets, whatever the case', 'straße', ['Grüße', 'STRAßE 3', 'straße'], [0, 0, 1, 1]],
    ['texts that are longer in lower case', 'x', ['İİİ', 'yy', 'x', 'y'], [0, 0, 0, 1, 0]],
    ['surrogates whole', '😀', ['😀', 'a', '😀😀'], [0, 1, 0, 1]],
    ['nothing among empty texts', 'a', ['', ''], [0, 0, 0]],
  ] as const)
    it(`finds ${where}`, () => {
      expect(withWords(wanted, ...words)).to.deep.equal(marks)
    })

  it('finds in texts what it finds in each of them by itself', () => {
    const next = lcg32(7, 4_000)
    const letters = ['a', 'b', 'A', 'é', 'İ', 'ß', '€', '😀']
    const words = Array.from({ length: 200 }, (_, number) =>
      [...next.subarray(number * 10, number * 10 + ((next[2_000 + number] ?? 0) % 10))]
        .map((byte) => letters[byte % letters.length] ?? '')
        .join(''),
    )
    for (const wanted of ['a', 'ab', 'aa', 'é', 'ßb', '€', '😀a', 'i̇']) {
      const expected = words.map((word) => (word.toLowerCase().includes(wanted) ? 1 : 0))
      expect(withWords(wanted, ...words), wanted).to.deep.equal([0, ...expected])
    }
  })
})

describe('the track of a page', () => {
  const all = pickedRows(rows, { mask: ALL, conversations: [] })
  const sum = (cells: Uint32Array): number => cells.reduce((before, one) => before + one, 0)

  it('at scale, lets what was said go from when it left to when it came', () => {
    const track = new Track(rows, all, 'time')
    expect([track.from[6], track.to[6], track.anchor(6)]).to.deep.equal([48_000, 50_500, 48_000])
    expect([track.first, track.last]).to.deep.equal([0, 63_000])
    expect(track.indexAt(46_000)).to.equal(5)
  })

  it('in order, lets openings that cross on the way cross', () => {
    const track = new Track(rows, all, 'order')
    // Row 1 leaves at 1 ms and comes at 3 ms, behind row 2 of 2 ms; row 2 comes at 4 ms, before row 3 of 5 ms.
    expect([track.from[1], track.from[2]]).to.deep.equal([1.5, 2.5])
    expect([track.to[1], track.to[2]]).to.deep.equal([2.8, 2.8])
    expect([track.first, track.last]).to.deep.equal([0, rows.count])
  })

  it('visits exactly the rows that have a part in sight, also those that are long on the way', () => {
    const track = new Track(rows, all, 'time')
    const visited: number[] = []
    track.visit(49_000, 50_000, (index) => visited.push(index))
    expect(visited).to.deep.equal([6])
  })

  it('finds a row again by its number, or where it would be', () => {
    const some = new Track(rows, pickedRows(rows, { mask: maskOf(['length']), conversations: [] }), 'order')
    expect([some.indexOf(3), some.indexOf(4), some.indexOf(6), some.indexOf(9)]).to.deep.equal([0, 1, 1, 2])
  })

  it('has a length even without rows', () => {
    const none = new Track(rows, new Uint32Array(), 'time')
    expect([none.first, none.last]).to.deep.equal([0, 1])
  })

  for (const scale of ['order', 'time'] as const)
    it(`counts every row in one part of the whole, by who speaks: ${scale}`, () => {
      const track = new Track(rows, all, scale)
      const { opener, acceptor, marks } = binned(track, track.first, track.last, 4)
      expect([sum(opener), sum(acceptor), sum(marks)]).to.deep.equal([5, 3, 12])
    })

  it('counts a row in the part in which its anchor is', () => {
    const track = new Track(rows, all, 'order')
    const { opener, acceptor, marks, most } = binned(track, 2.5, 6.5, 4)
    const each = [0, 1, 2, 3].map((bin) =>
      [opener, acceptor, marks].map((cells) => sum(cells.filter((_, cell) => cell % 4 === bin))),
    )
    const expected = [2, 3, 4, 5].map((row) => {
      const said = rows.isSaid(row)
      return [said && rows.place[row] === 0, said && rows.place[row] !== 0, !said].map(Number)
    })
    expect(each).to.deep.equal(expected)
    expect(most).to.equal(1)
  })

  it('counts any stretch as if it looked at each of its rows', () => {
    const many = pickedRows(rows, { mask: ALL, conversations: [] })
    const picks = Uint32Array.from({ length: 5 * TALLY_ROWS }, (_, index) => many[index % many.length] ?? 0)
    for (const length of [0, 1, TALLY_ROWS - 1, TALLY_ROWS, 3 * TALLY_ROWS + 7, picks.length]) {
      const tally = new Tally(rows, picks.subarray(0, length))
      const counts = new Uint32Array(KINDS)
      for (let from = 0; from <= length; from += 17) {
        for (let to = from; to <= length; to += 13) {
          tally.count(from, to, counts)
          const expected = new Uint32Array(KINDS)
          for (const row of picks.subarray(from, to)) {
            const voice = rows.isSaid(row) ? Math.min(1, rows.place[row] ?? 0) : 2
            const kind = (rows.main[row] ?? 0) * VOICES.length + voice
            expected[kind] = (expected[kind] ?? 0) + 1
          }
          expect(counts, `${from} to ${to} of ${length}`).to.deep.equal(expected)
        }
      }
    }
  })
})

describe('the part in sight', () => {
  const viewport = (): Viewport => {
    const made = new Viewport()
    made.resize(100)
    made.setTrack(0, 1_000, 0.1)
    made.begin(0, 1)
    return made
  }

  it('never leaves the track by more than its margin', () => {
    const view = viewport()
    view.pan(-5_000)
    expect(view.top).to.equal(-MARGIN_PX)
    view.pan(50_000)
    expect(view.bottom).to.equal(1_000 + MARGIN_PX)
  })

  it('comes nearer around the pointer: what is there stays there', () => {
    const view = viewport()
    view.pan(400)
    const place = view.placeOf(30)
    view.zoom(2, 30)
    expect([view.perPx, view.placeOf(30)]).to.deep.equal([0.5, place])
  })

  it('comes no nearer than it may, and goes no further than the whole', () => {
    const view = viewport()
    view.zoom(1e9)
    expect(view.perPx).to.equal(0.1)
    view.zoom(1e-9)
    expect([view.yOf(0), view.yOf(1_000)]).to.deep.equal([MARGIN_PX, 100 - MARGIN_PX])
  })

  it('moves only as far as it must to show a place', () => {
    const view = viewport()
    view.reveal(40)
    expect(view.top).to.equal(-MARGIN_PX)
    view.reveal(500)
    expect(view.yOf(500)).to.equal(75)
  })
})

describe('words of a page', () => {
  it('tell times, spans, digits and text', () => {
    expect([msText(12_345_678), msText(0), msText(Number.NaN)]).to.deep.equal(['12,345.678', '0.000', ''])
    expect([spanText(850), spanText(12_345), spanText(4_500_000)]).to.deep.equal(['850 µs', '12.3 ms', '4.5 s'])
    expect([hexText(hex('0102'), 2), hexText(hex('010203'), 2), hexText(hex('01'), 2, 9)]).to.deep.equal([
      '01 02',
      '01 02 ..',
      '01 ..',
    ])
    expect([quotedText(hex('686900'), 2), quotedText(hex('0000'), 2)]).to.deep.equal(['"hi" ..', ''])
  })
})
