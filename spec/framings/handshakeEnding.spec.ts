import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import { caught } from '../support/caught.js'
import { chunkings } from '../support/chunkings.js'
import { type HandshakeEnd, openedEnd } from '../support/handshakeEnd.js'
import { hex } from '../support/hex.js'
import { sendNow } from '../support/messageReader.js'

const STRICT = 0
const WINDOW = 64
const ROLES: readonly Role[] = ['opener', 'acceptor']

describe('HandshakeFraming, ending', () => {
  describe('a refusal by this end', () => {
    const refusing = (role: Role, stream: string, windowBytes = STRICT): HandshakeEnd => {
      const end = openedEnd(role, windowBytes)
      end.framing.push(hex(stream))
      expect(end.framing.next()).to.have.property('do', 'offer')
      end.framing.refuse()
      return end
    }

    it('leaves at once as 00, once, and nothing can be started after it', () => {
      const { framing, recorder } = refusing('acceptor', '00000009')
      expect(recorder.taken()).to.equal('00')
      framing.refuse()
      framing.accept()
      expect(recorder.taken()).to.equal('')
      expect(framing).to.include({ reading: 'refused', holding: false })
      expect(framing.canStart(0)).to.equal(false)
    })

    it('throws away what still comes, and the end of the stream is no error then', () => {
      const { framing, reader } = refusing('acceptor', '00000009 616263')
      framing.push(hex('6465'))
      expect(reader.drain().messages).to.deep.equal([])
      expect(framing.waiting).to.equal(0)
      expect(() => framing.end()).not.to.throw()
    })

    it('waits while a payload of ours is leaving', () => {
      const { framing, recorder } = openedEnd('acceptor', WINDOW)
      framing.start(2)
      recorder.bytes(hex('61'))
      framing.push(hex('00000009'))
      expect(framing.next()).to.have.property('do', 'offer')
      framing.refuse()
      expect(framing.holding).to.equal(true)
      recorder.bytes(hex('62'))
      framing.finish()
      expect(recorder.taken()).to.equal('00000002 6162 00'.replaceAll(' ', ''))
      expect(framing.holding).to.equal(false)
    })

    it('makes everything that comes meaningless while a payload of ours is leaving', () => {
      const { framing, reader } = openedEnd('acceptor', WINDOW)
      framing.start(2)
      framing.push(hex('00000001'))
      expect(framing.next()).to.have.property('do', 'offer')
      framing.refuse()
      expect(reader.read(hex('61 f5 ff ff 00000001 61'))).to.deep.include({ messages: [], answered: 0 })
      expect(framing.waiting).to.equal(0)
    })

    /** We accepted the connection, our length is out, and the other end's length came at the same moment. */
    const collided = (): HandshakeEnd => {
      const end = openedEnd('acceptor')
      end.framing.start(1)
      end.framing.push(hex('00000002'))
      expect(end.framing.next()).to.deep.equal({ do: 'offer', size: 2 })
      end.framing.refuse()
      return end
    }

    it('waits behind our own length until that is answered, and the payload between is thrown away', () => {
      for (const [how, chunks] of chunkings(hex('ffff ff'))) {
        const { framing, recorder, reader } = collided()
        expect(recorder.taken()).to.equal('00000001')
        expect(framing).to.include({ holding: true, payloadAllowed: false })
        reader.read(...chunks)
        expect(reader, how).to.deep.include({ answered: 1, messages: [] })
        expect(framing, how).to.include({ payloadAllowed: true, reading: 'refused' })
        recorder.bytes(hex('61'))
        framing.finish()
        expect(recorder.taken(), how).to.equal('6100')
        expect(framing).to.include({ holding: false, waiting: 0 })
        expect(reader.read(hex('00000000 ff')).answered, how).to.equal(1)
      }
    })

    it('finds that answer behind further messages of a pipelined end', () => {
      for (const [how, chunks] of chunkings(hex('ffff 00000001 ff 00000000 ff'))) {
        const { framing, reader } = collided()
        expect(reader.read(...chunks).answered, how).to.equal(1)
        expect(framing.payloadAllowed, how).to.equal(true)
      }
    })

    it('goes through many small chunks without a deep stack', () => {
      const { framing, reader } = collided()
      for (let i = 0; i < 20_000; i++) framing.push(hex('00'))
      expect(() => reader.drain()).not.to.throw()
    })

    it('learns that the other end refused as well', () => {
      for (const answer of ['f1', 'fd', 'fe']) {
        const { reader } = collided()
        expect(caught(() => reader.read(hex(`ffff ${answer}`)))).to.have.property('code', 'MESSAGE_REFUSED')
      }
      const { framing, reader } = collided()
      reader.read(hex('ffff 00'))
      expect(reader.answered).to.equal(0)
      expect(() => framing.end()).not.to.throw()
    })
  })

  describe('the end of the stream', () => {
    it('is no error between messages when all is answered', () => {
      const { framing, reader } = openedEnd()
      reader.read(hex('00000001 61'))
      expect(() => framing.end()).not.to.throw()
    })

    for (const bytes of ['01', '0001', '000001', 'f1', 'fe', 'fdffff', '0000000261', '00000002']) {
      it(`is an error after ${bytes}`, () => {
        const { framing, reader } = openedEnd()
        reader.read(hex(bytes))
        expect(caught(() => framing.end())).to.have.property('code', 'FRAME_TRUNCATED')
      })
    }

    for (const bytes of ['00', '0000', '000000']) {
      it(`is no error after ${bytes}, which an original may leave behind`, () => {
        const { framing, reader } = openedEnd()
        reader.read(hex(bytes))
        expect(() => framing.end()).not.to.throw()
        expect(reader.drain().messages).to.deep.equal([])
      })
    }

    it('tells after such zeros, too, that a message of ours has no answer', () => {
      const { framing, reader } = openedEnd()
      framing.start(1)
      reader.read(hex('0000'))
      expect(caught(() => framing.end())).to.have.property('code', 'REMOTE_ENDED')
    })

    it('says how much of the payload has come', () => {
      const { framing, reader } = openedEnd()
      reader.read(hex('00000005 616263'))
      expect(caught(() => framing.end()).detail).to.deep.equal({ have: 3, need: 5 })
    })

    it('is an error while an offer has no answer and its payload is not all here', () => {
      const { framing } = openedEnd()
      framing.push(hex('00000002 61'))
      framing.next()
      expect(caught(() => framing.end()).detail).to.deep.equal({ have: 1, need: 2 })
    })

    it('is no error while an offer has no answer and its payload is here', () => {
      const { framing, reader, recorder } = openedEnd()
      framing.push(hex('00000002 6869'))
      framing.next()
      expect(() => framing.end()).not.to.throw()
      framing.accept()
      expect(reader.drain().messages).to.deep.equal(['6869'])
      expect(recorder.taken()).to.equal('ff')
    })

    it('is looked at again when what was here has been read', () => {
      const { framing, reader } = openedEnd()
      framing.push(hex('00000002 6869 0001'))
      framing.next()
      framing.end()
      framing.accept()
      expect(caught(() => reader.drain())).to.deep.include({ code: 'FRAME_TRUNCATED', detail: { have: 2, need: 4 } })
      expect(reader.messages).to.deep.equal(['6869'])
    })

    it('tells that messages of ours have no answer', () => {
      const { framing, recorder } = openedEnd('acceptor', WINDOW)
      for (let i = 0; i < 2; i++) sendNow(framing, (bytes) => recorder.bytes(bytes), hex('61'))
      expect(caught(() => framing.end())).to.deep.include({ code: 'REMOTE_ENDED', detail: { unanswered: 2 } })
    })

    it('tells that the other end could not follow when both had spoken at once', () => {
      for (const role of ROLES) {
        const { framing, reader } = openedEnd(role)
        framing.start(1)
        reader.read(hex('00000001 61'))
        expect(caught(() => framing.end())).to.deep.include({ code: 'COLLISION', detail: { unanswered: 1 } })
      }
    })

    it('leaves nothing unread without an error, whatever came before it', () => {
      const bytes = ['00', '01', 'f0', 'f1', 'fe', 'ff']
      let streams = ['']
      for (let length = 1; length <= 4; length++) {
        streams = streams.flatMap((head) => bytes.map((byte) => head + byte))
        for (const stream of streams)
          for (const role of ROLES)
            for (const spoken of [false, true]) {
              const { framing, reader } = openedEnd(role)
              if (spoken) framing.start(1)
              try {
                reader.read(hex(stream))
                framing.end()
                reader.drain()
              } catch {
                continue
              }
              expect(framing.waiting, `${role}, spoken: ${spoken}, ${stream}`).to.equal(0)
            }
      }
    })

    it('still counts the answers that have come before it', () => {
      const { framing, reader } = openedEnd()
      framing.start(0)
      framing.push(hex('ff'))
      expect(() => framing.end()).not.to.throw()
      expect(reader.drain().answered).to.equal(1)
    })
  })
})
