import { connect } from 'node:net'
import { once } from 'node:events'
import { expect } from 'chai'
import { channels } from '@/core/index.js'
import { eventsIn, type Running, runHere } from '../support/cli.js'
import { RawPeer } from '../support/rawPeer.js'

const portOf = async (running: Running): Promise<number> => {
  const { port } = JSON.parse(await running.line('"listening"'))
  return Number(port)
}

/** Speaks no TLS to a server that does. */
const knock = async (port: number): Promise<void> => {
  const socket = connect(port, '127.0.0.1', () => socket.end('no TLS at all'))
  socket.resume()
  await once(socket, 'close')
}

describe('a server tells who comes in vain:', () => {
  it('clients whose TLS handshake fails', async () => {
    for (const command of [
      ['listen', '0'],
      ['files', 'serve', '0'],
    ]) {
      await using listener = runHere([...command, '--tls', '--json'])
      await knock(await portOf(listener))
      const { remote, ...facts } = JSON.parse(await listener.line('"turnedAway"'))
      expect(facts).to.deep.equal({ event: 'turnedAway', cause: 'TLS_FAILED', more: 0 })
      expect(remote).to.match(/^127\.0\.0\.1:\d+$/)
    }
  }).timeout(15_000)

  it('clients that find no place, on stderr for people', async () => {
    await using listener = runHere(['listen', '0', '--limit', '1'])
    const [, port = ''] = /:(\d+)$/.exec(await listener.line('listening')) ?? []
    await using first = await RawPeer.connect(Number(port))
    await first.open()
    await runHere(['send', port]).ended
    expect(await listener.errorLine('turned away')).to.match(
      /^framewright: 127\.0\.0\.1:\d+ was turned away: there is no place; see --limit$/,
    )
  })

  it('ten in a second, and how many more there were', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    const local = `127.0.0.1:${await portOf(listener)}`
    const came = (atMs: number, at = local): void =>
      channels.turnedAway.publish({ id: '', atMs, local: at, remote: '127.0.0.1:1' })
    for (let index = 0; index < 15; index++) came(1_000 + index)
    came(1_500, '127.0.0.1:1')
    for (let index = 0; index < 13; index++) came(2_000 + index)
    listener.stop()
    const events = eventsIn((await listener.ended).out)
    const told = events.filter(({ event }) => event === 'turnedAway').map(({ more }) => more)
    expect(told).to.deep.equal([...Array(10).fill(0), 5, ...Array(9).fill(0), 3])
    expect(events.at(-1)?.['event']).to.equal('drained')
  })
})
