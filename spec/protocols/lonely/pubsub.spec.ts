import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Auth } from '@/protocols/lonely/auth/authScheme.js'
import { hmacAuth, makeHmacSecret } from '@/protocols/lonely/auth/hmacAuth.js'
import { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
import type { Subscription } from '@/protocols/lonely/subscriber/subscription.js'
import { codeOf } from '../../support/codeOf.js'
import { lcg32 } from '../../support/lcg32.js'
import { LonelyStage, WAYS } from '../../support/lonelyPair.js'
import { notifyOf, subscribeTo } from '../../support/lonelySamples.js'
import { BroadcasterBench } from '../../support/lonelySessions.js'
import { rejection } from '../../support/rejection.js'
import { turns } from '../../support/turns.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

const sha512 = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex')

/** The texts of the next messages. */
const take = async (subscription: Subscription, count: number): Promise<string[]> => {
  const texts: string[] = []
  for await (const message of subscription) {
    texts.push(await message.text())
    if (texts.length === count) break
  }
  return texts
}

for (const way of WAYS) {
  describe(`a broadcaster and subscribers over the ${way}`, () => {
    it('brings a notification to those who want its topic, and counts them', async () => {
      await using stage = await LonelyStage.open(way)
      const [exact, glob, other, notifier] = [1, 2, 3, 4].map(() => stage.subscriber())
      if (!exact || !glob || !other || !notifier) throw new Error('four')
      const got = [
        take(await exact.subscribe('news/weather'), 2),
        take(await glob.subscribe({ glob: 'news/*' }), 3),
        take(await other.subscribe('news/sports'), 1),
      ]
      expect(await notifier.notify('news/weather', 'rain')).to.equal(2)
      expect(await notifier.notify('news/sports', 'draw')).to.equal(2)
      expect(await notifier.notify('news/weather', 'sun')).to.equal(2)
      expect(await notifier.notify('nobody', 'x')).to.equal(0)
      expect(await Promise.all(got)).to.deep.equal([['rain', 'sun'], ['rain', 'draw', 'sun'], ['draw']])
    })

    it('keeps the order of one notifier, with many under way', async () => {
      await using stage = await LonelyStage.open(way)
      const got = take(await stage.subscriber().subscribe('t'), 1_000)
      const notifier = stage.subscriber()
      const sent = Array.from({ length: 1_000 }, (_, i) => String(i))
      const counts = await Promise.all(sent.map((text) => notifier.notify('t', text)))
      expect(new Set(counts)).to.deep.equal(new Set([1]))
      expect(await got).to.deep.equal(sent)
    })

    it('carries bodies in parts both ways, and one that is empty', async () => {
      await using stage = await LonelyStage.open(way, { maxSendBytes: 2_048 })
      const subscriber = stage.subscriber({ maxSendBytes: 1_500 })
      const body = Buffer.from(lcg32(5, 100_000))
      const received: string[] = []
      await subscriber.subscribe('big', (message) => void received.push(sha512(message.bytes ?? Buffer.alloc(0))))
      expect(await subscriber.notify('big', body)).to.equal(1)
      expect(await subscriber.notify('big', '')).to.equal(1)
      expect(await subscriber.notify('big', [body.subarray(0, 7), body.subarray(7)])).to.equal(1)
      await stage.subscriber().subscribe('other')
      await subscriber.subscribe({ glob: 'end' })
      expect(received).to.deep.equal([body, Buffer.alloc(0), body].map(sha512))
    })

    it('lets an application notify from its loop while its own queue is full', async () => {
      await using stage = await LonelyStage.open(way)
      const subscriber = stage.subscriber({ maxWaitingMessages: 1 })
      const subscription = await subscriber.subscribe('t')
      await Promise.all(Array.from({ length: 20 }, (_, i) => subscriber.notify('t', `${i}`)))
      const seen: string[] = []
      for await (const message of subscription) {
        seen.push(await message.text())
        expect(await subscriber.notify('echo', 'x')).to.equal(0)
        if (seen.length === 20) break
      }
      expect(seen).to.deep.equal(Array.from({ length: 20 }, (_, i) => `${i}`))
    })

    const secrets = [makeHmacSecret(), makeHmacSecret()] as const
    const schemes: Readonly<Record<string, () => Partial<Auth>>> = {
      token: () => ({ toBroadcaster: tokenAuth('up'), toSubscriber: tokenAuth('down') }),
      hmac: () => ({ toBroadcaster: hmacAuth(secrets[0]), toSubscriber: hmacAuth(secrets[1]) }),
      'hmac up, nothing down': () => ({ toBroadcaster: hmacAuth(secrets[0]) }),
      'token up, hmac down': () => ({ toBroadcaster: tokenAuth('up'), toSubscriber: hmacAuth(secrets[1]) }),
      "a scheme of one's own that answers later": () => ({
        toBroadcaster: {
          authorize: (claim) => Promise.resolve(`mine ${claim.kind}`),
          check: (claim, text) => Promise.resolve(text === `mine ${claim.kind}` ? 'ok' : 'forbidden'),
        },
      }),
    }
    for (const [name, auth] of Object.entries(schemes)) {
      it(`lets those with the right ${name} in over the ${way}, for everything they do`, async () => {
        await using stage = await LonelyStage.open(way, { maxSendBytes: 2_048 }, auth)
        const subscriber = stage.subscriber({ maxSendBytes: 2_048 })
        const body = Buffer.from(lcg32(9, 9_000))
        const subscription = await subscriber.subscribe({ glob: 'a*' })
        const got = take(subscription, 2)
        expect(await subscriber.notify('ab', 'small')).to.equal(1)
        expect(await subscriber.notify('ac', body)).to.equal(1)
        expect(await got).to.deep.equal(['small', body.toString()])
        expect(await subscriber.notify('ab', 'nobody is left')).to.equal(0)
      })
    }
  })
}

describe('under hmac, where a body has 257 parts at most', () => {
  it('the parts of a larger body are larger, and it arrives', async () => {
    const secret = makeHmacSecret()
    const auth = () => ({ toBroadcaster: hmacAuth(secret), toSubscriber: hmacAuth(secret) })
    await using stage = await LonelyStage.open('length prefix', { maxSendBytes: 1_024, zstd: 'off' }, auth)
    const subscriber = stage.subscriber({ maxSendBytes: 10_000 })
    const topic = 't'.repeat(20_000)
    const body = Buffer.from(lcg32(2, 700_000))
    const got = take(await subscriber.subscribe(topic), 1)
    expect(await subscriber.notify(topic, body)).to.equal(1)
    expect(sha512(Buffer.from((await got)[0] ?? ''))).to.equal(sha512(Buffer.from(body.toString())))
    expect(subscriber.events).to.deep.equal(['established'])
  })

  it('one that would need messages beyond 16 MiB is missed, and told so', async () => {
    const scheme = { authorize: () => undefined, check: () => 'ok' as const, maxParts: 2 }
    const bench = await BroadcasterBench.open({ auth: { toBroadcaster: scheme }, maxBodyInMemoryBytes: 2 ** 26 })
    const end = await bench.configured()
    await end.hear(subscribeTo('t'))
    const body = await bench.bodies.keep(Buffer.alloc(34_000_000), Buffer.alloc(64))
    expect(await bench.switchboard.publish(Buffer.from('t'), body)).to.equal(1)
    body.release()
    expect(end.types.slice(2)).to.deep.equal(['MISSED'])
    expect(bench.bodies.held.memoryBytes).to.equal(0)
  })
})

describe('those with another secret', () => {
  const cases: readonly [string, Partial<Auth>, string][] = [
    ['towards the broadcaster', { toBroadcaster: tokenAuth('wrong') }, 'CONFIGURE_REFUSED'],
    [
      'towards the subscriber',
      { toBroadcaster: tokenAuth('right'), toSubscriber: tokenAuth('wrong') },
      'AUTHORIZATION_REFUSED',
    ],
  ]
  for (const [what, auth, code] of cases) {
    it(`${what} are kept apart: ${code}`, async () => {
      await using stage = await LonelyStage.open('handshake framing', {
        auth: { toBroadcaster: tokenAuth('right'), toSubscriber: tokenAuth('right') },
      })
      expect(codeOf(await rejection(stage.subscriber({ auth }).connect()))).to.equal(code)
      await using right = stage.subscriber({
        auth: { toBroadcaster: tokenAuth('right'), toSubscriber: tokenAuth('right') },
      })
      await right.connect()
      expect(stage.broadcaster.activeConnections.size).to.equal(1)
    })
  }
})

describe('one broadcaster on TCP and WebSockets at once', () => {
  it('joins subscribers of both', async () => {
    await using stage = await LonelyStage.open('handshake framing', {
      webSocket: { listen: '127.0.0.1:0', path: '/hub' },
    })
    const webSocket = `ws://${stage.broadcaster.webSocketAddress?.toString()}/hub`
    const there = stage.subscriber({ broadcasters: [webSocket] })
    const here = stage.subscriber()
    const got = [take(await there.subscribe('t'), 2), take(await here.subscribe('t'), 2)]
    expect(await here.notify('t', 'from TCP')).to.equal(2)
    expect(await there.notify('t', 'from a WebSocket')).to.equal(2)
    for (const texts of await Promise.all(got)) expect(texts).to.deep.equal(['from TCP', 'from a WebSocket'])
  })

  it('says 404 at another path', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    const elsewhere = `ws://${stage.broadcaster.webSocketAddress?.toString()}/elsewhere`
    const error = await rejection(stage.subscriber({ broadcasters: [elsewhere] }).connect())
    expect(codeOf(error)).to.equal('CONNECT_FAILED')
    expect(error).to.have.nested.property('detail.status', 404)
  })
})

