import { expect } from 'chai'
import type { Code } from '@/errors.js'
import { codeOf } from '../support/codeOf.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { Witness } from '../support/witness.js'

const CUT: readonly (readonly [where: string, bytes: string, cause: Code | undefined])[] = [
  ['while idle', '', undefined],
  ['after header bytes that are all zero', '0000', undefined],
  ['inside a header that is not all zero', '000001', 'FRAME_TRUNCATED'],
  ['after a header', '0000000a', 'FRAME_TRUNCATED'],
  ['inside a payload', '0000000a6162636465', 'FRAME_TRUNCATED'],
]

describe('what tinyproto.md 3 says about a peer that closes', () => {
  it('an end of the stream in place of the opening fails the connect with OPENING_REFUSED', async () => {
    await using ends = await clientWithPeer(Witness)
    ends.peer.fin()
    expect(await rejection(ends.connected)).to.include({ code: 'OPENING_REFUSED', fault: 'remote' })
  })

  it('an end of the stream in place of the opening drops the connection at a server', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.expect('ff')
    expect(await ends.peer.fin().ended).to.equal('fin')
    expect(codeOf(await ends.server.first.over)).to.equal('OPENING_REFUSED')
  })

  for (const [where, bytes, cause] of CUT) {
    it(`a FIN ${where} delivers nothing, acknowledges nothing more and ends with ${cause ?? 'no error'}`, async () => {
      await using ends = await serverWithPeer(Witness)
      const { peer, server } = ends
      await peer.open()
      peer.send(bytes).fin()
      expect(await peer.ended).to.equal('fin')
      const end = cause === undefined ? 'postLoop' : `postLoop ${cause}`
      expect(codeOf(await server.first.over)).to.equal(cause)
      expect(server.first.log).to.deep.equal(['preLoop', end])
      expect(peer.unread).to.equal(bytes.startsWith('0000000a') ? 'ff' : '')
    })

    it(`a RST ${where} delivers nothing and is an error`, async () => {
      await using ends = await serverWithPeer(Witness)
      const { peer, server } = ends
      await peer.open()
      peer.send(bytes).rst()
      // where the reset overtakes the reading of what was sent before it, the system reports an end of the stream
      expect(codeOf(await server.first.over)).to.be.oneOf(['CONNECTION_RESET', bytes === '' ? undefined : cause])
      expect(server.first.messages).to.deep.equal([])
    })
  }

  it('a FIN instead of the answer fails the transmit with REMOTE_ENDED', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('lost'))
    await ends.peer.expect('00000004')
    ends.peer.fin()
    expect(await rejection(sent)).to.have.property('code', 'REMOTE_ENDED')
  })

  it('a RST instead of the answer fails the transmit with CONNECTION_RESET', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('lost'))
    await ends.peer.expect('00000004')
    ends.peer.rst()
    expect(await rejection(sent)).to.have.property('code', 'CONNECTION_RESET')
  })

  it('after our end the socket of a peer that never closes is destroyed when lingerMs have passed', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock, lingerMs: 700 })
    const connection = await opened(ends)
    const closed = connection.close()
    expect(await ends.peer.ended).to.equal('fin')
    clock.advance(699)
    expect(connection.phase).to.equal('draining')
    clock.advance(1)
    await closed
    expect(codeOf(await connection.over)).to.equal(undefined)
  })
})

describe('what tinyproto.md 4 says about both ends speaking at once', () => {
  it('a lone 00 in place of an answer is a refusal when nothing follows it for a second', async () => {
    const clock = new ManualClock()
    await using ends = await clientWithPeer(Witness, { clock })
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('no'))
    await ends.peer.expect('00000002')
    ends.peer.send('00')
    expect(await rejection(clock.passUntil(sent))).to.have.property('code', 'MESSAGE_REFUSED')
    expect(clock.now()).to.be.within(1_000, 3_000)
    expect(codeOf(await clock.passUntil(connection.over))).to.equal('MESSAGE_REFUSED')
  })

  it('a lone 00 and then the end of the stream is a refusal at once', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.from('no'))
    await ends.peer.expect('00000002')
    ends.peer.send('00').fin()
    expect(await rejection(sent)).to.have.property('code', 'MESSAGE_REFUSED')
  })

  for (const size of ['f1', 'fd', 'fe']) {
    it(`${size} in place of an answer is a refusal`, async () => {
      await using ends = await clientWithPeer(Witness)
      const connection = await opened(ends)
      const sent = connection.transmit(Buffer.from('no'))
      await ends.peer.expect('00000002')
      ends.peer.send(size)
      expect(await rejection(sent)).to.deep.include({
        code: 'MESSAGE_REFUSED',
        detail: { answer: size, unanswered: 1 },
      })
    })
  }

  it('f1 with nothing of ours unanswered is a length above the maximum, answered with 00 and the end', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    ends.peer.send('f1000000')
    await ends.peer.expect('00')
    expect(await ends.peer.ended).to.equal('fin')
    ends.peer.fin()
    expect(codeOf(await ends.server.first.over)).to.equal('MESSAGE_TOO_LARGE')
  })

  it('ff with nothing of ours unanswered is ANSWER_UNEXPECTED', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    ends.peer.send('ff').fin()
    expect(codeOf(await ends.server.first.over)).to.equal('ANSWER_UNEXPECTED')
  })

  for (const header of ['00000002', '01000000']) {
    it(`the header ${header} in place of the answer is met, and the silence after it is a COLLISION`, async () => {
      const clock = new ManualClock()
      await using ends = await clientWithPeer(Witness, { clock, maxMessageBytes: 0x0100_0000 })
      const connection = await opened(ends)
      void connection.transmit(Buffer.from('abc'))
      const flushed = connection.flush()
      await ends.peer.expect('00000003')
      ends.peer.send(header)
      await ends.peer.expect('616263 ff')
      expect(await rejection(clock.passUntil(flushed))).to.have.property('code', 'COLLISION')
      expect(codeOf(await clock.passUntil(connection.over))).to.equal('COLLISION')
    })
  }

  it('the end that accepted keeps its payload back, answers behind it, and both messages are complete', async () => {
    await using ends = await serverWithPeer(Witness)
    const { peer, server } = ends
    await peer.open()
    const sent = server.first.transmit(Buffer.from('abc'))
    await peer.expect('00000003')
    peer.send('00000002 6869 ff')
    await peer.expect('616263 ff')
    await sent
    await server.first.flush()
    expect((await server.first.arrived(1)).join()).to.equal('hi')
  })
})
