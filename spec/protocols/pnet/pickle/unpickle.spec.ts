import { expect } from 'chai'
import { TransportError } from '@/errors.js'
import { type PickleLimits, PickleTuple, type PickleValue, unpickle } from '@/protocols/pnet/index.js'
import { MAX_INTEGER_BYTES } from '@/protocols/pnet/pickle/pickleLimits.js'
import { caught } from '../../../support/caught.js'
import { hex } from '../../../support/hex.js'
import { samplesOf, valueOfSample } from '../../../support/pnetSamples.js'

const read = (digits: string, limits?: PickleLimits): PickleValue => unpickle(hex(digits), limits)
const problemOf = (digits: string): unknown => caught(() => read(digits)).detail['problem']

describe('the reader of pickles', () => {
  const ACCEPT = samplesOf('pickle-accept')
  for (const { protocol, hex: digits, value } of ACCEPT) {
    it(`reads the recorded ${digits.slice(0, 48)} of protocol ${protocol}`, () => {
      const expected = valueOfSample(value)
      expect(read(digits)).to.deep.equal(expected)
    })
  }

  const REJECT = samplesOf('pickle-reject')
  const OUTCOMES: Readonly<Record<string, readonly [code: string, opcode?: string, offset?: number]>> = {
    bytearray: ['PICKLE_REFUSED', '93', 34],
    complex: ['PICKLE_REFUSED', '93', 32],
    OrderedDict: ['PICKLE_REFUSED', '93', 39],
    datetime: ['PICKLE_REFUSED', '93', 29],
    'self-containing list': ['PICKLE_MALFORMED'],
    truncated: ['PICKLE_MALFORMED', '', 5],
    empty: ['PICKLE_MALFORMED', '', 0],
    'no stop': ['PICKLE_MALFORMED', '', 3],
    'stack underflow': ['PICKLE_MALFORMED', '65', 2],
    'unknown memo': ['PICKLE_MALFORMED', '68', 2],
    'unknown opcode': ['PICKLE_REFUSED', 'ff', 2],
    'protocol 9': ['PICKLE_MALFORMED', '80', 0],
    'huge string length': ['PICKLE_MALFORMED', '58', 2],
    'mark only': ['PICKLE_MALFORMED', '2e', 3],
    'odd setitems': ['PICKLE_MALFORMED', '75', 6],
    'global os.getcwd, never to be run': ['PICKLE_REFUSED', '63', 2],
    'persistent id': ['PICKLE_REFUSED', '50', 2],
    'extension registry': ['PICKLE_REFUSED', '82', 2],
  }
  for (const { what, hex: digits } of REJECT) {
    const [code, opcode, offset] = OUTCOMES[what] ?? []
    if (code === undefined) {
      it(`takes the recorded ${what} for the data that it is`, () => {
        expect(what).to.be.oneOf(['set', 'frozenset'])
        expect(read(digits)).to.deep.equal(new Set([1]))
      })
      continue
    }
    it(`refuses the recorded ${what}: ${code}`, () => {
      const error = caught(() => read(digits))
      expect([error.code, error.fault, error.detail['opcode'], error.detail['offset']]).to.deep.equal([
        code,
        'remote',
        opcode,
        offset,
      ])
    })
  }

  it('knows 36 opcodes, and refuses each of the other 220 where it stands', () => {
    const known = '80 95 2e 4e 88 89 4b 4d 4a 8a 8b 47 8c 58 8d 43 42 8e 96 5d 61 65 7d 73 75 8f 90 91'.concat(
      ' 29 85 86 87 74 28 94 71 72 68 6a',
    )
    const refused: string[] = []
    for (let opcode = 0; opcode < 256; opcode++) {
      const digits = opcode.toString(16).padStart(2, '0')
      try {
        read(`8004 ${digits}`)
      } catch (error) {
        if (error instanceof TransportError && error.code === 'PICKLE_REFUSED') refused.push(digits)
      }
    }
    // 80 is read at the beginning only
    const expected = new Set(known.split(' '))
    expected.delete('80')
    expect(refused.filter((digits) => expected.has(digits))).to.deep.equal([])
    expect(refused).to.have.lengthOf(256 - expected.size)
  })

  const READ: readonly (readonly [string, string, PickleValue])[] = [
    ['an integer of no bytes', '8004 8a00 2e', 0],
    ['2^53-1', '8004 8a07 ffffffffffff1f 2e', Number.MAX_SAFE_INTEGER],
    ['2^53', '8004 8a07 00000000000020 2e', 2n ** 53n],
    ['-(2^53-1)', '8004 8a07 010000000000e0 2e', Number.MIN_SAFE_INTEGER],
    ['-(2^53)', '8004 8a07 000000000000e0 2e', -(2n ** 53n)],
    ['a small integer with more bytes than it needs', '8004 8a09 010000000000000000 2e', 1],
    ['-1 with more bytes than it needs', '8004 8a08 ffffffffffffffff 2e', -1],
    ['an integer whose length has four bytes', '8004 8b02000000 ff7f 2e', 32_767],
    ['NaN', '8004 47 7ff8000000000000 2e', Number.NaN],
    ['-Infinity', '8004 47 fff0000000000000 2e', Number.NEGATIVE_INFINITY],
    ['a text whose length has eight bytes', '8004 8d0200000000000000 c3a9 2e', 'é'],
    ['bytes whose length has eight bytes', '8004 8e0100000000000000 ff 2e', hex('ff')],
    ['a bytearray of protocol 5', '8005 960200000000000000 00ff 2e', hex('00ff')],
    ['a byte order mark, which is text like any other', '8004 5803000000 efbbbf 2e', '\ufeff'],
    ['a lone high surrogate', '8004 8c03 eda080 2e', '\ud800'],
    ['a lone low surrogate between others', '8004 8c09 c3a9 edbfbf f09d849e 2e', 'é\udfff𝄞'],
    ['two surrogates, which become one character', '8004 8c06 eda0b4 edb49e 2e', '𝄞'],
    ['a tuple of none, by its mark', '8004 28 74 2e', new PickleTuple([])],
    ['a list filled twice', '8004 5d 28 4b01 65 28 4b02 65 2e', [1, 2]],
    ['a set of none', '8004 8f 2e', new Set()],
    ['a frozenset of a tuple', '8004 28 4b01 85 91 2e', new Set([new PickleTuple([1])])],
    [
      'a dict with keys of many kinds',
      '8004 7d 28 4e4b01 884b02 4b014b03 75 2e',
      new Map<PickleValue, PickleValue>([
        [null, 1],
        [true, 2],
        [1, 3],
      ]),
    ],
    ['a dict with the key __proto__', '8004 7d 8c095f5f70726f746f5f5f 4b01 73 2e', new Map([['__proto__', 1]])],
    ['the last of repeated keys', '8004 7d 28 4b014b02 4b014b03 75 2e', new Map([[1, 3]])],
    ['protocol 2 with numbered memos', '8002 5d7100 28 5801000000 617101 68 01 65 2e', ['a', 'a']],
    ['protocol 3 with long numbered memos', '8003 5d 4b0172ffffffff 61 6affffffff 61 2e', [1, 1]],
    ['a frame that is shorter than what is left', '8004 950000000000000000 4b01 2e', 1],
  ]
  for (const [what, digits, value] of READ) {
    it(`reads ${what}`, () => {
      expect(read(digits)).to.deep.equal(value)
    })
  }

  const MALFORMED: readonly (readonly [string, string, string])[] = [
    ['protocol 1', '80014e2e', 'it is of protocol 1'],
    ['no protocol', '4e2e', 'it does not begin with its protocol'],
    ['bytes behind its end', '80044e2e00', 'something follows its end'],
    ['two values', '80044e4e2e', 'it does not end with one value'],
    ['no value', '80042e', 'it does not end with one value'],
    ['a frame that is longer than what is left', '8004950500000000000000 4b012e', 'it ends too early'],
    ['a frame of 2^64-1 bytes', '800495ffffffffffffffff 4e2e', 'it ends too early'],
    ['a text of 2^64-1 bytes', '80048dffffffffffffffff 61 2e', 'it ends too early'],
    ['bytes of 2^32-1 bytes', '800442ffffffff 61 2e', 'it ends too early'],
    ['an integer of 1025 bytes', '80048b01040000 00 2e', `an integer has more than ${MAX_INTEGER_BYTES} bytes`],
    ['an integer of -1 bytes', '80048bffffffff 00 2e', `an integer has more than ${MAX_INTEGER_BYTES} bytes`],
    ['a text that is Latin-1', '80048c01e9 2e', 'a text is not UTF-8'],
    ['a surrogate that breaks off', '80048c02eda0 2e', 'a text is not UTF-8'],
    ['a surrogate with a wrong last byte', '80048c03eda041 2e', 'a text is not UTF-8'],
    ['a surrogate behind what is no text', '80048c04ffeda080 2e', 'a text is not UTF-8'],
    ['what is no text behind a surrogate', '80048c04eda080ff 2e', 'a text is not UTF-8'],
    ['an append to nothing', '80044b01612e', 'a value is missing'],
    ['an append to a tuple', '8004294b01612e', 'there is no list to append to'],
    ['appends to a dict', '80047d284b01652e', 'there is no list to append to'],
    ['an item for a list', '80045d4b014b02732e', 'there is no dict to add to'],
    ['an item for a set', '80048f284b014b02752e', 'there is no dict to add to'],
    ['a member for a list', '80045d284b01902e', 'there is no set to add to'],
    ['a list for a key', '80047d5d4b01732e', 'a list or a dict cannot be a key'],
    ['a dict in a set', '80048f287d902e', 'a list or a dict cannot be a key'],
    ['an append across a mark', '80045d284b0161652e', 'a value is missing'],
    ['a tuple across a mark', '80044b0128852e', 'a value is missing'],
    ['a memo of nothing', '8004942e', 'a value is missing'],
    ['a memo of what is below a mark', '80044b0128942e', 'a value is missing'],
    ['a mark that is not there', '80044b01742e', 'a mark is missing'],
    ['a mark that stays', '8004284b012e', 'it does not end with one value'],
    ['a list in itself', '80045d94680061 2e', 'something contains itself'],
    ['a dict in itself', '80047d944b01680073 2e', 'something contains itself'],
    ['a list in itself by way of a tuple', '80045d94680085 61 2e', 'something contains itself'],
    ['a protocol in its midst', '800480044e2e', 'undefined'],
  ]
  for (const [what, digits, problem] of MALFORMED) {
    it(`does not take ${what}: ${problem}`, () => {
      expect(String(problemOf(digits))).to.equal(problem)
    })
  }

  it('gives the same object where the same object stood', () => {
    const value = read('8004 5d 94 28 5d 94 4b01 61 6801 65 2e')
    if (!Array.isArray(value)) throw new Error('it is no list')
    expect(value).to.deep.equal([[1], [1]])
    expect(value[0]).to.equal(value[1])
  })

  it('gives bytes of their own', () => {
    const pickled = hex('8004 4302 0102 2e')
    const value = unpickle(pickled)
    pickled.fill(0)
    expect(value).to.deep.equal(hex('0102'))
  })
})

