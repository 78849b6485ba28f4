import { expect } from 'chai'
import { type Running, runHere, runProcess } from '../support/cli.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'

const room = async (listener: Running): Promise<string> => {
  const [, address = ''] =
    /^chat on (.*); join with: node \S+main\.[jt]s chat join \1$/.exec(await listener.line('chat on')) ?? []
  return address
}

describe('chat', () => {
  it('passes lines on in both directions, each with the id of who said it, until /quit', async () => {
    await using host = runProcess(['chat', 'listen', '0'])
    const address = await room(host)
    await using ann = runHere(['chat', 'join', address])
    await ann.line('joined')
    const [, annId = ''] = /^\[([0-9a-f-]{36})\] \*\*joined the chat$/.exec(await host.line('**joined')) ?? []
    await using bob = runHere(['chat', 'join', address])
    await bob.line('joined')
    const [, bobId = ''] = /^\[([0-9a-f-]{36})\] \*\*joined the chat$/.exec(await ann.line('**joined')) ?? []
    expect(bobId).to.have.lengthOf(36).and.not.equal(annId)

    ann.type('hello all\n')
    expect(await bob.line('hello')).to.equal(`[${annId}] hello all`)
    expect(await host.line('hello')).to.equal(`[${annId}] hello all`)
    bob.type('żółw 🐢\n')
    expect(await ann.line('żółw')).to.equal(`[${bobId}] żółw 🐢`)
    host.type('from the host\n')
    expect(await ann.line('from')).to.equal('[host] from the host')
    expect(await bob.line('from')).to.equal('[host] from the host')

    bob.type('bye\n/quit\nnever sent\n')
    expect(await ann.line('bye')).to.equal(`[${bobId}] bye`)
    expect(await ann.line('left')).to.equal(`[${bobId}] **left the chat`)
    expect((await bob.ended).code).to.equal(0)
    ann.endInput()
    expect((await ann.ended).code).to.equal(0)
    await host.line(`[${annId}] **left the chat`)
    host.type('/quit\n')
    const { code, out, err } = await host.ended
    expect([code, err, out.includes('never sent')]).to.deep.equal([0, '', false])
  }).timeout(15_000)

  it('passes on lines of 1 MiB, refuses longer ones where they are typed, and loses nobody', async () => {
    const most = 'x'.repeat(1_048_576)
    await using host = runHere(['chat', 'listen', '0'])
    const address = await room(host)
    await using ann = runHere(['chat', 'join', address])
    await ann.line('joined')
    await using bob = runHere(['chat', 'join', address])
    await ann.line('**joined')
    for (const from of [ann, host]) {
      from.type(`${most}x\n`)
      expect(await from.errorLine('was not sent')).to.equal(
        'framewright: a line of 1048577 bytes was not sent; say it in lines of at most 1048576',
      )
    }
    ann.type(`${most}\n`)
    expect((await bob.line(most)).length).to.equal(1_048_576 + 39)
    host.type(`${most}\n`)
    for (const to of [ann, bob]) expect((await to.line('[host] x')).length).to.equal(1_048_576 + 7)
    bob.type('still here\n')
    await ann.line('still here')
    ann.type('me too\n')
    await bob.line('me too')
  }).timeout(15_000)

  it('closes the room for everybody when the host leaves', async () => {
    await using host = runHere(['chat', 'listen', '0'])
    await using guest = runHere(['chat', 'join', await room(host)])
    await guest.line('joined')
    host.endInput()
    expect((await host.ended).code).to.equal(0)
    const { code, err } = await guest.ended
    expect(code).to.equal(1)
    expect(err).to.include('[REMOTE_ENDED]; the other end has gone')
  })

  it('shows control characters of others instead of obeying them', async () => {
    await using host = runHere(['chat', 'listen', '0'])
    const [, port = ''] = /:(\d+)$/.exec(await room(host)) ?? []
    await using peer = await RawPeer.connect(Number(port))
    await (await peer.open()).send('00000007').expect('ff')
    peer.send(Buffer.from('a\u001b[2J\nb'))
    expect(await host.line('[2J')).to.match(/\] a\\u001b\[2J\\u000ab$/)
  })

  it('sends one message a line, as an original server expects them', async () => {
    await using listener = await RawListener.open()
    await using guest = runHere(['chat', 'join', `127.0.0.1:${listener.port}`])
    const peer = await listener.next()
    await peer.open()
    guest.type('hi\r\n\nquit\n')
    for (const message of ['6869', '', '71756974']) {
      await peer.expect((message.length / 2).toString(16).padStart(8, '0'))
      await peer.send('ff').expect(message)
    }
    await peer.send('00000004').expect('ff')
    peer.send(Buffer.from('[x] '))
    await guest.line('[x] ')
    guest.type('/quit\n')
    expect(await peer.ended).to.equal('fin')
    peer.fin()
    expect((await guest.ended).code).to.equal(0)
  })

  it('leaves when it is told to stop', async () => {
    await using host = runHere(['chat', 'listen', '0'])
    await using guest = runHere(['chat', 'join', await room(host)])
    await guest.line('joined')
    guest.stop()
    expect((await guest.ended).code).to.equal(0)
    host.stop()
    expect((await host.ended).code).to.equal(0)
  })
})
