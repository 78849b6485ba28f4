import { expect } from 'chai'
import * as fc from 'fast-check'
import { ChunkQueue } from '@/bytes/chunkQueue.js'
import { cutInto } from '../support/chunkings.js'
import { hex, toHex } from '../support/hex.js'

const queueOf = (...chunks: readonly string[]): ChunkQueue => {
  const queue = new ChunkQueue()
  for (const chunk of chunks) queue.push(hex(chunk))
  return queue
}

describe('ChunkQueue', () => {
  it('gives undefined when it is empty, and no bytes when none are asked for', () => {
    const queue = queueOf('')
    expect([queue.length, queue.peek(), queue.takeU32(), queue.take(1), queue.takeSome(9)]).to.deep.equal([
      0,
      undefined,
      undefined,
      undefined,
      undefined,
    ])
    expect(queue.take(0)).to.deep.equal(hex(''))
    expect(queue.takeRun(0xff, 9)).to.equal(0)
  })

  it('takes nothing when fewer bytes wait than are asked for', () => {
    const queue = queueOf('0001', '02')
    expect([queue.take(4), queue.takeU32(), queue.length, queue.peek()]).to.deep.equal([undefined, undefined, 3, 0])
  })

  it('reads four bytes as one number, also across chunks and above 2^31', () => {
    const queue = queueOf('00000001 f0', 'ff', 'ffff 0000', '0002')
    expect([queue.takeU32(), queue.takeU32(), queue.takeU32(), queue.length]).to.deep.equal([1, 0xf0ff_ffff, 2, 0])
  })

  it('hands out views of a chunk, and a copy of what lies across two', () => {
    const queue = new ChunkQueue()
    const chunk = hex('01020304')
    queue.push(chunk)
    queue.push(hex('05'))
    const inside = queue.take(2)
    const across = queue.take(3)
    chunk.fill(0xee)
    expect(inside).to.deep.equal(hex('eeee'))
    expect(across).to.deep.equal(hex('030405'))
  })

  it('takes a plain Uint8Array without copying it, also one that is a part of a larger one', () => {
    const queue = new ChunkQueue()
    const whole = new Uint8Array([0, 1, 2, 3])
    queue.push(whole.subarray(1, 3))
    whole[1] = 9
    expect(queue.take(2)).to.deep.equal(hex('0902'))
  })

  it('takes some: never more than asked for, and never past the end of a chunk', () => {
    const queue = queueOf('010203', '04')
    expect([queue.takeSome(2), queue.takeSome(2), queue.takeSome(2)]).to.deep.equal([hex('0102'), hex('03'), hex('04')])
  })

  it('takes a run of one value, at most as long as asked for, and leaves what follows', () => {
    const queue = queueOf('ffffff00', 'ff')
    expect(queue.takeRun(0xff, 2)).to.equal(2)
    expect(queue.takeRun(0xff, 2)).to.equal(1)
    expect(queue.takeRun(0xff, 2)).to.equal(0)
    expect(queue.takeRun(0x00, 2)).to.equal(1)
    expect([queue.peek(), queue.length]).to.deep.equal([0xff, 1])
  })

  it('forgets everything when told to', () => {
    const queue = queueOf('0102', '03')
    queue.clear()
    queue.push(hex('04'))
    expect([queue.length, queue.take(1)]).to.deep.equal([1, hex('04')])
  })

  it('gives back the bytes in order and counts them, however they are put in and taken out', () => {
    const taking = fc.tuple(fc.constantFrom('take', 'some', 'u32', 'run', 'peek'), fc.nat({ max: 6 }))
    const bytes = fc.array(fc.constantFrom(0, 1, 0xff), { maxLength: 60 }).map((each) => Buffer.from(each))
    fc.assert(
      fc.property(bytes, fc.array(fc.nat({ max: 5 })), fc.array(taking), (all, sizes, takings) => {
        const queue = new ChunkQueue()
        for (const chunk of cutInto(all, sizes)) queue.push(chunk)
        let taken = ''
        for (const [how, count] of takings) {
          if (how === 'take') taken += toHex(queue.take(count) ?? hex(''))
          else if (how === 'some') taken += toHex(queue.takeSome(count) ?? hex(''))
          else if (how === 'run') taken += 'ff'.repeat(queue.takeRun(0xff, count))
          else if (how === 'u32') taken += queue.takeU32()?.toString(16).padStart(8, '0') ?? ''
          else expect(queue.peek()).to.equal(all[taken.length / 2])
          expect(queue.length).to.equal(all.length - taken.length / 2)
        }
        expect(taken + toHex(queue.take(queue.length) ?? hex(''))).to.equal(toHex(all))
      }),
    )
  })
})