describe('the limits of the reader of pickles', () => {
  const limitOf = (digits: string, limits: PickleLimits): unknown => {
    const error = caught(() => read(digits, limits))
    return error.code === 'PICKLE_TOO_LARGE' ? error.detail : error.code
  }

  it('are on its bytes', () => {
    expect(read('80044e2e', { maxPickleBytes: 4 })).to.equal(null)
    expect(limitOf('80044e2e', { maxPickleBytes: 3 })).to.deep.equal({ bytes: 4, maxPickleBytes: 3 })
  })

  it('are on its values and marks', () => {
    const digits = '80045d284b014b0265 2e'
    expect(read(digits, { maxPickleItems: 4 })).to.deep.equal([1, 2])
    expect(limitOf(digits, { maxPickleItems: 3 })).to.deep.equal({ maxPickleItems: 3 })
  })

  it('are on what is kept to be referred to', () => {
    expect(read('80045d94944b01 61 2e', { maxPickleMemo: 2 })).to.deep.equal([1])
    expect(limitOf('80045d94944b01 61 2e', { maxPickleMemo: 1 })).to.deep.equal({ maxPickleMemo: 1 })
  })

  it('are on its depth, however it was built', () => {
    const nested = (levels: number): string => `8004 ${'5d'.repeat(levels)}${'61'.repeat(levels - 1)} 2e`
    const tuples = (levels: number): string => `8004 4e${'85'.repeat(levels)} 2e`
    for (const digits of [nested, tuples]) {
      expect(() => read(digits(64))).not.to.throw()
      expect(limitOf(digits(65), {})).to.deep.equal({ maxPickleDepth: 64 })
    }
    expect(read('80045d2e', { maxPickleDepth: 1 })).to.deep.equal([])
    expect(limitOf('80045d2e', { maxPickleDepth: 0 })).to.deep.equal({ maxPickleDepth: 0 })
  })

  it('are on its depth when a list is put deeper after it was filled', () => {
    // ten lists deep in memo 0, and then referred to from below ten others
    const deep = `${'5d'.repeat(9)} 94 ${'61'.repeat(8)}`
    const digits = `8004 5d 5d 94 ${deep} 61 61 2e`
    expect(() => read(digits, { maxPickleDepth: 11 })).not.to.throw()
    expect(limitOf(digits, { maxPickleDepth: 10 })).to.deep.equal({ maxPickleDepth: 10 })
  })

  it('are on what shared lists stand for: 30 levels of two references are 2^30 values', () => {
    let nested = '28 5d94 6800'
    for (let level = 1; level < 30; level++) nested = `28 ${nested} 74 94 68${level.toString(16).padStart(2, '0')}`
    expect(limitOf(`8004 ${nested} 74 2e`, {})).to.deep.equal({ maxPickleItems: 100_000 })
  })

  it('are on what texts and bytes come to that stand in several places', () => {
    // "abcdefgh" and the same bytes, four times each, in two lists that are one
    const list = '28 8c086162636465666768 94 6800 6800 6800 430861626364656667 68 94 6801 6801 6801 74 94'
    const digits = `8004 28 ${list} 6802 74 2e`
    expect(() => read(digits, { maxPickleBytes: 128 })).not.to.throw()
    expect(limitOf(digits, { maxPickleBytes: 127 })).to.deep.equal({ maxPickleBytes: 127 })
  })

  it('are on recursion: a million opening lists end as an error', () => {
    const many = Buffer.concat([hex('8004'), Buffer.alloc(1_000_000, 0x5d), Buffer.alloc(999_999, 0x61), hex('2e')])
    expect(caught(() => unpickle(many)).detail).to.deep.equal({ maxPickleItems: 100_000 })
    const allowed = { maxPickleItems: 10_000_000 }
    expect(caught(() => unpickle(many, allowed)).detail).to.deep.equal({ maxPickleDepth: 64 })
  })

  for (const limits of [
    { maxPickleBytes: 1 },
    { maxPickleItems: 0 },
    { maxPickleMemo: -1 },
    { maxPickleDepth: 1_001 },
  ]) {
    it(`cannot be ${JSON.stringify(limits)}`, () => {
      expect(caught(() => read('80044e2e', limits)).code).to.equal('OPTION_INVALID')
    })
  }
})
