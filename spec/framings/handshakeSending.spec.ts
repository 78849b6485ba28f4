import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import { MAX_LENGTH } from '@/framings/handshakeOutbound.js'
import { caught } from '../support/caught.js'
import { type HandshakeEnd, openedEnd } from '../support/handshakeEnd.js'
import { hex } from '../support/hex.js'
import { sendNow } from '../support/messageReader.js'
import { RecordedObserver } from '../support/recordedObserver.js'

const WINDOW = 64
const ROLES: readonly Role[] = ['opener', 'acceptor']

describe('HandshakeFraming, sending', () => {
  describe('a strict sender', () => {
    it('writes the length, waits for its answer, and only then may write the payload', () => {
      const { framing, recorder, reader } = openedEnd()
      expect(framing.pipelined).to.equal(false)
      framing.start(2)
      expect(recorder.taken()).to.equal('00000002')
      expect(framing).to.include({ payloadAllowed: false, unanswered: 1 })
      expect(framing.canStart(0)).to.equal(false)
      expect(reader.read(hex('ff')).answered).to.equal(1)
      expect(framing).to.include({ payloadAllowed: true, unanswered: 0 })
      expect(framing.canStart(0)).to.equal(false)
      framing.finish()
      expect(framing.payloadAllowed).to.equal(false)
      expect(framing.canStart(0)).to.equal(true)
      expect(recorder.taken()).to.equal('')
    })

    it('takes a second answer for one that nobody had asked for', () => {
      const { framing, reader } = openedEnd()
      framing.start(0)
      expect(caught(() => reader.read(hex('ffff')))).to.deep.include({
        code: 'ANSWER_UNEXPECTED',
        detail: { answer: 'ff' },
      })
      expect(reader.answered).to.equal(1)
    })
  })

  describe('a pipelined sender', () => {
    it('writes length and payload together, as many as its window holds, and one always', () => {
      const { framing, recorder, reader } = openedEnd('acceptor', 16)
      expect(framing.pipelined).to.equal(true)
      expect(framing.canStart(1000)).to.equal(true)
      sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61626364'))
      sendNow(framing, (bytes) => recorder.bytes(bytes), hex('65666768'))
      expect(recorder.taken()).to.equal('00000004616263640000000465666768')
      expect(framing.canStart(0)).to.equal(false)
      expect(reader.read(hex('ff')).answered).to.equal(1)
      expect(framing.canStart(4)).to.equal(true)
      expect(framing.canStart(5)).to.equal(false)
      reader.read(hex('ff'))
      expect(framing.canStart(1000)).to.equal(true)
    })

    it('has no more than 262144 messages under way, however small they are', () => {
      const { framing, recorder, reader } = openedEnd('acceptor', 2 ** 30)
      for (let i = 0; i < 262_144; i++) sendNow(framing, (bytes) => recorder.bytes(bytes), hex(''))
      expect(framing.canStart(0)).to.equal(false)
      reader.read(hex('ff'))
      expect(framing.canStart(0)).to.equal(true)
    })

    it('counts answers that come together', () => {
      const { framing, recorder, reader } = openedEnd('acceptor', WINDOW)
      for (let i = 0; i < 3; i++) sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61'))
      expect(framing.unanswered).to.equal(3)
      framing.push(hex('ffffff 00000000'))
      expect(framing.next()).to.deep.equal({ do: 'answered', count: 3 })
      expect(framing.unanswered).to.equal(0)
      expect(reader.drain().messages).to.deep.equal([''])
    })

    it('is not kept from sending by a message of the other end that has no answer yet', () => {
      const { framing, recorder } = openedEnd('opener', WINDOW)
      framing.push(hex('00000001'))
      expect(framing.next()).to.have.property('do', 'offer')
      sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61'))
      expect(framing.collided).to.equal(false)
    })
  })

  describe('when both ends speak at once', () => {
    it('the opener sends its payload without waiting, followed by the answers it holds', () => {
      const { framing, recorder, reader } = openedEnd('opener')
      framing.acceptUpTo = 8
      framing.start(1)
      reader.read(hex('00000002'))
      expect(framing).to.include({ payloadAllowed: true, holding: true, collided: true, unanswered: 1 })
      recorder.bytes(hex('61'))
      framing.finish()
      expect(recorder.taken()).to.equal('00000001 61 ff'.replaceAll(' ', ''))
      expect(framing).to.include({ holding: false, collided: true })
      expect(framing.canStart(0)).to.equal(false)
      expect(reader.read(hex('6869 ff'))).to.deep.include({ messages: ['6869'], answered: 1 })
      expect(framing).to.include({ collided: false, unanswered: 0 })
      expect(framing.canStart(0)).to.equal(true)
    })

    it('the acceptor goes on waiting, reads the payload, and answers behind its own', () => {
      const { framing, recorder, reader } = openedEnd('acceptor')
      framing.acceptUpTo = 8
      framing.start(2)
      reader.read(hex('00000001'))
      expect(framing).to.include({ payloadAllowed: false, holding: true, collided: true })
      expect(reader.read(hex('61')).messages).to.deep.equal(['61'])
      expect(framing.payloadAllowed).to.equal(false)
      reader.read(hex('ff'))
      expect(framing).to.include({ payloadAllowed: true, collided: false })
      recorder.bytes(hex('6869'))
      framing.finish()
      expect(recorder.taken()).to.equal('00000002 6869 ff'.replaceAll(' ', ''))
    })

    for (const role of ROLES) {
      it(`a pipelined ${role} answers at once, for it waits for nothing`, () => {
        const { framing, recorder, reader } = openedEnd(role, WINDOW)
        sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61'))
        reader.read(hex('00000002 6869 00000000 ff'))
        expect(reader).to.deep.include({ messages: ['6869', ''], answered: 1 })
        expect(recorder.taken()).to.equal('00000001 61 ff ff'.replaceAll(' ', ''))
        expect(framing.collided).to.equal(false)
      })

      it(`a pipelined ${role} holds its answers while a payload of its own is leaving`, () => {
        const { framing, recorder, reader } = openedEnd(role, WINDOW)
        framing.start(2)
        recorder.bytes(hex('61'))
        reader.read(hex('00000001 ff 00000000'))
        expect(reader.messages).to.deep.equal(['ff', ''])
        recorder.bytes(hex('62'))
        framing.finish()
        expect(recorder.taken()).to.equal('00000002 6162 ffff'.replaceAll(' ', ''))
      })
    }

    it('an acceptor waits through many messages of a pipelined opener and answers them all behind its own', () => {
      const { framing, recorder, reader } = openedEnd('acceptor')
      const observer = new RecordedObserver()
      framing.observer = observer
      framing.start(0)
      reader.read(hex('00000001 61 00000001 62 ff'))
      framing.finish()
      expect(reader.messages).to.deep.equal(['61', '62'])
      expect(recorder.taken()).to.equal('00000000 ffff'.replaceAll(' ', ''))
      expect(observer.log.filter((entry) => entry === 'collided')).to.have.lengthOf(1)
    })

    it('an opener that starts while an offer has no answer yet does not wait either', () => {
      const { framing, recorder, reader } = openedEnd('opener')
      framing.push(hex('00000001'))
      expect(framing.next()).to.have.property('do', 'offer')
      framing.start(1)
      expect(framing).to.include({ payloadAllowed: true, collided: true })
      recorder.bytes(hex('61'))
      framing.finish()
      framing.accept()
      expect(recorder.taken()).to.equal('00000001 61 ff'.replaceAll(' ', ''))
      expect(reader.read(hex('62 ff'))).to.deep.include({ messages: ['62'], answered: 1 })
      expect(framing.collided).to.equal(false)
    })

    it('an acceptor that starts while an offer has no answer yet waits, for the opener will not', () => {
      const { framing, recorder, reader } = openedEnd('acceptor')
      framing.push(hex('00000001'))
      expect(framing.next()).to.have.property('do', 'offer')
      framing.start(1)
      expect(framing).to.include({ payloadAllowed: false, collided: true })
      framing.accept()
      expect(framing.holding).to.equal(true)
      expect(reader.read(hex('62 ff'))).to.deep.include({ messages: ['62'], answered: 1 })
      recorder.bytes(hex('61'))
      framing.finish()
      expect(recorder.taken()).to.equal('00000001 61 ff'.replaceAll(' ', ''))
    })
  })

  describe('a refusal by the other end', () => {
    const waiting = (): HandshakeEnd => {
      const end = openedEnd()
      end.framing.start(2)
      return end
    }

    it('is 00 and then the end of the stream; until then it is doubtful', () => {
      const { framing, reader } = waiting()
      expect(reader.read(hex('00')).answered).to.equal(0)
      expect(framing.reading).to.equal('doubtful')
      expect(caught(() => framing.end())).to.deep.include({
        code: 'MESSAGE_REFUSED',
        fault: 'remote',
        detail: { answer: '00', unanswered: 1 },
      })
    })

    it('is not the 00 that begins a length', () => {
      const { framing, reader } = waiting()
      reader.read(hex('00'), hex('00'))
      expect(framing.reading).to.equal('inside')
      expect(reader.read(hex('0001'), hex('61')).messages).to.deep.equal(['61'])
    })

    it('is not in doubt when nothing waits for an answer', () => {
      const { framing, reader } = openedEnd()
      reader.read(hex('00'))
      expect(framing.reading).to.equal('inside')
      expect(() => framing.end()).not.to.throw()
    })

    for (let answer = 0xf1; answer <= 0xfe; answer++) {
      const digits = answer.toString(16)
      it(`is ${digits}, too`, () => {
        const observer = new RecordedObserver()
        const { framing, reader } = waiting()
        framing.observer = observer
        expect(caught(() => reader.read(hex(digits)))).to.deep.include({
          code: 'MESSAGE_REFUSED',
          detail: { answer: digits, unanswered: 1 },
        })
        expect(observer.log).to.deep.equal([`answer received ${digits} x 1`])
      })
    }

    it('may stand behind answers that said yes', () => {
      const { framing, recorder, reader } = openedEnd('acceptor', WINDOW)
      for (let i = 0; i < 3; i++) sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61'))
      expect(reader.read(hex('ff 00')).answered).to.equal(1)
      expect(caught(() => framing.end()).detail).to.deep.equal({ answer: '00', unanswered: 2 })
    })
  })

  it('takes ff for an error when nobody had asked, also in place of a length', () => {
    expect(caught(() => openedEnd().reader.read(hex('ff')))).to.deep.include({
      code: 'ANSWER_UNEXPECTED',
      fault: 'remote',
    })
  })

  describe('sizes that no length can say', () => {
    it('are objected to, and cannot be started', () => {
      const { framing, recorder } = openedEnd()
      expect(framing.objection(MAX_LENGTH)).to.equal(undefined)
      expect(framing.objection(MAX_LENGTH + 1)).to.deep.equal({ size: 4_043_309_056, limit: 4_043_309_055 })
      expect(caught(() => framing.start(MAX_LENGTH + 1))).to.deep.include({
        code: 'MESSAGE_UNSENDABLE',
        fault: 'local',
      })
      expect(recorder.taken()).to.equal('')
      expect(framing.unanswered).to.equal(0)
      framing.start(MAX_LENGTH)
      expect(recorder.taken()).to.equal('f0ffffff')
    })
  })
})
