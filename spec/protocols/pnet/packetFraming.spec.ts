import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import { PacketFraming } from '@/protocols/pnet/packetFraming.js'
import { caught } from '../../support/caught.js'
import { chunkings } from '../../support/chunkings.js'
import { Recorder } from '../../support/recorder.js'

const framingOf = (role: Role, maxMessageBytes = 64): PacketFraming => {
  const framing = new PacketFraming({ role, writer: new Recorder(), maxMessageBytes })
  framing.open()
  expect(framing.next()).to.deep.equal({ do: 'opened' })
  return framing
}

/** What it delivers of these chunks, and of the end behind them. */
const delivered = (framing: PacketFraming, chunks: readonly Buffer[], end = true): string[] => {
  const messages: string[] = []
  const read = (): void => {
    for (let step = framing.next(); step !== undefined; step = framing.next()) {
      if (step.do === 'deliver') messages.push(step.message.toString())
    }
  }
  for (const chunk of chunks) {
    framing.push(chunk)
    read()
  }
  if (end) framing.end()
  read()
  return messages
}

describe('the framing of pnet packets', () => {
  const READ: readonly (readonly [role: Role, stream: string, message: string | undefined])[] = [
    ['acceptor', 'a|b|c|d|END\n', 'a|b|c|d|END\n'],
    ['acceptor', 'a|b|c|d|END', 'a|b|c|d|END'],
    ['acceptor', '  a\r\n', '  a\r\n'],
    ['acceptor', 'first\nsecond\n', 'first\n'],
    ['acceptor', '\nsecond\n', '\n'],
    ['acceptor', ' \n', ' \n'],
    ['acceptor', '', ''],
    ['opener', 'a|b|c|d|END\n', 'a|b|c|d|END\n'],
    ['opener', 'a|b|c|d|END', 'a|b|c|d|END'],
    ['opener', '\n \r\n\t\na\nb\n', 'a\n'],
    ['opener', '\n \n', undefined],
    ['opener', ' ', undefined],
    ['opener', '', undefined],
  ]
  for (const [role, stream, message] of READ) {
    const what = message === undefined ? 'nothing' : JSON.stringify(message)
    it(`gives an ${role} ${what} of ${JSON.stringify(stream)}, however it is cut`, () => {
      for (const [how, chunks] of chunkings(Buffer.from(stream))) {
        const framing = framingOf(role)
        expect(delivered(framing, chunks), how).to.deep.equal(message === undefined ? [] : [message])
        expect([framing.waiting, framing.reading]).to.deep.equal([0, 'between'])
      }
    })
  }

  it('holds at most maxMessageBytes of a line, its newline included', () => {
    expect(delivered(framingOf('acceptor', 4), [Buffer.from('abc\n')])).to.deep.equal(['abc\n'])
    for (const stream of ['abcd\n', 'abcde', '\u0000'.repeat(99)]) {
      for (const [how, chunks] of chunkings(Buffer.from(stream))) {
        expect(caught(() => delivered(framingOf('acceptor', 4), chunks)).code, how).to.equal('MESSAGE_TOO_LARGE')
      }
    }
  })

  it('says where it stands: inside a line that has begun, between them otherwise', () => {
    const framing = framingOf('acceptor')
    expect(framing.reading).to.equal('between')
    delivered(framing, [Buffer.from('ab')], false)
    expect([framing.reading, framing.waiting]).to.deep.equal(['inside', 2])
    delivered(framing, [Buffer.from('c\nmore')], false)
    expect([framing.reading, framing.waiting]).to.deep.equal(['between', 0])
  })

  it('sends only whole lines, and streams nothing', () => {
    const framing = framingOf('opener')
    const objection = (text: string) => framing.objection(text.length, Buffer.from(text))
    expect(objection('a\n')).to.equal(undefined)
    for (const text of ['', 'a', 'a\nb\n', 'a\nb', '\n\n']) expect(objection(text), text).to.have.property('problem')
    expect(framing.objection(5, undefined)).to.have.property('problem')
  })
})
