import { expect } from 'chai'
import { rowFrom } from '@/lab/trace/rowFrom.js'
import { TRACE_ROWS } from '../../support/traceRows.js'

const SAID = TRACE_ROWS[1]

describe('a row from JSON', () => {
  it('is the row that was written, of every kind', () => {
    const plain = TRACE_ROWS.filter((row) => !JSON.stringify(row).includes('onerror'))
    expect(plain.map((row) => rowFrom(JSON.parse(JSON.stringify(row))))).to.deep.equal(plain)
  })

  it('is nothing for an object that is no row', () => {
    expect(rowFrom({ event: 'listening', port: 1 })).to.equal(undefined)
    expect(rowFrom({})).to.equal(undefined)
  })

  it('has no characters that a terminal would act on', () => {
    const row = rowFrom({ ...TRACE_ROWS[4], words: 'a\u001b[2J\u202eb\n' })
    expect(row?.event === 'note' && row.words).to.equal('a·[2J·b·')
  })

  it('keeps no more than 64 bytes and twelve stretches', () => {
    const stretch = { kind: 'bytes', bytes: 1, meaning: '' }
    const row = rowFrom({ ...SAID, hex: 'ab'.repeat(100), stretches: Array.from({ length: 50 }, () => stretch) })
    expect(row?.event === 'said' && [row.hex.length, row.stretches.length]).to.deep.equal([128, 12])
  })

  for (const [change, complaint] of [
    [{ conversation: -1 }, 'conversation is no whole number below 2^32'],
    [{ conversation: 1.5 }, 'conversation is no whole number below 2^32'],
    [{ atMs: 'soon' }, 'atMs is no time'],
    [{ atMs: 1e300 }, 'atMs is no time'],
    [{ from: 'between' }, 'from is none of opener, acceptor'],
    [{ from: '__proto__' }, 'from is none of opener, acceptor'],
    [{ what: 'news' }, 'what is none of bytes, end, reset'],
    [{ bytes: 2 ** 32 }, 'bytes is no whole number below 2^32'],
    [{ hex: 'fg' }, 'hex is no hex digits'],
    [{ hex: 'f' }, 'hex is no hex digits'],
    [{ meaning: null }, 'meaning is no text'],
    [{ kinds: ['smoke'] }, 'kinds is none of opening, length, answer, payload, delimiter, bytes'],
    [{ stretches: {} }, 'stretches is no list'],
    [{ stretches: [7] }, 'it is no object'],
    [{ sentMs: null }, 'sentMs is no time'],
  ] as const)
    it(`is refused with ${JSON.stringify(change)}`, () => {
      expect(() => rowFrom({ ...SAID, ...change })).to.throw(TypeError, complaint)
    })

  it('is refused when it is no object', () => {
    for (const value of [null, 3, 'open', undefined])
      expect(() => rowFrom(value)).to.throw(TypeError, 'it is no object')
  })
})
