import { expect } from 'chai'
import * as fc from 'fast-check'
import { MARKS } from '@/lab/page/model/marks.js'
import { Rows } from '@/lab/page/model/rows.js'
import { marksText, wordsOf } from '@/lab/page/model/rowWords.js'
import { TraceTable } from '@/lab/page/traceTable.js'
import { ByteReader } from '@/lab/page/model/byteReader.js'
import { ByteWriter } from '@/lab/page/byteWriter.js'
import { FoundBytes } from '@/lab/page/foundBytes.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'
import { caught } from '../../support/caught.js'
import { HOSTILE, TRACE_ROWS } from '../../support/traceRows.js'

const tableOf = (rows: readonly TraceRow[], limits = {}): TraceTable => {
  const table = new TraceTable(limits)
  for (const row of rows) table.add(row)
  return table
}
const readBack = (table: TraceTable): Rows => new Rows(table.encode())
const wordsIn = (rows: Rows): string[] => Array.from({ length: rows.count }, (_, row) => wordsOf(rows, row))

describe('a table of trace rows', () => {
  const rows = readBack(tableOf(TRACE_ROWS))

  it('gives every row back to the page: kinds, words, ends, times in microseconds', () => {
    expect(rows.count).to.equal(20)
    expect([...rows.mask].map(marksText)).to.deep.equal([
      ...['open', 'opening', 'opening', 'length', 'withheld', 'answer', 'length, payload', 'open', 'bytes', 'partial'],
      ...['drain', 'collision', 'limit', 'timeout', 'error', 'fault', 'end', 'reset', 'close', 'close'],
    ])
    const words = wordsIn(rows)
    expect(words.slice(3, 8)).to.deep.equal([
      'length 5',
      'OK to 5 bytes withheld: no room',
      'yes',
      'payload, 5 bytes; length 3',
      `127.0.0.1:50002 to 127.0.0.1:4000, ${HOSTILE}`,
    ])
    expect(words.slice(16)).to.deep.equal([
      'the end of the stream; it ends inside a length, after 1 of 4 bytes',
      'reset',
      'over: the connection was reset [CONNECTION_RESET]',
      'over: in good order',
    ])
    expect([rows.at[5], rows.sent[5], rows.received[5]]).to.deep.equal([46_000, 46_000, 47_000])
    expect([...rows.place.slice(0, 5)]).to.deep.equal([2, 0, 1, 0, 1])
    expect([...rows.conversation.slice(6, 9)]).to.deep.equal([1, 2, 2])
    expect([...rows.failed.slice(18)].map((flag) => flag > 0)).to.deep.equal([true, false])
    expect(rows.header.conversations[0]).to.deep.equal([1, '127.0.0.1:50001', '127.0.0.1:4000', 'handshake'])
  })

  it('gives the bytes of a row back with its stretches, each with its own', () => {
    const stretches = rows.stretches(6)
    expect(stretches.map(({ mark, shown }) => [MARKS[mark], Buffer.from(shown).toString('hex')])).to.deep.equal([
      ['payload', '68656c6c6f'],
      ['length', '00000003'],
    ])
  })

  it('learns when bytes came from what was found later, and leaves open what is not known', () => {
    expect([rows.sent[6], rows.received[6]]).to.deep.equal([48_000, 50_500])
    expect([rows.sent[16], rows.received[16]]).to.deep.equal([Number.NaN, 60_000])
    expect([rows.sent[17], rows.received[17]]).to.deep.equal([Number.NaN, Number.NaN])
  })

  it('keeps maxRows rows and counts the others', () => {
    const table = tableOf(TRACE_ROWS, { maxRows: 3 })
    expect([table.rows, table.lost]).to.deep.equal([3, 17])
    expect(readBack(table).header.lost).to.equal(17)
  })

  it('keeps no row behind the first that found no place, and no more bytes and words than it may', () => {
    const [, row] = TRACE_ROWS
    const long = Array.from({ length: 50 }, (_, at): TraceRow => {
      return { event: 'note', conversation: 1, atMs: at, at: 'opener', about: 'error', words: `${at}${'x'.repeat(99)}` }
    })
    const table = tableOf([...long, ...(row === undefined ? [] : [row])], { maxKeptBytes: 1_024 })
    expect([table.rows, table.lost]).to.deep.equal([11, 40])
  })

  it('cuts words that are longer than 400 characters', () => {
    const words = 'w'.repeat(1_000)
    const [first = ''] = wordsIn(
      readBack(tableOf([{ event: 'note', conversation: 1, atMs: 0, at: 'opener', about: 'error', words }])),
    )
    expect(first).to.equal(`${'w'.repeat(400)} ..`)
  })

  it('is empty without rows', () => {
    expect(readBack(new TraceTable()).count).to.equal(0)
  })

  it('refuses limits that bound nothing', () => {
    expect(caught(() => new TraceTable({ maxRows: 0 })).code).to.equal('OPTION_INVALID')
  })
})

describe('numbers of a page', () => {
  it('come back as they were written, as few bytes as they need', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.maxSafeNat(), fc.integer({ min: -(2 ** 50), max: 2 ** 50 }))), (pairs) => {
        const writer = new ByteWriter()
        for (const [whole, signed] of pairs) {
          writer.whole(whole)
          writer.signed(signed)
        }
        const reader = new ByteReader(writer.bytes)
        expect(pairs.map(() => [reader.whole(), reader.signed()])).to.deep.equal(pairs)
        expect(reader.place).to.equal(writer.length)
      }),
    )
  })

  it('are 05 for 5, 8001 for 128, and 09 for -5', () => {
    const writer = new ByteWriter()
    writer.whole(5)
    writer.whole(128)
    writer.signed(-5)
    expect(Buffer.from(writer.bytes).toString('hex')).to.equal('05800109')
  })
})

describe('found bytes', () => {
  it('settle each row with the find that reaches its end, each direction for itself', () => {
    const found = new FoundBytes()
    found.said(1, 'opener', 10, 3)
    found.said(1, 'opener', 11, 2)
    found.said(1, 'acceptor', 12, 1)
    expect(found.found(1, 'opener', 2)).to.deep.equal([])
    expect(found.found(1, 'opener', 3)).to.deep.equal([10, 11])
    expect(found.found(1, 'acceptor', 1)).to.deep.equal([12])
    expect(found.found(2, 'opener', 9)).to.deep.equal([])
  })

  it('forget what is settled, however long it goes on', () => {
    const found = new FoundBytes()
    for (let row = 0; row < 5_000; row++) {
      found.said(1, 'opener', row, 1)
      expect(found.found(1, 'opener', 1)).to.deep.equal([row])
    }
  })
})
