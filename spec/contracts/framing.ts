import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Framing, FrameWriter } from '@/framings/framing.js'
import { caught } from '../support/caught.js'
import { chunkings, cutInto } from '../support/chunkings.js'
import { hex, toHex } from '../support/hex.js'
import { MessageReader, sendNow } from '../support/messageReader.js'
import { Recorder } from '../support/recorder.js'

/** What the contract must know of a framing. All bytes are hex, written by hand. */
export interface FramingSample {
  /** Makes one that may send whatever it is given, without waiting for answers. */
  create(writer: FrameWriter, maxMessageBytes: number): Framing
  /** What the other end says before its first message. */
  readonly opening: string
  /** Messages, and the frame of each on the wire. */
  readonly frames: readonly (readonly [message: string, frame: string])[]
  /** Other frames that it reads as these messages, but does not write. */
  readonly alsoRead?: readonly (readonly [message: string, frame: string])[]
  /** Places in the stream of all `frames`, beside their ends, where it may break off: after how many bytes. */
  readonly mayBreakOffAt?: readonly number[]
  /** Messages of all kinds that it can carry. */
  readonly anyMessage: fc.Arbitrary<Uint8Array>
  /** Frames of a message of exactly three bytes and of one with four. */
  readonly three: string
  readonly four: string
}

const LIMIT = 65_536

