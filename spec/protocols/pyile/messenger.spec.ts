import { expect } from 'chai'
import { Messenger } from '@/protocols/pyile/index.js'
import { caught } from '../../support/caught.js'

const NOON = new Date('2026-01-01T12:00:00Z')
const now = (): Date => NOON
const from = ['127.0.0.2', 1] as const
const to = ['127.0.0.3', 2] as const

describe('Messenger', () => {
  it('files broadcasts together, own messages under their receiver and others under their sender', () => {
    const messenger = new Messenger({ now })
    const broadcast = { data: 'all', to: 'Broadcast', from }
    const own = { data: 'mine', to, from, self: true } as const
    const received = { data: 'theirs', to, from }
    for (const message of [broadcast, own, received]) messenger.addMessage(message)
    expect(messenger.getMessages('Broadcast')).to.deep.equal([{ message: broadcast, timeStamp: NOON }])
    expect(messenger.getMessages(to).map(({ message }) => message)).to.deep.equal([own])
    expect(messenger.getMessages(from).map(({ message }) => message)).to.deep.equal([received])
    expect([...messenger.messages.keys()]).to.deep.equal(['Broadcast', '127.0.0.3:2', '127.0.0.2:1'])
    expect(messenger.getMessages()).to.have.lengthOf(3)
    expect(messenger.getMessages(['127.0.0.9', 9])).to.deep.equal([])
  })

  it('keeps notes by their state, and all of them in their order', () => {
    const messenger = new Messenger({ now })
    messenger.addInfo('a')
    messenger.addError('b')
    messenger.addWarning('c')
    messenger.addInfo('d')
    expect(messenger.getInfo().map(({ message }) => message)).to.deep.equal(['a', 'd'])
    expect(messenger.getWarnings()).to.deep.equal([{ message: 'c', timeStamp: NOON, state: 'WARNING' }])
    expect(messenger.getErrors().map(({ state }) => state)).to.deep.equal(['ERROR'])
    expect(messenger.seqList.map(({ message }) => message)).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('forgets the oldest messages of whomever beyond maxMessages, and counts them', () => {
    const messenger = new Messenger({ maxMessages: 3 })
    for (let data = 0; data < 5; data++) messenger.addMessage({ data, to: data % 2 === 0 ? 'Broadcast' : to, from })
    expect(messenger.getMessages('Broadcast').map(({ message }) => message.data)).to.deep.equal([2, 4])
    expect(messenger.getMessages(from).map(({ message }) => message.data)).to.deep.equal([3])
    messenger.addMessage({ data: 5, to: 'Broadcast', from })
    messenger.addMessage({ data: 6, to: 'Broadcast', from })
    expect([...messenger.messages.keys()]).to.deep.equal(['Broadcast'])
    expect(messenger.forgotten).to.deep.equal({ messages: 4, notes: 0 })
  })

  it('forgets the oldest messages beyond maxBytes, but never the newest', () => {
    const messenger = new Messenger({ maxBytes: 2_200 })
    const sizes = (): number[] => messenger.getMessages().map(({ message }) => String(message.data).length)
    for (const size of [100, 400, 200]) messenger.addMessage({ data: 'x'.repeat(size), to: 'Broadcast', from })
    expect(sizes()).to.deep.equal([100, 400, 200])
    messenger.addMessage({ data: 'x'.repeat(200), to: 'Broadcast', from })
    expect(sizes()).to.deep.equal([400, 200, 200])
    messenger.addMessage({ data: 'x'.repeat(2_000), to: 'Broadcast', from })
    expect(sizes()).to.deep.equal([2_000])
    expect(messenger.forgotten.messages).to.equal(4)
  })

  it('counts each value of a message, since small ones take far more memory than text', () => {
    const messenger = new Messenger({ maxBytes: 100_000 })
    const add = (data: unknown): void => messenger.addMessage({ data, to: 'Broadcast', from })
    for (let count = 0; count < 3; count++) add(Array.from({ length: 1_000 }, () => []))
    expect(messenger.getMessages()).to.have.lengthOf(1)
    for (let count = 0; count < 5; count++) add('x'.repeat(3_000))
    expect(messenger.getMessages()).to.have.lengthOf(6)
    add('x'.repeat(20_000))
    expect(messenger.getMessages()).to.have.lengthOf(6)
  })

  it('forgets the oldest notes beyond maxNotes', () => {
    const messenger = new Messenger({ maxNotes: 2 })
    for (const text of ['a', 'b', 'c']) messenger.addInfo(text)
    expect(messenger.seqList.map(({ message }) => message)).to.deep.equal(['b', 'c'])
    expect(messenger.forgotten.notes).to.equal(1)
  })

  it('does not take limits out of their ranges', () => {
    for (const options of [{ maxMessages: 0 }, { maxBytes: 1 }, { maxNotes: 0.5 }]) {
      expect(caught(() => new Messenger(options)).code).to.equal('OPTION_INVALID')
    }
  })
})
