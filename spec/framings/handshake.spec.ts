import { expect } from 'chai'
import * as fc from 'fast-check'
import { HandshakeFraming } from '@/framings/handshake.js'
import { itKeepsTheFramingContract } from '../contracts/framing.js'
import { caught } from '../support/caught.js'
import { chunkings } from '../support/chunkings.js'
import { openedEnd, unopenedEnd } from '../support/handshakeEnd.js'
import { hex } from '../support/hex.js'
import { RecordedObserver } from '../support/recordedObserver.js'

describe('HandshakeFraming', () => {
  itKeepsTheFramingContract({
    create: (writer, maxMessageBytes) =>
      new HandshakeFraming({ role: 'acceptor', writer, maxMessageBytes, windowBytes: 1_048_576 }),
    opening: 'ff',
    frames: [
      ['6869', '00000002 6869'],
      ['', '00000000'],
      ['ff', '00000001 ff'],
      ['00000000 00', '00000005 0000000000'],
      ['ffffffff', '00000004 ffffffff'],
      ['', '00000000'],
    ],
    // After the zeros that begin a length: an original that closes may leave them behind.
    mayBreakOffAt: [0, 6, 10, 15, 24, 32].flatMap((at) => [at + 1, at + 2, at + 3]),
    anyMessage: fc.uint8Array({ maxLength: 40 }),
    three: '00000003 616263',
    four: '00000004 61626364',
  })

  describe('the opening', () => {
    it('is ff, and ff is what it waits for', () => {
      const { framing, recorder, reader } = unopenedEnd()
      framing.open()
      expect(recorder.taken()).to.equal('ff')
      expect(reader.drain().opened).to.equal(false)
      expect(framing.reading).to.equal('opening')
      expect(framing.canStart(0)).to.equal(false)
      expect(reader.read(hex('ff')).opened).to.equal(true)
      expect(framing.canStart(0)).to.equal(true)
    })

    it('may be followed by a message in the same chunk', () => {
      const { framing, recorder, reader } = unopenedEnd()
      framing.open()
      expect(reader.read(hex('ff 00000002 6869')).messages).to.deep.equal(['6869'])
      expect(recorder.taken()).to.equal('ffff')
    })

    it('is fe where there is no place', () => {
      const { framing, recorder } = unopenedEnd()
      framing.turnAway()
      expect(recorder.taken()).to.equal('fe')
    })

    const REFUSALS: readonly (readonly [what: string, bytes: string, answer: string])[] = [
      ['fe', 'fe', 'fe'],
      ['00', '00', '00'],
      ['a run of 254 zeros', '00'.repeat(254), '00'],
    ]
    for (const [what, bytes, answer] of REFUSALS) {
      it(`is refused by ${what}, whatever the chunks`, () => {
        for (const [, chunks] of chunkings(hex(bytes)).slice(0, 3)) {
          const error = caught(() => unopenedEnd().reader.read(...chunks))
          expect(error).to.deep.include({ code: 'OPENING_REFUSED', fault: 'remote', detail: { answer } })
        }
      })
    }

    it('is refused by the end of the stream', () => {
      expect(caught(() => unopenedEnd().framing.end())).to.deep.include({
        code: 'OPENING_REFUSED',
        detail: { answer: 'end of stream' },
      })
    })

    const STRANGERS: readonly (readonly [bytes: string, byte: string, looksLike: string | undefined])[] = [
      ['47455420 2f', '47', 'an HTTP request ("GET ")'],
      ['16030100', '16', 'a TLS hello'],
      ['5353482d', '53', 'an SSH greeting ("SSH-")'],
      ['0a', '0a', 'text ("\\n")'],
      ['fd', 'fd', undefined],
      ['01', '01', undefined],
    ]
    for (const [bytes, byte, looksLike] of STRANGERS) {
      it(`is not ${bytes}, which ${looksLike === undefined ? 'nobody knows' : `looks like ${looksLike}`}`, () => {
        const error = caught(() => unopenedEnd().reader.read(hex(bytes)))
        expect(error.code).to.equal('OPENING_UNEXPECTED')
        expect(error.detail).to.deep.equal(looksLike === undefined ? { byte } : { byte, looksLike })
      })
    }
  })

  describe('an announced message', () => {
    it('is answered ff at its length, with no payload byte received, when it may come unasked', () => {
      const { framing, recorder, reader } = openedEnd()
      framing.acceptUpTo = 2
      reader.read(hex('00000002'))
      expect(recorder.taken()).to.equal('ff')
      expect(framing.reading).to.equal('inside')
      expect(reader.read(hex('6869')).messages).to.deep.equal(['6869'])
      expect(recorder.taken()).to.equal('')
    })

    it('is answered only after consent when it is larger, and nothing is read until then', () => {
      const { framing, recorder } = openedEnd()
      framing.acceptUpTo = 1
      framing.push(hex('00000002 6869'))
      expect(framing.next()).to.deep.equal({ do: 'offer', size: 2 })
      expect(framing.next()).to.equal(undefined)
      expect(framing).to.include({ reading: 'asked', waiting: 2 })
      expect(recorder.taken()).to.equal('')
      framing.accept()
      expect(recorder.taken()).to.equal('ff')
      framing.accept()
      expect(recorder.taken()).to.equal('')
      expect(framing.next()).to.deep.equal({ do: 'deliver', message: hex('6869') })
    })

    it('comes in pieces when it is not all here, and the last has nothing left', () => {
      const { framing } = openedEnd()
      framing.acceptUpTo = 8
      framing.push(hex('00000003 61'))
      expect(framing.next()).to.deep.equal({ do: 'piece', bytes: hex('61'), size: 3, left: 2 })
      expect(framing.next()).to.equal(undefined)
      framing.push(hex('6263 00000000'))
      expect(framing.next()).to.deep.equal({ do: 'piece', bytes: hex('6263'), size: 3, left: 0 })
      expect(framing.next()).to.deep.equal({ do: 'deliver', message: hex('') })
    })

    it('is delivered as a view of the chunk it came in', () => {
      const { framing } = openedEnd()
      framing.acceptUpTo = 8
      const chunk = hex('00000002 6869')
      framing.push(chunk)
      const step = framing.next()
      expect(step?.do === 'deliver' && step.message.buffer === chunk.buffer).to.equal(true)
    })

    it('may have f0ffffff bytes', () => {
      const { framing } = openedEnd()
      framing.push(hex('f0ffffff'))
      expect(framing.next()).to.deep.equal({ do: 'offer', size: 4_043_309_055 })
    })

    for (const length of ['f1000000', 'fe000000', 'feffffff']) {
      it(`is answered 00 by itself when its length is ${length}, and nothing more is read`, () => {
        const { framing, recorder, reader } = openedEnd()
        const error = caught(() => reader.read(hex(length)))
        expect(error).to.deep.include({ code: 'MESSAGE_TOO_LARGE' })
        expect(error.detail).to.deep.equal({ size: Number.parseInt(length, 16), limit: 0xf0ff_ffff })
        expect(recorder.taken()).to.equal('00')
        expect(framing).to.include({ reading: 'refused', holding: false })
        expect(reader.read(hex('00000001 61')).messages).to.deep.equal([])
        expect(framing.waiting).to.equal(0)
      })
    }
  })

  it('may rest at any time, and loses nothing by it', () => {
    const { framing, reader } = unopenedEnd()
    framing.rest()
    for (const chunk of ['ff', '0000', '0002', '68', '69 00000000']) {
      reader.read(hex(chunk))
      framing.rest()
    }
    expect(reader.messages).to.deep.equal(['6869', ''])
    framing.push(hex('00'))
    framing.rest()
    expect(framing).to.include({ waiting: 1, name: 'handshake', answered: true, announces: true })
  })

  it('tells its observer everything but the payloads', () => {
    const observer = new RecordedObserver()
    const { framing, reader } = unopenedEnd('opener')
    framing.observer = observer
    framing.open()
    reader.read(hex('ff'))
    framing.start(1)
    reader.read(hex('00000000'))
    framing.finish()
    reader.read(hex('ff'))
    framing.push(hex('00000009'))
    framing.next()
    framing.refuse()
    expect(observer.log).to.deep.equal([
      'opening sent ff',
      'opening received ff',
      'length sent 1',
      'length received 0',
      'collided',
      'answer sent ff x 1',
      'answer received ff x 1',
      'length received 9',
      'answer sent 0 x 1',
    ])
  })

  it('tells its observer of an answer at once, and of being turned away', () => {
    const observer = new RecordedObserver()
    const { framing, reader } = openedEnd()
    framing.observer = observer
    reader.read(hex('00000000'))
    framing.turnAway()
    expect(observer.log).to.deep.equal(['length received 0', 'answer sent ff x 1', 'opening sent fe'])
  })
})
