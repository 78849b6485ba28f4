import { once } from 'node:events'
import { getDefaultHighWaterMark } from 'node:stream'
import { expect } from 'chai'
import type { Fault } from '@/lab/faults/fault.js'
import { parseFaults } from '@/lab/faults/parseFault.js'
import { stall } from '@/lab/faults/stall.js'
import { faultyPair, faultyStream } from '@/lab/relay/faultyPair.js'
import { memoryPair } from '@/lab/relay/memoryPair.js'
import { Relay } from '@/lab/relay/relay.js'
import type { RelayEvent } from '@/lab/relay/relayEvent.js'
import { TransportError } from '@/errors.js'
import { caught } from '../../support/caught.js'
import { FaultBench } from '../../support/faultBench.js'
import { lcg32 } from '../../support/lcg32.js'
import { ManualClock } from '../../support/manualClock.js'
import { RawListener, RawPeer } from '../../support/rawPeer.js'
import { turns } from '../../support/turns.js'
import { Bare, Echo, Witness } from '../../support/witness.js'

describe('a relay', () => {
  it('hands on bytes both ways, and each end by itself', async () => {
    const bench = new FaultBench([])
    await bench.say('0102')
    await bench.end()
    await bench.answer('aa')
    expect([bench.got, bench.down]).to.deep.equal([['0102', 'end'], [[0, 'aa']]])
    bench.pair.acceptor.end()
    expect(await bench.pair.relay.over).to.equal(undefined)
    const told = bench.events.map((event) => [
      event.kind,
      'from' in event ? event.from : '',
      'what' in event ? event.what : '',
    ])
    expect(told).to.deep.equal([
      ['arrived', 'opener', 'bytes'],
      ['delivered', 'opener', 'bytes'],
      ['arrived', 'opener', 'end'],
      ['delivered', 'opener', 'end'],
      ['arrived', 'acceptor', 'bytes'],
      ['delivered', 'acceptor', 'bytes'],
      ['arrived', 'acceptor', 'end'],
      ['delivered', 'acceptor', 'end'],
      ['closed', '', ''],
    ])
  })

  it('tells when bytes, an end and a reset had come, and when they left', async () => {
    for (const what of ['end', 'reset'] as const) {
      const bench = new FaultBench(['latency:20'])
      await bench.say('01')
      await bench.pass(5)
      if (what === 'end') await bench.end()
      else bench.pair.opener.destroy(new Error('broken'))
      await turns(10)
      await bench.pass(20)
      const times = bench.events.flatMap((event) =>
        event.kind === 'delivered' ? [[event.what, event.arrivedMs, event.atMs]] : [],
      )
      expect(times).to.deep.equal([
        ['bytes', 0, 20],
        [what, 5, 25],
      ])
    }
  })

  it('hands on a reset, also one behind an end', async () => {
    const bench = new FaultBench([])
    await bench.end()
    bench.pair.opener.destroy(new Error('broken'))
    await turns(20)
    expect(bench.got).to.deep.equal(['end', 'reset'])
    await bench.pair.relay.over
  })

  it('is over at once when a stream was gone before it came, and resets the other', async () => {
    const [gone, near] = memoryPair()
    const [kept, far] = memoryPair()
    gone.on('error', () => {}).destroy()
    near.on('error', () => {}).destroy()
    await turns(2)
    const relay = new Relay({ opener: near, acceptor: far })
    const reset = await new Promise<Error>((resolve) => kept.on('error', resolve))
    expect([reset.message, await relay.over]).to.deep.equal(['ECONNRESET: reset by the other end', undefined])
  })

  it('reads no more than maxHeldBytes while nothing leaves, and then all of it', async () => {
    const clock = new ManualClock()
    const { opener, acceptor, relay } = faultyPair({ clock, maxHeldBytes: 100_000, faults: [stall({ ms: 1_000 })] })
    const bytes = Buffer.from(lcg32(1, 3_000_000))
    let taken = 0
    const feeding = (async () => {
      for (let at = 0; at < bytes.length; at += 10_000) {
        await new Promise<void>((resolve) => opener.write(bytes.subarray(at, at + 10_000), () => resolve()))
        taken += 10_000
      }
      opener.end()
    })()
    await turns(400)
    expect(taken).to.be.within(100_000, 200_000)
    clock.advance(1_000)
    const got: Buffer[] = []
    for await (const chunk of acceptor) if (chunk instanceof Buffer) got.push(chunk)
    await feeding
    expect(Buffer.concat(got).equals(bytes)).to.equal(true)
    relay.reset()
    opener.on('error', () => {})
    acceptor.on('error', () => {})
    await relay.over
  })

  it('reads no more than 4,096 chunks, however small, while nothing leaves', async () => {
    const { opener, acceptor, relay } = faultyPair({ clock: new ManualClock(), faults: [stall({ ms: 1_000 })] })
    let taken = 0
    const feed = (): void => {
      for (let free = true; free && taken < 600_000; taken++) free = opener.write(Buffer.of(7))
      if (taken < 600_000) opener.once('drain', feed)
    }
    feed()
    let before = -1
    while (before < taken) {
      before = taken
      await turns(50)
    }
    expect(taken).to.be.within(4_096, 4_200 + 2 * getDefaultHighWaterMark(false)) // of both ends of the pair
    for (const end of [opener, acceptor]) end.on('error', () => {})
    relay.reset()
    await relay.over
  })

  it('changes its faults while bytes are held: those go on at once, in order, and the new ones count anew', async () => {
    const bench = new FaultBench(['latency:50'])
    await bench.say('01')
    await bench.say('02')
    expect(bench.got).to.deep.equal([])
    bench.pair.relay.faults = parseFaults(['slice:1', 'corrupt:ee@2'])
    await bench.say('030405')
    expect(bench.got).to.deep.equal(['01', '02', '03', 'ee', '05'])
    expect(bench.pair.relay.faults.map(({ name }) => name)).to.deep.equal(['slice:1', 'corrupt:ee@2'])
  })

  it('refuses faults that count frames where nothing knows frames, and keeps those it has', () => {
    const bench = new FaultBench(['slice:1'])
    const { code, detail } = caught(() => {
      bench.pair.relay.faults = parseFaults(['reset@2f'])
    })
    expect([code, detail['given'], detail['problem']]).to.deep.equal([
      'OPTION_INVALID',
      'reset@2f',
      'raw has no frames',
    ])
    expect(bench.pair.relay.faults.map(({ name }) => name)).to.deep.equal(['slice:1'])
  })

  for (const options of [{ seed: 0.5 }, { conversation: Number.NaN }, { maxHeldBytes: 1 }, { lingerMs: 0 }]) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      expect(caught(() => faultyPair(options)).code).to.equal('OPTION_INVALID')
    })
  }

  it('resets both ends and says so when a fault of somebody throws', async () => {
    const broken: Fault = {
      name: 'broken',
      framed: false,
      async *through(parts) {
        for await (const part of parts) {
          yield part
          throw new Error('oh')
        }
      },
    }
    const bench = new FaultBench([])
    bench.pair.relay.faults = [broken]
    await bench.say('01')
    const cause = await bench.pair.relay.over
    expect([cause instanceof TransportError && cause.code, bench.got]).to.deep.equal(['HOOK_FAILED', ['01', 'reset']])
    expect(bench.events.at(-1)).to.deep.equal({ kind: 'closed', atMs: 0, cause })
  })

  it('swallows what comes when a fault of somebody gives no more, and goes on when it is taken away', async () => {
    const bench = new FaultBench([])
    bench.pair.relay.faults = [{ name: 'mute', framed: false, async *through() {} }]
    await bench.say('01')
    bench.pair.relay.faults = []
    await bench.say('02')
    expect(bench.got).to.deep.equal(['02'])
  })

  it('resets both ends when who looks on throws', async () => {
    const observe = (event: RelayEvent): void => {
      if (event.kind === 'arrived') throw new Error('oh')
    }
    const bench = new FaultBench([], { observe })
    await bench.say('01')
    const cause = await bench.pair.relay.over
    expect(cause instanceof TransportError && [cause.code, cause.detail['hook']]).to.deep.equal([
      'HOOK_FAILED',
      'observe',
    ])
  })
})

