import { expect } from 'chai'
import * as fc from 'fast-check'
import type { FramingContext } from '@/framings/framing.js'
import { length, LengthFraming } from '@/framings/length.js'
import type { LengthOptions } from '@/framings/lengthLayout.js'
import { itKeepsTheFramingContract } from '../contracts/framing.js'
import { caught } from '../support/caught.js'
import { chunkings } from '../support/chunkings.js'
import { hex } from '../support/hex.js'
import { MessageReader, sendNow } from '../support/messageReader.js'
import { RecordedObserver } from '../support/recordedObserver.js'
import { Recorder } from '../support/recorder.js'

const context = (writer = new Recorder()): FramingContext => ({
  role: 'acceptor',
  writer,
  maxMessageBytes: 65_536,
  windowBytes: 0,
})

const opened = (options: LengthOptions = {}, writer = new Recorder()): LengthFraming => {
  const framing = new LengthFraming(context(writer), options)
  expect(framing.next()).to.deep.equal({ do: 'opened' })
  return framing
}

describe('LengthFraming', () => {
  describe('with a length of four bytes, big-endian', () => {
    itKeepsTheFramingContract({
      create: (writer, maxMessageBytes) => new LengthFraming({ writer, maxMessageBytes }),
      opening: '',
      anyMessage: fc.uint8Array({ maxLength: 40 }),
      frames: [
        ['6869', '00000002 6869'],
        ['', '00000000'],
        ['ff', '00000001 ff'],
        ['00000000 00', '00000005 0000000000'],
        ['', '00000000'],
      ],
      three: '00000003 616263',
      four: '00000004 61626364',
    })
  })

  it('offers a size with no payload byte received, and every byte of it after the yes', () => {
    const framing = opened()
    framing.push(hex('00000002'))
    expect(framing.next()).to.deep.equal({ do: 'offer', size: 2 })
    framing.push(hex('68'))
    expect(framing.next()).to.equal(undefined)
    framing.accept()
    expect(framing.next()).to.deep.equal({ do: 'piece', bytes: hex('68'), size: 2, left: 1 })
    expect(framing.reading).to.equal('inside')
    framing.push(hex('69'))
    expect(framing.next()).to.deep.equal({ do: 'piece', bytes: hex('69'), size: 2, left: 0 })
    expect(framing.reading).to.equal('between')
  })

  it('delivers a whole message as a view of the chunk it came in', () => {
    const framing = opened()
    framing.acceptUpTo = 8
    const chunk = hex('00000002 6869')
    framing.push(chunk)
    const step = framing.next()
    expect(step?.do === 'deliver' && step.message.buffer === chunk.buffer).to.equal(true)
  })

  it('takes the end of the stream for an error while a message is offered whose bytes are not all here', () => {
    const framing = opened()
    framing.push(hex('00000002 68'))
    expect(framing.next()).to.deep.equal({ do: 'offer', size: 2 })
    expect(caught(() => framing.end())).to.deep.include({ code: 'FRAME_TRUNCATED', detail: { have: 1, need: 2 } })
  })

  describe('lengths of eight bytes', () => {
    it('reads 2^53 - 1 and offers it', () => {
      const framing = opened({ lengthFieldBytes: 8 })
      framing.push(hex('001fffff ffffffff'))
      expect(framing.next()).to.deep.equal({ do: 'offer', size: Number.MAX_SAFE_INTEGER })
    })

    for (const field of ['0020000000000000', '0020000000000001', 'ffffffffffffffff']) {
      it(`takes ${field} for malformed`, () => {
        const framing = opened({ lengthFieldBytes: 8 })
        framing.push(hex(field))
        expect(caught(() => framing.next())).to.deep.include({ code: 'FRAME_MALFORMED' })
        const little = opened({ lengthFieldBytes: 8, byteOrder: 'little' })
        little.push(hex(field).reverse())
        expect(caught(() => little.next()).detail).to.include({ field: hex(field).reverse().toString('hex') })
      })
    }

    it('takes a length for malformed that its adjustment lifts above 2^53 - 1', () => {
      const framing = opened({ lengthFieldBytes: 8, lengthAdjustment: 1 })
      framing.push(hex('001fffff ffffffff'))
      expect(caught(() => framing.next())).to.have.property('code', 'FRAME_MALFORMED')
    })

    it('writes sizes that need more than 32 bits, in both orders', () => {
      for (const [byteOrder, bytes] of [
        ['big', '0000000102030405'],
        ['little', '0504030201000000'],
      ] as const) {
        const recorder = new Recorder()
        opened({ lengthFieldBytes: 8, byteOrder }, recorder).start(0x1_0203_0405)
        expect(recorder.taken()).to.equal(bytes)
      }
    })
  })

  describe('what an adjustment makes impossible', () => {
    it('takes a length for malformed that is negative after its adjustment, and says the numbers', () => {
      const framing = opened({ lengthAdjustment: -4 })
      framing.push(hex('00000003'))
      const { code, detail } = caught(() => framing.next())
      expect(code).to.equal('FRAME_MALFORMED')
      expect(detail).to.include({ field: '00000003', adjustment: -4, size: -1, least: 0 })
    })

    it('takes a length for malformed that does not cover the length field inside the message', () => {
      const framing = opened({ lengthFieldBytes: 2, numSkip: 0 })
      framing.push(hex('0001'))
      expect(caught(() => framing.next()).detail).to.include({ size: 1, least: 2 })
    })

    it('objects to a message whose length would be negative or above what the field holds, and writes nothing', () => {
      const recorder = new Recorder()
      const positive = opened({ lengthAdjustment: 3 }, recorder)
      expect(positive.objection(2)).to.include({ size: 2, length: -1 })
      expect(positive.objection(3)).to.equal(undefined)
      expect(caught(() => positive.start(2))).to.have.property('code', 'MESSAGE_UNSENDABLE')
      const short = opened({ lengthFieldBytes: 1 }, recorder)
      expect(short.objection(255)).to.equal(undefined)
      expect(short.objection(256)).to.include({ size: 256, limit: 255 })
      const plain = opened({}, recorder)
      expect(caught(() => plain.start(0x1_0000_0000))).to.have.property('code', 'MESSAGE_UNSENDABLE')
      expect(recorder.taken()).to.equal('')
    })

    it('objects to a message that does not carry its own length rightly, or cannot', () => {
      const framing = opened({ lengthFieldBytes: 2, lengthAdjustment: 2, numSkip: 0 })
      expect(framing.objection(3, hex('0002 61'))).to.include({ length: 1, says: 2 })
      expect(framing.objection(1, hex('00'))).to.include({ length: -1 })
      expect(framing.objection(4, undefined)).to.have.property('problem')
      const whole = opened({ lengthFieldBytes: 2, numSkip: 0 })
      expect(whole.objection(1, hex('00'))).to.include({ least: 2 })
    })
  })

  it('is made for each connection by its factory, as the options were at that time', () => {
    const options = { lengthFieldBytes: 1 }
    const create = length(options)
    options.lengthFieldBytes = 2
    const recorder = new Recorder()
    const framing = create(context(recorder))
    new MessageReader(framing).drain()
    sendNow(framing, (bytes) => recorder.bytes(bytes), hex('6869'))
    expect(recorder.taken()).to.equal('026869')
    expect(length()(context())).to.include({ name: 'length', announces: true, answered: false, pipelined: true })
  })

  it('tells its observer the numbers on the wire', () => {
    const observer = new RecordedObserver()
    for (const [, chunks] of chunkings(hex('00000006 6869')).slice(0, 2)) {
      const framing = opened({ lengthAdjustment: -4 })
      framing.observer = observer
      new MessageReader(framing).read(...chunks)
      framing.start(0)
    }
    expect(observer.log).to.deep.equal(['length received 6', 'length sent 4', 'length received 6', 'length sent 4'])
  })
})
