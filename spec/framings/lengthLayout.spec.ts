import { expect } from 'chai'
import * as fc from 'fast-check'
import { length, LengthFraming } from '@/framings/length.js'
import type { LengthOptions } from '@/framings/lengthLayout.js'
import { type FramingSample, itKeepsTheFramingContract } from '../contracts/framing.js'
import { caught } from '../support/caught.js'

const sample = (
  options: LengthOptions,
  of: Pick<FramingSample, 'frames' | 'alsoRead' | 'three' | 'four'>,
): FramingSample => ({
  create: (writer, maxMessageBytes) => new LengthFraming({ writer, maxMessageBytes }, options),
  opening: '',
  anyMessage: fc.uint8Array({ maxLength: 40 }),
  ...of,
})

describe('LengthLayout', () => {
  describe('with two bytes, little-endian', () => {
    itKeepsTheFramingContract(
      sample(
        { lengthFieldBytes: 2, byteOrder: 'little' },
        {
          frames: [
            ['6869', '0200 6869'],
            ['', '0000'],
            ['01', '0100 01'],
          ],
          three: '0300 616263',
          four: '0400 61626364',
        },
      ),
    )
  })

  describe('with four bytes, little-endian', () => {
    itKeepsTheFramingContract(
      sample(
        { byteOrder: 'little' },
        {
          frames: [['6869', '02000000 6869']],
          three: '03000000 616263',
          four: '04000000 61626364',
        },
      ),
    )
  })

  describe('with a length that counts its own four bytes', () => {
    itKeepsTheFramingContract(
      sample(
        { lengthAdjustment: -4 },
        {
          frames: [
            ['6869', '00000006 6869'],
            ['', '00000004'],
          ],
          three: '00000007 616263',
          four: '00000008 61626364',
        },
      ),
    )
  })

  describe('with a head of two bytes before the length and one behind it', () => {
    itKeepsTheFramingContract(
      sample(
        { lengthFieldBytes: 3, lengthFieldOffset: 2, numSkip: 6 },
        {
          frames: [
            ['6869', '0000 000002 00 6869'],
            ['', '0000 000000 00'],
          ],
          alsoRead: [['6869', 'cafe 000002 7f 6869']],
          three: '0000 000003 00 616263',
          four: '0000 000004 00 61626364',
        },
      ),
    )
  })

  describe('with the length inside the message', () => {
    const anyMessage = fc.uint8Array({ maxLength: 40 }).map((body) => Buffer.from([0xaa, body.length + 2, ...body]))
    itKeepsTheFramingContract({
      ...sample(
        { lengthFieldBytes: 1, lengthFieldOffset: 2, lengthAdjustment: 0, numSkip: 1 },
        {
          frames: [
            ['aa 04 6869', '00 aa 04 6869'],
            ['aa 02', '00 aa 02'],
          ],
          alsoRead: [['aa 03 21', 'cc aa 03 21']],
          three: '00 aa 03 61',
          four: '00 aa 04 6162',
        },
      ),
      anyMessage,
    })
  })

  describe('with the whole frame as the message', () => {
    itKeepsTheFramingContract({
      ...sample(
        { lengthFieldBytes: 2, lengthAdjustment: 2, numSkip: 0 },
        {
          frames: [
            ['0002 6869', '0002 6869'],
            ['0000', '0000'],
          ],
          three: '0001 61',
          four: '0002 6162',
        },
      ),
      anyMessage: fc.uint8Array({ maxLength: 40 }).map((body) => Buffer.from([0, body.length, ...body])),
    })
  })

  const WRONG: readonly (readonly [what: string, options: LengthOptions, option: string])[] = [
    ['no length field', { lengthFieldBytes: 0 }, 'lengthFieldBytes'],
    ['nine bytes of length', { lengthFieldBytes: 9 }, 'lengthFieldBytes'],
    ['half a byte of length', { lengthFieldBytes: 0.5 }, 'lengthFieldBytes'],
    ['a negative offset', { lengthFieldOffset: -1 }, 'lengthFieldOffset'],
    ['an adjustment that is no number', { lengthAdjustment: Number.NaN }, 'lengthAdjustment'],
    ['an adjustment above 2^32', { lengthAdjustment: 2 ** 32 + 1 }, 'lengthAdjustment'],
    ['a message that begins inside the length field', { numSkip: 1 }, 'numSkip'],
    ['a negative numSkip', { numSkip: -1 }, 'numSkip'],
  ]
  for (const [what, options, option] of WRONG) {
    it(`refuses ${what} before there is a connection`, () => {
      const error = caught(() => length(options))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.detail).to.include({ option })
    })
  }

  it('refuses a byte order that does not exist', () => {
    const options: LengthOptions = {}
    Reflect.set(options, 'byteOrder', 'middle')
    expect(caught(() => length(options)).detail).to.include({ option: 'byteOrder', given: 'middle' })
  })
})