/** What every framing must do: the same messages for every chunking, in order, and an error for what is no frame. */
export const itKeepsTheFramingContract = (sample: FramingSample): void => {
  const opened = (maxMessageBytes = LIMIT): { framing: Framing; reader: MessageReader; recorder: Recorder } => {
    const recorder = new Recorder()
    const framing = sample.create(recorder, maxMessageBytes)
    framing.open()
    const reader = new MessageReader(framing).read(hex(sample.opening))
    recorder.take()
    return { framing, reader, recorder }
  }
  const expected = sample.frames.map(([message]) => hex(message).toString('hex'))
  const stream = hex(sample.frames.map(([, frame]) => frame).join(''))
  const ends = new Set<number>([0, ...(sample.mayBreakOffAt ?? [])])
  let end = 0
  for (const [, frame] of sample.frames) ends.add((end += hex(frame).length))

  describe('contract: reading', () => {
    it('gives no message before the opening, and "opened" first', () => {
      const framing = sample.create(new Recorder(), LIMIT)
      framing.open()
      expect(framing.reading).to.equal('opening')
      expect(framing.canStart(0)).to.equal(false)
      framing.push(Buffer.concat([hex(sample.opening), stream]))
      expect(framing.next()).to.deep.equal({ do: 'opened' })
      expect(framing.reading).not.to.equal('opening')
    })

    for (const [how, chunks] of chunkings(stream).slice(0, 2)) {
      it(`delivers every message once and in order when the bytes come ${how}`, () => {
        expect(opened().reader.read(...chunks).messages).to.deep.equal(expected)
      })
    }

    it(`delivers the same when the ${stream.length} bytes are cut in two, wherever that is`, () => {
      for (const [how, chunks] of chunkings(stream).slice(2)) {
        expect(opened().reader.read(...chunks).messages, how).to.deep.equal(expected)
      }
    })

    it('delivers the same for any chunking, empty chunks too', () => {
      fc.assert(
        fc.property(fc.array(fc.nat({ max: 7 })), (sizes) => {
          expect(opened().reader.read(...cutInto(stream, sizes)).messages).to.deep.equal(expected)
        }),
      )
    })

    it('delivers the same when chunks have piled up before it reads', () => {
      const { framing, reader } = opened()
      for (let at = 0; at < stream.length; at++) framing.push(stream.subarray(at, at + 1))
      expect(framing.waiting).to.equal(stream.length)
      expect(reader.drain().messages).to.deep.equal(expected)
    })

    it('delivers the same when it accepts by itself, and offers nothing then', () => {
      for (const [how, chunks] of chunkings(stream)) {
        const { framing, reader } = opened()
        framing.acceptUpTo = LIMIT
        expect(reader.read(...chunks).messages, how).to.deep.equal(expected)
        expect(reader.offered, how).to.deep.equal([])
      }
    })

    it('has nothing waiting and stands between messages after the last', () => {
      const { framing, reader } = opened()
      reader.read(stream)
      expect(framing).to.include({ waiting: 0, reading: 'between', holding: false, unanswered: 0, collided: false })
    })

    it('stands inside a message wherever the stream cannot break off', () => {
      for (let at = 1; at < stream.length; at++) {
        if (ends.has(at)) continue
        const { framing, reader } = opened()
        reader.read(stream.subarray(0, at))
        expect(framing.reading, `after ${at} bytes`).to.equal('inside')
      }
    })

    for (const [message, frame] of sample.alsoRead ?? []) {
      it(`reads ${frame} as ${message === '' ? 'the empty message' : message}`, () => {
        for (const [how, chunks] of chunkings(hex(frame))) {
          expect(opened().reader.read(...chunks).messages, how).to.deep.equal([message.replaceAll(' ', '')])
        }
      })
    }
  })

  describe('contract: the end of the stream', () => {
    it('is an error inside a frame and nowhere else', () => {
      for (let at = 0; at <= stream.length; at++) {
        const { framing, reader } = opened()
        reader.read(stream.subarray(0, at))
        if (ends.has(at)) expect(() => framing.end(), `after ${at} bytes`).not.to.throw()
        else expect(caught(() => framing.end()).code, `after ${at} bytes`).to.equal('FRAME_TRUNCATED')
      }
    })

    it('loses nothing that has arrived and is not read yet', () => {
      const { framing, reader } = opened()
      framing.push(stream)
      framing.end()
      expect(reader.drain().messages).to.deep.equal(expected)
      expect(reader.drain().messages).to.have.lengthOf(expected.length)
    })

    it('is an error when it stands behind messages that are read later', () => {
      for (let at = 1; at < stream.length; at++) {
        if (ends.has(at)) continue
        const { framing, reader } = opened()
        framing.push(stream.subarray(0, at))
        const error = caught(() => {
          framing.end()
          reader.drain()
        })
        expect(error.code, `after ${at} bytes`).to.equal('FRAME_TRUNCATED')
      }
    })
  })

  describe('contract: limits', () => {
    it('reads a message of maxMessageBytes, and does not ask about it when it need not', () => {
      const { framing, reader } = opened(3)
      framing.acceptUpTo = 3
      expect(reader.read(hex(sample.three)).messages).to.have.lengthOf(1)
      expect(reader.offered).to.deep.equal([])
    })

    it('does not let a message of maxMessageBytes + 1 pass unasked', () => {
      for (const [how, chunks] of chunkings(hex(sample.four))) {
        const { framing, reader } = opened(3)
        framing.acceptUpTo = 3
        if (framing.announces) {
          reader.read(...chunks)
          expect(reader.offered, how).to.deep.equal([4])
        } else {
          expect(caught(() => reader.read(...chunks)).code, how).to.equal('MESSAGE_TOO_LARGE')
        }
      }
    })

    it('reads nothing more after a refusal', () => {
      const { framing, reader } = opened()
      if (!framing.announces) return
      framing.push(stream)
      expect(framing.next()).to.have.property('do', 'offer')
      expect(framing.reading).to.equal('asked')
      expect(framing.next()).to.equal(undefined)
      framing.refuse()
      expect(reader.read(stream).messages).to.deep.equal([])
      expect(framing).to.include({ reading: 'refused', waiting: 0, holding: false })
      expect(() => framing.end()).not.to.throw()
    })

    it('takes an accept and a refuse that nobody asked for as nothing said', () => {
      const { framing, reader, recorder } = opened()
      framing.accept()
      framing.refuse()
      expect(recorder.taken()).to.equal('')
      expect(reader.read(stream).messages).to.deep.equal(expected)
    })
  })

  describe('contract: writing', () => {
    for (const [message, frame] of sample.frames) {
      it(`sends ${message === '' ? 'the empty message' : message} as ${frame}`, () => {
        const { framing, recorder } = opened()
        expect(framing.objection(hex(message).length, hex(message))).to.equal(undefined)
        sendNow(framing, (bytes) => recorder.bytes(bytes), hex(message))
        expect(recorder.taken()).to.equal(hex(frame).toString('hex'))
      })
    }

    it('writes what it can read, whatever the messages and the chunks', () => {
      fc.assert(
        fc.property(fc.array(sample.anyMessage, { maxLength: 6 }), fc.array(fc.nat({ max: 9 })), (messages, sizes) => {
          const { framing, recorder } = opened()
          for (const message of messages) {
            expect(framing.objection(message.length, message)).to.equal(undefined)
            sendNow(framing, (bytes) => recorder.bytes(bytes), message)
          }
          const { reader } = opened()
          reader.read(...cutInto(recorder.take(), sizes))
          reader.framing.end()
          expect(reader.drain().messages).to.deep.equal(messages.map(toHex))
        }),
      )
    })
  })
}
