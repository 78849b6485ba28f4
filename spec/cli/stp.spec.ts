import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { portsOf, StpStage } from '../support/stpNodes.js'
import { headerWith, rawPacket, throwDatagram } from '../support/stpPackets.js'
import { STP_KEYS } from '../support/stpRecordings.js'
import { turns } from '../support/turns.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const HERE = ['--interface', '127.0.0.1']
const LISTENING = [...HERE, '--host', '127.0.0.1']

/** The first event of this name, so far or later. */
const event = async (run: Running, name: string): Promise<Record<string, unknown>> =>
  JSON.parse(await run.line(`{"event":"${name}"`))

describe('stp listen, broadcast, send and peers', () => {
  let folder = ''
  let keys: readonly string[] = []
  beforeEach(async () => {
    folder = await temporaryFolder()
    const written = [STP_KEYS.listener, STP_KEYS.sender].map(async ({ private_key_pem: pem }, index) => {
      const path = join(folder, `${index}.pem`)
      await writeFile(path, pem)
      return path
    })
    keys = await Promise.all(written)
  })
  afterEach(() => removeFolder(folder))

  const listen = (key: number, user: string, ...more: readonly string[]): string[] => [
    'stp',
    'listen',
    '--user',
    user,
    '--tcp-port',
    '0',
    '--key',
    keys[key] ?? '',
    ...LISTENING,
    ...more,
  ]

  it('find each other, as processes of one machine, and end at SIGINT and SIGTERM', async () => {
    await using ana = runProcess([...listen(0, 'ana', '--udp-port', '0'), '--json'])
    const { udpPort, tcpPort, user, group } = await event(ana, 'listening')
    expect([user, group]).to.deep.equal(['ana', '239.192.1.107'])
    await using bob = runProcess(listen(1, 'bob', '--udp-port', String(udpPort)))
    expect(await bob.line('listens')).to.match(/^bob listens: TCP 127\.0\.0\.1:\d+, multicast 239\.192\.1\.107:\d+$/)

    const node = ['--udp-port', String(udpPort), '--user', 'carol', ...HERE]
    await using sent = runProcess([
      'stp',
      'send',
      'ana',
      '/chat',
      'für dich',
      '--wait',
      '60000',
      '--host',
      '127.0.0.1',
      ...node,
    ])
    expect(await sent.ended).to.deep.equal({
      code: 0,
      out: `sent to ana at 127.0.0.1:${String(tcpPort)}, sealed\n`,
      err: '',
    })
    const packet = await event(ana, 'packet')
    expect(packet).to.include({ namespace: '/peer-join', user: 'carol' })
    expect(JSON.parse(await ana.line('für dich'))).to.include({ namespace: '/chat', user: 'carol', protocol: 'TCP' })
    expect(await event(ana, 'peer')).to.include({ user: 'carol', ip: '127.0.0.1', keyExposed: false })
    await bob.line(/^carol at 127\.0\.0\.1:\d+ is here$/)

    ana.stop('SIGINT')
    bob.stop('SIGTERM')
    const [one, two] = await Promise.all([ana.ended, bob.ended])
    expect([one.code, one.err, two.code, two.err]).to.deep.equal([0, '', 0, ''])
    expect(eventsIn(one.out).at(-1)).to.deep.equal({ event: 'stopped', received: 2, accepted: 2, dropped: 0 })
    expect(two.out).to.match(/\nstopped: 1 packets heard, 0 dropped\n$/)
  }).timeout(20_000)

  it('broadcast text and JSON to all that listen, in the clear', async () => {
    await using ana = runHere(listen(0, 'ana', '--udp-port', '0', '--json'))
    const { udpPort } = await event(ana, 'listening')
    const node = ['--udp-port', String(udpPort), '--user', 'bob', '--key', keys[1] ?? '', ...HERE]
    await using bob = runHere(listen(1, 'bob', '--udp-port', String(udpPort), '--namespace', '/b'))
    await bob.line('listens')
    const text = await runHere(['stp', 'broadcast', '/a', '5', ...node]).ended
    expect(text).to.deep.equal({ code: 0, out: 'sent to all that listen, on /a, in the clear\n', err: '' })
    const json = await runHere(['stp', 'broadcast', '/b', '{"a":[1]}', '--parse', '--json', ...node]).ended
    expect(eventsIn(json.out)).to.deep.equal([{ event: 'broadcast', namespace: '/b', data: { a: [1] } }])
    expect(JSON.parse(await ana.line('"/a"')).data).to.equal('5')
    expect(JSON.parse(await ana.line('"/b"')).data).to.deep.equal({ a: [1] })
    expect(await bob.line('/b')).to.equal('/b from bob at 127.0.0.1 over UDP: {"a":[1]}')
    bob.stop()
    expect((await bob.ended).out).not.to.include('/a from')
  })

  it('tell of no key that is made for one packet, so that none seems to change', async () => {
    await using ana = runHere(listen(0, 'ana', '--udp-port', '0', '--json'))
    const { udpPort, tcpPort } = await event(ana, 'listening')
    const group = ['--udp-port', String(udpPort), ...HERE]
    const sent = async (...args: readonly string[]): Promise<void> => {
      const { code, err } = await runHere(['stp', ...args, ...group]).ended
      expect([code, err]).to.deep.equal([0, ''])
    }
    for (const route of ['/1', '/2']) {
      await sent('broadcast', route, 'x')
      await sent('send', `127.0.0.1:${String(tcpPort)}`, `${route}/plain`, 'x', '--plain')
      await ana.line(`"${route}"`)
      await ana.line(`"${route}/plain"`)
    }
    for (const key of keys) await sent('broadcast', '/3', 'x', '--key', key)
    expect(JSON.parse(await ana.line('{"event":"key"'))).to.include({ ip: '127.0.0.1', tcpport: 57_001 })
    ana.stop()
    const told = eventsIn((await ana.ended).out)
    const first = told.findIndex((each) => each['event'] === 'key')
    expect(first).to.be.above(told.findLastIndex((each) => String(each['namespace']).startsWith('/2')))
  }).timeout(30_000)

  it('send in the clear without looking for the peer, also over the handshake framing', async () => {
    for (const framing of ['stp', 'handshake']) {
      await using ana = runHere(listen(0, 'ana', '--udp-port', '0', '--framing', framing, '--json'))
      const { tcpPort } = await event(ana, 'listening')
      const to = `127.0.0.1:${String(tcpPort)}`
      const args = ['stp', 'send', to, '/chat', 'hi', '--plain', '--framing', framing, '--key', keys[1] ?? '', '--json']
      const { code, out } = await runHere(args).ended
      expect([code, eventsIn(out)]).to.deep.equal([0, [{ event: 'sent', to, namespace: '/chat', encrypted: false }]])
      expect(await event(ana, 'packet')).to.include({ namespace: '/chat', data: 'hi', protocol: 'TCP' })
    }
  })

  it('list the peers that answer', async () => {
    await using stage = new StpStage()
    const ana = await stage.node({ user: 'ana\u001b[2J', hostname: 'desk' })
    const { udp, tcp } = portsOf(ana)
    const args = ['stp', 'peers', '--wait', '600000', '--udp-port', String(udp), '--key', keys[1] ?? '', ...LISTENING]
    /** Stops it when it has been answered. */
    const answered = async (more: readonly string[]): Promise<string> => {
      const { requestsAnswered } = ana.counts
      await using waiting = runHere([...args, ...more])
      while (ana.counts.requestsAnswered === requestsAnswered) await turns()
      waiting.stop()
      const { code, out, err } = await waiting.ended
      expect([code, err]).to.deep.equal([0, ''])
      return out
    }
    const known = `ana\\u001b[2J at 127.0.0.1:${tcp}  desk  has a key, hybrid-1\n1 peer\n`
    expect(await answered([])).to.equal(known)
    const facts = { ip: '127.0.0.1', tcpport: tcp, udpport: udp, hostname: 'desk', keyExposed: false }
    expect(eventsIn(await answered(['--json']))).to.deep.equal([
      { event: 'peer', user: 'ana\u001b[2J', ...facts },
      { event: 'done', peers: 1 },
    ])
  })

  it('tell of junk and of keys that change, and go on', async () => {
    await using ana = runHere(listen(0, 'ana', '--udp-port', '0', '--json'))
    const { udpPort } = await event(ana, 'listening')
    const port = Number(udpPort)
    await throwDatagram(Buffer.from('junk'), port)
    expect(await event(ana, 'dropped')).to.deep.equal({
      event: 'dropped',
      code: 'PACKET_MALFORMED',
      ip: '127.0.0.1',
      protocol: 'UDP',
    })
    for (const { published_public_key_hex: key } of [STP_KEYS.sender, STP_KEYS.self_listener])
      await throwDatagram(rawPacket(headerWith({ public_key: key })), port)
    expect(await event(ana, 'key')).to.include({ user: 'mallory', keyExposed: true })
    ana.stop()
    expect((await ana.ended).code).to.equal(0)
  })

  it('end with 1 and one line when the peer is not there, the port is taken, or the key cannot be read', async () => {
    await using stage = new StpStage()
    const { udp, tcp } = portsOf(await stage.node())
    const key = ['--key', keys[1] ?? '']
    const nobody = ['stp', 'send', 'zoe', '/', 'x', '--wait', '1', '--udp-port', String(udp), ...key, ...LISTENING]
    const cases = [
      [nobody, 'no such peer is known (peer: zoe, waitMs: 1) [PEER_UNKNOWN]; is it there?'],
      [['stp', 'listen', '--udp-port', '0', '--tcp-port', String(tcp), ...key, ...LISTENING], '[ADDRESS_IN_USE]'],
      [['stp', 'broadcast', '/', 'x', '--key', join(folder, 'none')], 'system: ENOENT) [FILE_FAILED]'],
    ] as const
    for (const [args, words] of cases) {
      const { code, out, err } = await runHere(args).ended
      expect([code, out]).to.deep.equal([1, ''])
      expect(err)
        .to.include(words)
        .and.match(/^framewright: .*\n$/)
    }
  })

  it('end with 2 and a hint when they are not understood', async () => {
    const cases = [
      [['stp'], '"stp" is not a whole command'],
      [['stp', 'send', 'ana', '/chat'], 'DATA is missing'],
      [['stp', 'broadcast', '/', '{', '--parse'], '--parse wants JSON'],
      [['stp', 'listen', '--tcp-port', '70000'], '--tcp-port wants a whole number from 0 to 65535'],
      [['stp', 'listen', '--framing', 'line'], '--framing wants one of stp, handshake'],
      [
        ['stp', 'listen', '--group', '1.2.3.4'],
        '--group wants an address from 224.0.0.0 to 239.255.255.255, not 1.2.3.4',
      ],
      [['stp', 'listen', '--key', 'package.json'], '--key wants an RSA private key; see'],
      [['stp', 'broadcast', '/', 'x', '--udp-port', '0'], '--udp-port wants a whole number from 1 to 65535, not "0"'],
      [['stp', 'peers', '--udp-port', '0'], '--udp-port wants a whole number from 1 to 65535'],
      [['stp', 'listen', '--user', ''], '--user wants a name; or leave it out, for the login name'],
      [['stp', 'send', 'unix:x', '/', 'x', '--plain'], '"unix:x" is a unix socket, and this goes over TCP alone'],
      [['stp', 'peers', '--wait', 'long'], '--wait wants a whole number'],
      [
        ['stp', 'listen', '--interface', 'none0'],
        '--interface wants a network of this machine, not "none0"; give one of',
      ],
      [['stp', 'broadcast', '/', 'x', '--interface', '192.0.2.7'], '--interface wants a network of this machine'],
    ] as const
    for (const [args, words] of cases) {
      const { code, out, err } = await runHere(args).ended
      expect([code, out]).to.deep.equal([2, ''])
      expect(err).to.include(words)
    }
  })
})
