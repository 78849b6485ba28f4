import { expect } from 'chai'
import { NO_MAX_SIZE } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { loadZstd, type Zstd } from '@/protocols/lonely/zstd.js'
import { codeOf } from '../../support/codeOf.js'
import { caught } from '../../support/caught.js'
import { LonelyStage, WAYS, type WatchedSubscriber } from '../../support/lonelyPair.js'
import { rejection } from '../../support/rejection.js'
import { turns } from '../../support/turns.js'

/** A zstd that writes down what it is asked to do. */
const watched = (zstd: Zstd): { readonly zstd: Zstd; readonly done: string[] } => {
  const done: string[] = []
  const note = (what: string, size: number, dictionary: Uint8Array | undefined): void =>
    void done.push(
      `${what} ${size}${dictionary === undefined ? '' : ` with ${Buffer.from(dictionary.subarray(0, 3)).toString()}`}`,
    )
  return {
    done,
    zstd: {
      from: zstd.from,
      compress: (body, level, dictionary) => {
        note('compress', body.length, dictionary)
        return zstd.compress(body, level, dictionary)
      },
      decompress: (frame, length, dictionary) => {
        note('decompress', length, dictionary)
        return zstd.decompress(frame, length, dictionary)
      },
    },
  }
}

/** Subscribes and gives the texts as they come. */
const listen = async (subscriber: WatchedSubscriber): Promise<() => Promise<string>> => {
  const subscription = (await subscriber.subscribe({ glob: '*' }))[Symbol.asyncIterator]()
  return async () => {
    const { value } = await subscription.next()
    return value === undefined ? '' : value.text()
  }
}

const LARGE = 'framewright '.repeat(2_000)

