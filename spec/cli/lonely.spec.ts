import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { makeHmacSecret } from '@/protocols/lonely/index.js'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { lcg32 } from '../support/lcg32.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const tcpOf = async (server: Running): Promise<string> => {
  const { host, port } = JSON.parse(await server.line('"transport":"tcp"'))
  return `tcp://${String(host)}:${String(port)}`
}
const webSocketOf = async (server: Running): Promise<string> =>
  String(JSON.parse(await server.line('"transport":"ws"')).url)

describe('lonely serve, subscribe and notify', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('bring a text and a file to subscribers on TCP and WebSockets, as processes of their own', async () => {
    const secret = join(folder, 'secret')
    await writeFile(secret, `${makeHmacSecret()}\n`)
    const bytes = lcg32(8, 5_000_000)
    await writeFile(join(folder, 'file'), bytes)
    const auth = ['--auth', 'hmac', '--secret-file', secret]
    await using server = runProcess(['lonely', 'serve', '0', '--ws', '0', '--json', ...auth])
    const [tcp, webSocket] = [await tcpOf(server), await webSocketOf(server)]
    await using exact = runHere(['lonely', 'subscribe', tcp, 'a/b', '--count', '2', '--json', ...auth])
    await using glob = runProcess(['lonely', 'subscribe', webSocket, 'a/*', 'c?', '--glob', '--json', ...auth])
    await exact.line('"subscribed"')
    await glob.line('"pattern":"c?"')
    const text = await runHere(['lonely', 'notify', webSocket, 'a/b', '--text', 'hello', ...auth]).ended
    expect([text.code, text.err]).to.deep.equal([0, ''])
    expect(text.out).to.match(/^a\/b: 5 B to 2 subscribers in [\d.]+ m?s\n$/)
    const file = await runHere(['lonely', 'notify', tcp, 'a/b', '--file', join(folder, 'file'), '--json', ...auth])
      .ended
    expect(eventsIn(file.out)[0]).to.include({ event: 'notified', topic: 'a/b', bytes: 5_000_000, subscribers: 2 })
    const one = await exact.ended
    expect([one.code, one.err]).to.deep.equal([0, ''])
    const messages = eventsIn(one.out).filter(({ event }) => event === 'message')
    expect(messages.map(({ topic, bytes: size, text: shown }) => [topic, size, shown])).to.deep.equal([
      ['a/b', 5, 'hello'],
      ['a/b', 5_000_000, undefined],
    ])
    await glob.line('"bytes":5000000')
    glob.stop('SIGINT')
    expect((await glob.ended).code).to.equal(0)
    server.stop('SIGTERM')
    const ended = await server.ended
    expect([ended.code, ended.err]).to.deep.equal([0, ''])
    expect(eventsIn(ended.out).at(-1)).to.deep.equal({ event: 'stopped' })
  }).timeout(60_000)

  it('have failed when they are stopped before their task was done, which notifying and --count are', async () => {
    await using server = runHere(['lonely', 'serve', '0', '--json'])
    const address = await tcpOf(server)
    await using counts = runHere(['lonely', 'subscribe', address, 'a', '--count', '2', '--json'])
    await counts.line('"subscribed"')
    await using notifies = runHere(['lonely', 'notify', address, 'a', '-'])
    notifies.type('the beginning')
    for (const run of [counts, notifies]) {
      run.stop('SIGINT')
      const { code, err } = await run.ended
      expect([code, err]).to.deep.equal([1, 'framewright: stopped before it was done, as it was told to [ABORTED]\n'])
    }
  })

  it('make a secret when there is none, print it once, and keep out who has another', async () => {
    await using server = runHere(['lonely', 'serve', '0', '--auth', 'hmac'])
    const [, secret = ''] = /^secret (\S{86}) \(shown this once\)$/.exec(await server.line('secret')) ?? []
    const address = (await server.line('listening')).replace('listening on ', '')
    const right = await runHere(['lonely', 'notify', address, 't', '--text', 'x', '--auth', 'hmac', '--secret', secret])
      .ended
    expect([right.code, right.err]).to.deep.equal([0, ''])
    const wrong = await runHere([
      'lonely',
      'notify',
      address,
      't',
      '--text',
      'x',
      '--auth',
      'hmac',
      '--secret',
      makeHmacSecret(),
    ]).ended
    expect(wrong.code).to.equal(1)
    expect(wrong.err).to.include('[CONFIGURE_REFUSED]; give --auth and the secret of the broadcaster')
    expect(await server.line('AUTHORIZATION_REFUSED')).to.match(/^127\.0\.0\.1:\d+ closed /)
    server.stop()
    const { out, err } = await server.ended
    expect(out.split(secret)).to.have.lengthOf(2)
    expect(err).to.equal('')
  })

  it('print what was notified for people, with nothing in it that moves the cursor', async () => {
    await using server = runHere(['lonely', 'serve', '0', '--json'])
    const address = await tcpOf(server)
    await using subscriber = runHere(['lonely', 'subscribe', address, 'news', '--count', '3'])
    expect(await subscriber.line('subscribed')).to.equal('subscribed to news')
    await runHere(['lonely', 'notify', address, 'news', '--text', 'two\nlines']).ended
    const input = runHere(['lonely', 'notify', address, 'news', '--file', '-'])
    input.type('from the input')
    input.endInput()
    expect((await input.ended).out).to.match(/^news: 14 B to 1 subscriber in /)
    await writeFile(join(folder, 'raw'), Buffer.of(0xff, 0xfe))
    await runHere(['lonely', 'notify', address, 'news', '--file', join(folder, 'raw')]).ended
    const { out } = await subscriber.ended
    const lines = out.split('\n').slice(1)
    expect(lines[0]).to.equal('news  9 B  two\\u000alines')
    expect(lines[1]).to.equal('news  14 B  from the input')
    expect(lines[2]).to.match(/^news {2}2 B {2}sha512 [0-9a-f]{16}\.\.\.$/)
  })

  it('say when the connection was lost and messages may have been missed', async () => {
    await using first = runHere(['lonely', 'serve', '0', '--json'])
    const address = await tcpOf(first)
    await using subscriber = runHere(['lonely', 'subscribe', address, 't', '--json'])
    await subscriber.line('"subscribed"')
    first.stop()
    await first.ended
    await subscriber.line('"lost"')
    await using second = runHere(['lonely', 'serve', address, '--json'])
    await tcpOf(second)
    const gap = JSON.parse(await subscriber.line('"gap"'))
    expect(gap).to.include({ reason: 'reconnected', topic: null })
    expect(await subscriber.errorLine('trying again')).to.include('the connection is lost')
  }).timeout(60_000)

  const usage: readonly [readonly string[], string][] = [
    [['serve'], '[HOST:]PORT is missing'],
    [['serve', '0', '--auth', 'basic'], '--auth wants one of none, token, hmac'],
    [
      ['serve', '0', '--auth', 'token'],
      '--auth token wants a secret; give --secret-file FILE, or set FRAMEWRIGHT_SECRET',
    ],
    [['serve', '0', '--secret', 'hush'], 'a secret is given, and nothing to do with it'],
    [
      ['serve', '0', '--auth', 'hmac', '--secret', 'hush'],
      'the secret cannot be used: it has 3 bytes; it wants 64 bytes as base64url',
    ],
    [['serve', '0', '--slow', 'wait'], '--slow wants one of disconnect, skip, not "wait"'],
    [['serve', '--ws', '0', '--path', 'hub'], '--path wants a path'],
    [['serve', '0', '--path', '/hub'], '--path makes sense with --ws only; it is where WebSockets are'],
    [['subscribe', 'ws://'], '"ws://" is no address'],
    [['subscribe', '127.0.0.1:1'], 'PATTERN is missing'],
    [['notify', '127.0.0.1:1'], 'TOPIC is missing'],
    [['notify', '127.0.0.1:1', 't'], 'what is to be notified must be given once'],
    [['notify', '127.0.0.1:1', 't', '-', '--text', 'x'], 'what is to be notified must be given once'],
    [['notify', 'nowhere', 't', '--text', 'x'], '"nowhere" is no address'],
  ]
  for (const [args, message] of usage) {
    it(`exit with 2 for "lonely ${args.join(' ')}", and never tell a secret`, async () => {
      const { code, err } = await runHere(['lonely', ...args]).ended
      expect(code).to.equal(2)
      expect(err).to.include(message)
      expect(err).not.to.include('hush')
    })
  }

  it('say what to do when an address leads to something else, or a file is not there', async () => {
    await using server = runHere(['lonely', 'serve', '0', '--ws', '0', '--json'])
    const [tcp, webSocket] = [await tcpOf(server), await webSocketOf(server)]
    const cases: readonly (readonly [address: string, more: readonly string[], said: string])[] = [
      [webSocket.replace('/v1/websocket', '/elsewhere'), [], '[CONNECT_FAILED]; check host, port and path'],
      [tcp.replace('tcp:', 'ws:'), [], '[CONNECT_FAILED]; check host, port and path'],
      [
        webSocket.replace('ws:', 'tcp:').replace('/v1/websocket', ''),
        [],
        '[OPENING_UNEXPECTED]; the other end does not speak this',
      ],
      [tcp, ['--framing', 'length'], 'both ends must use the same --framing'],
      [tcp, ['--file', join(folder, 'none')], '[BODY_FAILED]; check that the file is there'],
    ]
    for (const [address, more, said] of cases) {
      const what = more.includes('--file') ? more : ['--text', 'x', ...more]
      const { code, err } = await runHere(['lonely', 'notify', address, 't', ...what]).ended
      expect([code, err.split('\n').length], err).to.deep.equal([1, 2])
      expect(err).to.include(said)
    }
  })

  it('exit with 1 and one line when nobody listens, or a file is missing', async () => {
    const nobody = await runHere(['lonely', 'subscribe', '127.0.0.1:1', 't']).ended
    expect([nobody.code, nobody.err.split('\n').length]).to.deep.equal([1, 2])
    expect(nobody.err).to.include('[CONNECT_REFUSED]')
    const missing = await runHere(['lonely', 'serve', '0', '--auth', 'hmac', '--secret-file', join(folder, 'none')])
      .ended
    expect([missing.code, missing.err.includes('[FILE_FAILED]')]).to.deep.equal([1, true])
  })
})
