import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The port that a listener with `--json` has got. */
const portOf = async (listener: Running): Promise<number> => {
  const { port } = JSON.parse(await listener.line('"listening"'))
  return Number(port)
}

describe('listen and send', () => {
  let folder = ''
  before(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), 'what is in the file')
  })
  after(() => removeFolder(folder))

  it('tell of each message with its size and SHA-256, and end in good order at SIGTERM', async () => {
    await using listener = runProcess(['listen', '0', '--json'])
    const port = await portOf(listener)
    await using sender = runProcess(['send', String(port), '--text', 'hello', '--count', '2', '--json'])
    const sent = await sender.ended
    expect([sent.code, sent.err]).to.deep.equal([0, ''])
    expect(eventsIn(sent.out).map(({ event, bytes, sha256: hash }) => [event, bytes, hash])).to.deep.equal([
      ['sent', 5, sha256('hello')],
      ['sent', 5, sha256('hello')],
      ['done', 10, sha256('hello')],
    ])
    await listener.line('"closed"')
    listener.stop('SIGTERM')
    const { code, out, err } = await listener.ended
    expect([code, err]).to.deep.equal([0, ''])
    const events = eventsIn(out)
    const { id, remote } = events[1] ?? {}
    expect(remote).to.match(/^127\.0\.0\.1:\d+$/)
    const message = { event: 'message', id, bytes: 5, sha256: sha256('hello') }
    expect(events).to.deep.equal([
      { event: 'listening', host: '127.0.0.1', port },
      { event: 'opened', id, remote },
      message,
      message,
      { event: 'closed', id, cause: null },
      { event: 'drained', finished: 0, refused: 0, cut: 0 },
    ])
  }).timeout(15_000)

  const WAYS = ['', '--pipeline', '--framing length', '--framing line', '--framing json', '--framing length --pipeline']
  /** Lines and JSON are sent as text; noise would hold the end of a line, and is no JSON. */
  const payloadOf = (way: string, bytes: number): readonly string[] => {
    if (way === '--framing line') return ['--text', 'x'.repeat(bytes)]
    if (way === '--framing json') return ['--text', bytes === 1 ? '1' : `"${'x'.repeat(bytes - 2)}"`]
    return ['--size', String(bytes)]
  }
  for (const way of WAYS) {
    it(`echo messages of 1 B, 64 KiB and 1 MiB with "${way}", each with its SHA-256`, async () => {
      const options = way === '' ? [] : way.split(' ')
      await using listener = runHere(['listen', '0', '--echo', '--json', ...options])
      const port = await portOf(listener)
      for (const [bytes, count] of [
        [1, 20],
        [65_536, 5],
        [1_048_576, 2],
      ] as const) {
        const sender = runHere([
          'send',
          String(port),
          '--echo',
          '--json',
          '--count',
          String(count),
          ...payloadOf(way, bytes),
          ...options,
        ])
        const { code, out, err } = await sender.ended
        expect([code, err]).to.deep.equal([0, ''])
        const events = eventsIn(out)
        expect(events).to.have.lengthOf(count + 1)
        expect(new Set(events.map((event) => event['sha256']))).to.have.property('size', 1)
      }
    })
  }

  it('streams a message above 8 MiB that is not to come back, and refuses what is above --max-message', async () => {
    await using listener = runHere(['listen', '0', '--json', '--max-message', '20M'])
    const port = await portOf(listener)
    const sent = await runHere(['send', String(port), '--size', '20M', '--json']).ended
    expect(sent.err).to.equal('')
    const [, done] = eventsIn(sent.out)
    const { bytes, sha256: hash } = JSON.parse(await listener.line('"message"'))
    expect([bytes, hash]).to.deep.equal([20_971_520, done?.['sha256']])
    const refused = await runHere(['send', String(port), '--size', '20971521']).ended
    expect(refused.code).to.equal(1)
    expect(refused.err).to.include('[MESSAGE_REFUSED]; the other end takes no message of this size')
    expect(await listener.line('MESSAGE_TOO_LARGE')).to.include('"closed"')
  })

  it('takes 20,000 small messages in a pipeline that nobody waits for to come back', async () => {
    await using listener = runHere(['listen', '0', '--echo', '--json'])
    const port = await portOf(listener)
    const { code, err } = await runHere(['send', String(port), '--size', '64', '--count', '20000', '--pipeline']).ended
    expect([code, err]).to.deep.equal([0, ''])
  })

  it('send a file, standard input, and "hello" when nothing is given', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    const port = String(await portOf(listener))
    await runHere(['send', port, '--file', join(folder, 'file')]).ended
    await using piped = runHere(['send', port, '--file', '-'])
    piped.type('from a ')
    piped.type('pipe')
    piped.endInput()
    await piped.ended
    await runHere(['send', port]).ended
    for (const text of ['what is in the file', 'from a pipe', 'hello']) await listener.line(sha256(text))
    await using json = runHere(['listen', '0', '--json', '--framing', 'json'])
    expect((await runHere(['send', String(await portOf(json)), '--framing', 'json']).ended).code).to.equal(0)
    await json.line(sha256('"hello"'))
    const missing = await runHere(['send', port, '--file', join(folder, 'none')]).ended
    expect(missing.code).to.equal(1)
    expect(missing.err).to.include('a file could not be read or written').and.include('ENOENT')
  })

  it('speak in sentences without --json', async () => {
    await using listener = runHere(['listen', '0'])
    const [, port = ''] = /^listening on 127\.0\.0\.1:(\d+)$/.exec(await listener.line('listening')) ?? []
    const { out } = await runHere(['send', port, '--text', 'hi']).ended
    expect(out).to.match(/^1 message of 2 B in [\d.]+ m?s, sha256 [0-9a-f]{64}\n$/)
    expect(await listener.line('sha256')).to.match(/^[0-9a-f]{8} 2 B {2}sha256 [0-9a-f]{64}$/)
    expect(await listener.line('closed')).to.match(/^[0-9a-f]{8} closed in good order$/)
    listener.stop()
    expect((await listener.ended).out).to.include('stopped: 0 finished, 0 refused, 0 cut\n')
  })

  it('fail when a message comes back changed', async () => {
    await using listener = await RawListener.open()
    const sender = runHere(['send', String(listener.port), '--echo', '--text', 'abc'])
    const peer = await listener.next()
    await (await peer.open()).expect('00000003')
    await peer.send('ff').expect('616263')
    await peer.send('00000003').expect('ff')
    peer.send('616264').fin()
    const { code, err } = await sender.ended
    expect(code).to.equal(1)
    expect(err).to.equal(
      `framewright: message 0 came back changed: 3 bytes, sha256 ${sha256('abd')}, not ${sha256('abc')}\n`,
    )
  })

  it('stop waiting for an echo when they are told to', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    const sender = runHere(['send', String(await portOf(listener)), '--echo', '--text', 'abc'])
    await listener.line('"message"')
    sender.stop()
    const { code, err } = await sender.ended
    expect([code, err]).to.deep.equal([1, 'framewright: stopped before it was done, as it was told to [ABORTED]\n'])
  })

  it('stop reading their input when they are told to', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    const sender = runHere(['send', String(await portOf(listener)), '--file', '-'])
    sender.type('abc')
    sender.stop()
    const { code, err } = await sender.ended
    expect([code, err]).to.deep.equal([1, 'framewright: stopped before it was done, as it was told to [ABORTED]\n'])
  })

  it('say that nobody reads their output any more', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    await using sender = runProcess(['send', String(await portOf(listener)), '--count', '1000000', '--json'])
    await sender.line('"sent"')
    sender.stop('EPIPE')
    expect(await sender.ended).to.deep.include({
      code: 1,
      err: 'framewright: stopped before it was done, since nobody reads its output any more [ABORTED]\n',
    })
  })

  it('tell one connection more than --limit that there is no place', async () => {
    await using listener = runHere(['listen', '0', '--json', '--limit', '1'])
    const port = await portOf(listener)
    await using first = await RawPeer.connect(port)
    await first.open()
    const { code, err } = await runHere(['send', String(port)]).ended
    expect(code).to.equal(1)
    expect(err).to.include('[OPENING_REFUSED]; the server is full, or it speaks another protocol')
  })

  it('report a port that is taken', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    const { code, err } = await runHere(['listen', String(await portOf(listener))]).ended
    expect(code).to.equal(1)
    expect(err).to.include('[ADDRESS_IN_USE]; choose another port')
  })

  it('say that the other end speaks TLS, if it does and they do not', async () => {
    await using listener = await RawListener.open()
    const sender = runHere(['send', String(listener.port)])
    const peer = await listener.next()
    peer.send('15030300020246').fin()
    expect((await sender.ended).err).to.include('[OPENING_UNEXPECTED]; the other end speaks TLS; both ends want --tls')
    await using plain = runHere(['listen', '0'])
    const [, port = ''] = /:(\d+)$/.exec(await plain.line('listening')) ?? []
    await runHere(['send', port, '--tls']).ended
    expect(await plain.line('closed')).to.include(
      '[OPENING_UNEXPECTED]; the other end speaks TLS; both ends want --tls',
    )
  })

  it('finish what has begun before they stop', async () => {
    await using listener = runHere(['listen', '0', '--json'])
    await using peer = await RawPeer.connect(await portOf(listener))
    await peer.open()
    await peer.send('00000003').expect('ff')
    peer.send('61')
    listener.stop()
    peer.send('6263')
    expect(await peer.ended).to.equal('fin')
    peer.fin()
    const events = eventsIn((await listener.ended).out)
    expect(events.at(-3)).to.include({ event: 'message', bytes: 3, sha256: sha256('abc') })
    expect(events.at(-1)).to.deep.equal({ event: 'drained', finished: 1, refused: 0, cut: 0 })
  })

  describe('over TLS', () => {
    it('trust a certificate that was saved, and no other', async () => {
      const cert = join(folder, 'server.pem')
      await using listener = runHere(['listen', '0', '--echo', '--json', '--tls', '--save-cert', cert])
      const { fingerprint256 } = JSON.parse(await listener.line('"certificate"'))
      expect(fingerprint256).to.match(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
      const port = String(await portOf(listener))
      const trusting = await runHere(['send', port, '--echo', '--tls', '--ca', cert]).ended
      expect([trusting.code, trusting.err]).to.deep.equal([0, ''])
      const strict = await runHere(['send', port, '--tls']).ended
      expect(strict.code).to.equal(1)
      expect(strict.err).to.include('[TLS_FAILED]; give the certificate of the server with --ca FILE')
      const careless = await runHere(['send', port, '--echo', '--tls', '--insecure']).ended
      expect(careless.code).to.equal(0)
      expect(careless.err).to.equal(
        `framewright: the certificate was not checked; its SHA-256 is ${String(fingerprint256)}\n`,
      )
    }).timeout(15_000)

    it('show a certificate from files, and report files that hold none', async () => {
      const [cert, key] = [join(folder, 'own.pem'), join(folder, 'own.key')]
      const { selfSigned } = await import('@/core/index.js')
      const made = await selfSigned()
      await writeFile(cert, made.cert)
      await writeFile(key, made.key)
      await using listener = runHere(['listen', '0', '--json', '--tls', '--cert', cert, '--key', key])
      expect(JSON.parse(await listener.line('"certificate"')).fingerprint256).to.equal(made.fingerprint256)
      const file = join(folder, 'file')
      for (const [args, words] of [
        [['listen', '0', '--tls', '--cert', file, '--key', key], '--cert wants a file with a certificate, PEM, and "'],
        [['listen', '0', '--tls', '--cert', cert, '--key', cert], '--key wants the key of "'],
        [['send', '1', '--tls', '--ca', file], '--ca wants a file with a certificate, PEM, and "'],
        [['send', '1', '--tls', '--ca', cert, '--insecure'], '--ca trusts some and --insecure anybody; give one'],
      ] as const) {
        const { code, err } = await runHere(args).ended
        expect([code, err.includes(words)], err).to.deep.equal([2, true])
      }
      const missing = await runHere(['listen', '0', '--tls', '--cert', join(folder, 'none'), '--key', key]).ended
      expect(missing.code).to.equal(1)
      expect(await readFile(cert, 'utf8')).to.equal(made.cert)
    }).timeout(15_000)
  })
})