describe('compressed notifications, where there is zstd', () => {
  let real: Zstd
  before(async function () {
    const zstd = await loadZstd()
    if (zstd === undefined) return this.skip()
    real = zstd
  })

  for (const way of WAYS) {
    it(`are compressed from the size on that the broadcaster says, both ways, over the ${way}`, async () => {
      const [there, here] = [watched(real), watched(real)]
      await using stage = await LonelyStage.open(way, { zstd: there.zstd })
      const subscriber = stage.subscriber({ zstd: here.zstd })
      const next = await listen(subscriber)
      for (const text of ['small', LARGE]) {
        expect(await subscriber.notify('t', text)).to.equal(1)
        expect(await next()).to.equal(text)
      }
      expect(here.done).to.deep.equal(['compress 24000', 'decompress 24000'])
      expect(there.done).to.deep.equal(['decompress 24000', 'compress 24000'])
    })
  }

  it('are compressed once for all who have the same compressor', async () => {
    const there = watched(real)
    await using stage = await LonelyStage.open('handshake framing', { zstd: there.zstd })
    const nexts = await Promise.all([1, 2, 3].map(() => listen(stage.subscriber())))
    expect(await stage.broadcaster.notify('t', LARGE)).to.equal(3)
    for (const next of nexts) expect(await next()).to.equal(LARGE)
    expect(there.done).to.deep.equal(['compress 24000'])
  })

  for (const [what, ends] of [['the broadcaster', { zstd: 'off' }] as const, ['the subscriber', {}] as const]) {
    it(`are not compressed when ${what} has no zstd`, async () => {
      await using stage = await LonelyStage.open('handshake framing', ends)
      const subscriber = stage.subscriber(what === 'the subscriber' ? { zstd: 'off' } : {})
      const next = await listen(subscriber)
      expect(await subscriber.notify('t', LARGE)).to.equal(1)
      expect(await next()).to.equal(LARGE)
    })
  }

  it('use a preset dictionary that the subscriber asks for and both ends have', async () => {
    const dictionary = Buffer.from('abc'.repeat(50))
    const [there, here] = [watched(real), watched(real)]
    const presets = [{ id: 7, level: 5, minSize: 10, maxSize: NO_MAX_SIZE, dictionary }]
    await using stage = await LonelyStage.open('handshake framing', { zstd: there.zstd, presets })
    const subscriber = stage.subscriber({ zstd: here.zstd, presets, initialDict: 7 })
    const next = await listen(subscriber)
    expect(await subscriber.notify('t', 'abcabcabcabc')).to.equal(1)
    expect(await next()).to.equal('abcabcabcabc')
    expect([...here.done, ...there.done].toSorted()).to.deep.equal([
      'compress 12 with abc',
      'compress 12 with abc',
      'decompress 12 with abc',
      'decompress 12 with abc',
    ])
  })

  it('use the dictionaries that the broadcaster sends, the newest for what it sends itself', async () => {
    const [there, here] = [watched(real), watched(real)]
    await using stage = await LonelyStage.open('handshake framing', { zstd: there.zstd })
    const subscriber = stage.subscriber({ zstd: here.zstd })
    const next = await listen(subscriber)
    for (const name of ['one', 'two', 'six']) {
      expect(stage.broadcaster.offerDictionary(Buffer.from(name.repeat(100)))).to.equal(1)
      const text = `${name} `.repeat(20)
      expect(await stage.broadcaster.notify('t', text)).to.equal(1)
      expect(await next()).to.equal(text)
    }
    expect(await subscriber.notify('t', 'back '.repeat(20))).to.equal(1)
    expect(await next()).to.equal('back '.repeat(20))
    expect(there.done.filter((one) => one.startsWith('compress'))).to.deep.equal([
      'compress 80 with one',
      'compress 80 with two',
      'compress 80 with six',
      'compress 100 with six',
    ])
    // The original keeps to the older of two that fit; the oldest has been taken back.
    expect(here.done.filter((one) => one.startsWith('compress'))).to.deep.equal(['compress 100 with two'])
  })

  it('use one dictionary in one memory, however many connections it was given to', async () => {
    const used: (Uint8Array | undefined)[] = []
    const zstd: Zstd = {
      ...real,
      compress: (body, level, dictionary) => {
        used.push(dictionary)
        return real.compress(body, level, dictionary)
      },
    }
    await using stage = await LonelyStage.open('handshake framing', { zstd })
    const subscribers = [stage.subscriber({ zstd: real }), stage.subscriber({ zstd: real })]
    await Promise.all(subscribers.map((subscriber) => subscriber.subscribe('t')))
    expect(stage.broadcaster.offerDictionary(Buffer.from('abc'.repeat(10_000)))).to.equal(2)
    await stage.broadcaster.notify('t', 'abc'.repeat(30))
    while (used.length < 2) await turns()
    expect(used[0]).to.have.lengthOf(30_000)
    expect(used[0]).to.equal(used[1])
  })

  it('get no dictionary where none is welcome', async () => {
    await using stage = await LonelyStage.open('handshake framing')
    await stage.subscriber({ training: false }).connect()
    await stage.subscriber({ zstd: 'off' }).connect()
    expect(stage.broadcaster.offerDictionary(Buffer.from('abc'))).to.equal(0)
    expect(caught(() => stage.broadcaster.offerDictionary(Buffer.alloc(0))).code).to.equal('OPTION_INVALID')
    expect(caught(() => stage.broadcaster.offerDictionary(Buffer.alloc(9), { level: 40_000 })).code).to.equal(
      'OPTION_INVALID',
    )
  })

  it('that are not what they say end the connection they came over', async () => {
    const lies: Zstd = { ...real, compress: () => Buffer.from('no frame at all') }
    await using stage = await LonelyStage.open('handshake framing', { zstd: real })
    const liar = stage.subscriber({ zstd: lies, maxAttempts: 1 })
    const next = await listen(stage.subscriber())
    expect(codeOf(await rejection(liar.notify('t', LARGE)))).to.equal('NOTIFY_UNCERTAIN')
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['ZSTD_REFUSED'])
    expect(await stage.broadcaster.notify('t', 'still here')).to.equal(1)
    expect(await next()).to.equal('still here')
  })
})