describe('large bodies', () => {
  let folder: string
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('are kept in files at both ends, come in pieces, and leave nothing behind', async () => {
    const limits = { maxBodyInMemoryBytes: 1_000, spoolFolder: folder }
    await using stage = await LonelyStage.open('handshake framing', { ...limits, maxSendBytes: 65_536 })
    const subscriber = stage.subscriber({ ...limits, maxSendBytes: 65_536 })
    const body = Buffer.from(lcg32(3, 700_000))
    const path = join(folder, 'body.bin')
    await writeFile(path, body)
    const subscription = await subscriber.subscribe('big')
    const reading = (async () => {
      for await (const message of subscription) {
        expect(message.bytes).to.equal(undefined)
        const pieces: Buffer[] = []
        for await (const piece of message.stream()) pieces.push(piece)
        return [pieces.length, sha512(Buffer.concat(pieces))]
      }
      return []
    })()
    expect(await subscriber.notify('big', { file: path })).to.equal(1)
    expect(await reading).to.deep.equal([3, sha512(body)])
    await stage.broadcaster.close()
    expect(stage.broadcaster.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    expect(subscriber.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    expect(await readdir(folder)).to.deep.equal(['body.bin'])
  })

  it('beyond the bound of the broadcaster end the connection of the notifier only', async () => {
    await using stage = await LonelyStage.open('handshake framing', { maxBodyBytes: 10_000 })
    const listener = stage.subscriber()
    const got = take(await listener.subscribe('t'), 1)
    const notifier = stage.subscriber({ maxAttempts: 1 })
    expect(codeOf(await rejection(notifier.notify('t', Buffer.alloc(10_001))))).to.equal('NOTIFY_UNCERTAIN')
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['BODY_TOO_LARGE'])
    expect(await stage.broadcaster.notify('t', 'still here')).to.equal(1)
    expect(await got).to.deep.equal(['still here'])
  })

  it('in more files than one notifier may have end its connection only', async () => {
    const limits = { maxBodyInMemoryBytes: 10, maxFilesPerNotifier: 2, windowMessages: 1 }
    const bench = await BroadcasterBench.open({ ...limits, spoolFolder: folder })
    const [holder, greedy, other] = await Promise.all([1, 2, 3].map(() => bench.configured()))
    if (!holder || !greedy || !other) throw new Error('three')
    await holder.hear(subscribeTo('t'))
    // One is under way, which needs its file no more, and two wait.
    for (let count = 1; count <= 3; count++) {
      await greedy.hear(notifyOf('more than ten'))
      while (greedy.of('CONFIRM_NOTIFY').length < count || !holder.types.includes('RECEIVE_STREAM')) await turns()
    }
    expect(bench.bodies.held.spoolFiles).to.equal(2)
    await greedy.hear(notifyOf('more than ten'))
    expect(codeOf(greedy.failure)).to.equal('SPOOL_FULL')
    await other.hear(notifyOf('more than ten'))
    while (other.of('CONFIRM_NOTIFY').length < 1) await turns()
    expect([other.failure, holder.failure]).to.deep.equal([undefined, undefined])
    holder.session.end()
    expect(bench.bodies.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('are given up with the signal while their source has not ended', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    await using subscriber = stage.subscriber()
    const giveUp = new AbortController()
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      yield Buffer.from('a beginning')
      giveUp.abort()
      await new Promise(() => {})
    }
    expect(codeOf(await rejection(subscriber.notify('t', endless(), { signal: giveUp.signal })))).to.equal('ABORTED')
  })

  it('leave a source that goes on and on when they are given up', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    await using subscriber = stage.subscriber()
    const giveUp = new AbortController()
    const left: string[] = []
    async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
      try {
        for (;;) {
          yield Buffer.from('more')
          await turns()
          giveUp.abort()
        }
      } finally {
        left.push('left')
      }
    }
    expect(codeOf(await rejection(subscriber.notify('t', endless(), { signal: giveUp.signal })))).to.equal('ABORTED')
    while (left.length === 0 || subscriber.bodies.memoryBytes > 0) await turns()
    expect(subscriber.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('beyond the bound of the subscriber are not even sent', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    const notifier = stage.subscriber({ maxBodyBytes: 10 })
    expect(codeOf(await rejection(notifier.notify('t', Buffer.alloc(11))))).to.equal('BODY_TOO_LARGE')
    expect(codeOf(await rejection(notifier.notify('t', { file: join(folder, 'none') })))).to.equal('BODY_FAILED')
    const broken = (function* (): Generator<Uint8Array> {
      yield Buffer.alloc(1)
      throw new Error('broken')
    })()
    expect(codeOf(await rejection(notifier.notify('t', broken)))).to.equal('SOURCE_FAILED')
    expect(notifier.bodies).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })
})