describe('connections over a faulty pair', () => {
  const echoed = async (
    faults: readonly string[],
    pipeline: boolean,
  ): Promise<{ equal: boolean; causes: unknown[] }> => {
    const clock = new ManualClock()
    const { opener, acceptor } = faultyPair({ clock, dialect: 'handshake', seed: 5, faults: parseFaults(faults) })
    const [asking, echo] = [new Bare({ pipeline }), new Echo()]
    const overs = Promise.allSettled([asking.run(opener, 'opener'), echo.run(acceptor, 'acceptor')])
    const messages = [0, 1, 5, 300, 5_000].map((size, at) => Buffer.from(lcg32(at, size)))
    const conversation = async (): Promise<boolean> => {
      while (asking.phase !== 'open') await turns()
      for (const message of messages) void asking.transmit(message)
      let same = true
      for (const message of messages) same &&= (await asking.receive()).equals(message)
      await asking.close()
      return same
    }
    const equal = await clock.passUntil(conversation(), 1)
    const causes = (await overs).map((over) => (over.status === 'rejected' ? over.reason : undefined))
    return { equal, causes }
  }

  for (const pipeline of [false, true]) {
    for (const faults of [['slice:1..7'], ['latency:1±1', 'slice:100..2000'], ['bandwidth:10M', 'slow-close:2']]) {
      it(`${pipeline ? 'pipelined' : 'strict'}, lose nothing to ${faults.join(' and ')}`, async () => {
        expect(await echoed(faults, pipeline)).to.deep.equal({ equal: true, causes: [undefined, undefined] })
      })
    }
  }

  const ended = async (fault: string): Promise<unknown[]> => {
    const clock = new ManualClock()
    const { opener, acceptor } = faultyPair({ dialect: 'handshake', faults: parseFaults([fault]) })
    const [asking, echo] = [new Bare({ clock, answerTimeoutMs: 1_000 }), new Witness()]
    const codes: unknown[] = []
    const over = Promise.allSettled([
      asking.run(opener, 'opener').catch((error: unknown) => codes.push(error)),
      echo.run(acceptor, 'acceptor').catch(() => {}),
    ])
    while (asking.phase !== 'open') await turns()
    for (const text of ['one', 'two', 'three']) asking.transmit(Buffer.from(text)).catch(() => {})
    await clock.passUntil(over)
    return codes.map((error) => (error instanceof TransportError ? error.code : error))
  }

  for (const [fault, code] of [
    ['drop-ok@1/down', 'ANSWER_TIMEOUT'],
    ['duplicate-ok@2/down', 'ANSWER_UNEXPECTED'],
    ['reset@1f+2/up', 'CONNECTION_RESET'],
    ['black-hole@2/down', 'ANSWER_TIMEOUT'],
    ['corrupt:fd@2/down', 'MESSAGE_REFUSED'],
  ] as const) {
    it(`end with ${code} at ${fault}`, async () => {
      expect(await ended(fault)).to.deep.equal([code])
    })
  }
})

describe('a faulty stream', () => {
  for (const role of ['opener', 'acceptor'] as const) {
    it(`puts faults in front of a real socket for the end that ${role === 'opener' ? 'connected' : 'listens'}`, async () => {
      const listener = await RawListener.open()
      const client = await RawPeer.connect(listener.port)
      const server = await listener.next()
      const [own, far] = role === 'opener' ? [client, server] : [server, client]
      const faults = parseFaults(role === 'opener' ? ['corrupt:ee@1/up'] : ['corrupt:ee@1/down'])
      const { stream, relay } = faultyStream(own.socket, role, { faults })
      stream.write(Buffer.from('010203', 'hex'))
      await far.expect('01ee03')
      far.send('0405')
      const [chunk]: unknown[] = await once(stream, 'data')
      expect(chunk).to.deep.equal(Buffer.of(4, 5))
      stream.end()
      far.fin()
      await relay.over
      await client[Symbol.asyncDispose]()
      await listener[Symbol.asyncDispose]()
    })
  }
})
