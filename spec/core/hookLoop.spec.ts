import { expect } from 'chai'
import * as fc from 'fast-check'
import { HookLoop } from '@/core/hookLoop.js'
import type { Hooks, Overrides } from '@/core/hooks.js'
import { Inbox } from '@/core/inbox.js'
import { InboundStream } from '@/core/inboundStream.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { Gate } from '../support/gate.js'
import { turns } from '../support/turns.js'

const ALL: Overrides = { preLoop: true, loopPass: true, received: true, stream: true, offered: false }

/** A loop whose hooks do what `acts` says, and everything it did. */
class Bench {
  readonly log: string[] = []
  readonly inbox = new Inbox(new MemoryBudget(10 ** 6, 10 ** 6), 1_000, 10 ** 6)
  readonly loop: HookLoop<Bench>

  constructor(acts: Readonly<Record<string, () => void | Promise<void>>> = {}, overrides: Partial<Overrides> = {}) {
    const run = (hook: string): void | Promise<void> => {
      this.log.push(hook)
      const done = acts[hook]?.() ?? acts['*']?.()
      if (done === undefined) return
      return done.then(() => void this.log.push(`${hook} done`))
    }
    const hooks: Hooks<Bench> = {
      preLoop: () => run('preLoop'),
      loopPass: () => run('loopPass'),
      postLoop: () => run('postLoop'),
      transmissionReceived: (_, message) => run(String(message)),
      transmissionStream: (_, size) => run(`stream ${size}`),
      transmissionOffered: () => true,
    }
    this.loop = new HookLoop(this, hooks, { ...ALL, loopPass: false, ...overrides }, this.inbox, {
      loopStarted: () => this.log.push('started'),
      inboxEased: () => {},
      hookFailed: (error) => {
        this.log.push(`failed ${String(error.detail['hook'])}`)
        this.loop.stop()
      },
      loopOver: () => this.log.push('over'),
    })
  }

  deliver(...texts: string[]): this {
    for (const text of texts) this.loop.deliver(Buffer.from(text))
    return this
  }
}

describe('HookLoop', () => {
  it('runs nothing before it is started, then preLoop, then what waits, in order', () => {
    const bench = new Bench().deliver('a', 'b')
    expect(bench.log).to.deep.equal([])
    bench.loop.start()
    bench.deliver('c')
    expect(bench.log).to.deep.equal(['preLoop', 'started', 'a', 'b', 'c'])
  })

  it('lets messages wait while a hook has not returned', async () => {
    const gate = new Gate()
    const bench = new Bench({ a: () => gate.pass() })
    bench.loop.start()
    bench.deliver('a', 'b')
    expect([bench.loop.busy, bench.inbox.length]).to.deep.equal([true, 1])
    gate.open()
    await turns()
    expect(bench.log.slice(2)).to.deep.equal(['a', 'a done', 'b'])
  })

  it('passes after each message and at ticks, and a tick during a hook is made up for once', async () => {
    const gate = new Gate()
    const bench = new Bench({ b: () => gate.pass() }, { loopPass: true })
    bench.loop.start()
    bench.deliver('a')
    bench.loop.visit()
    bench.deliver('b')
    bench.loop.visit()
    bench.loop.visit()
    gate.open()
    await turns()
    expect(bench.log.slice(2)).to.deep.equal(['a', 'loopPass', 'loopPass', 'b', 'b done', 'loopPass'])
  })

  it('hands a message to receive() when somebody waits there, and runs no hook for it', async () => {
    const bench = new Bench()
    bench.loop.start()
    const received = bench.inbox.receive(undefined)
    bench.deliver('a', 'b')
    expect(await received).to.deep.equal(Buffer.from('a'))
    expect(bench.log.slice(2)).to.deep.equal(['b'])
  })

  it('leaves messages alone for a class that does not override the hook, but not its streams', async () => {
    const bench = new Bench({}, { received: false })
    bench.loop.start()
    bench.deliver('a')
    expect(bench.inbox.length).to.equal(1)
    bench.inbox.take()
    const stream = new InboundStream(5, { pieceWanted: () => {}, readerGone: () => bench.log.push('rest thrown away') })
    bench.loop.enqueue(stream)
    await turns()
    expect(bench.log.slice(2)).to.deep.equal(['stream 5', 'rest thrown away'])
  })

  for (const hook of ['preLoop', 'a', 'loopPass'])
    for (const how of ['throw', 'reject'] as const) {
      it(`tells of a ${how} in ${hook === 'a' ? 'transmissionReceived' : hook}, and runs no further hook`, async () => {
        const fail = (): Promise<void> => {
          if (how === 'throw') throw new Error('clumsy')
          return Promise.reject(new Error('clumsy'))
        }
        const bench = new Bench({ [hook]: fail }, { loopPass: hook === 'loopPass' })
        bench.loop.start()
        bench.deliver('a', 'b')
        await turns()
        expect(bench.log.slice(-2)).to.deep.equal([`failed ${hook === 'a' ? 'transmissionReceived' : hook}`, 'over'])
        expect(bench.log).not.to.include('b')
      })
    }

  it('finish lets what waits be handled; stop does not; both wait for the hook that runs', async () => {
    for (const [how, rest] of [
      ['finish', ['b', 'over']],
      ['stop', ['over']],
    ] as const) {
      const gate = new Gate()
      const bench = new Bench({ a: () => gate.pass() })
      bench.loop.start()
      bench.deliver('a', 'b')
      bench.loop[how]()
      expect(bench.log.at(-1)).to.equal('a')
      gate.open()
      await turns()
      expect(bench.log.slice(3)).to.deep.equal(['a done', ...rest])
    }
  })

  it('stopped from inside a synchronous hook runs neither loopPass nor the next message', () => {
    const bench: Bench = new Bench({ a: () => bench.loop.stop() }, { loopPass: true })
    bench.loop.start()
    bench.deliver('a', 'b')
    bench.loop.visit()
    expect(bench.log.slice(2)).to.deep.equal(['a', 'over'])
  })

  it('stopped in preLoop never starts', async () => {
    const bench: Bench = new Bench({ preLoop: () => Promise.resolve(bench.loop.stop()) })
    bench.loop.start()
    await turns()
    expect(bench.log).to.deep.equal(['preLoop', 'preLoop done', 'over'])
  })

  it('that is given up is over although its hook never returns', async () => {
    const gate = new Gate()
    const bench = new Bench({ a: () => gate.pass() })
    bench.loop.start()
    bench.deliver('a')
    bench.loop.stop()
    bench.loop.giveUp()
    expect(bench.log.at(-1)).to.equal('over')
    gate.open()
    await turns()
    expect(bench.log.slice(-2)).to.deep.equal(['over', 'a done'])
  })

  it('never runs two hooks at a time and keeps the order, however hooks take their time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
        fc.array(fc.constantFrom('message', 'tick', 'turn'), { maxLength: 40 }),
        async (pauses, deeds) => {
          let running = 0
          let worst = 0
          let call = 0
          const act = (): void | Promise<void> => {
            const pause = pauses[call++ % pauses.length] ?? 0
            worst = Math.max(worst, ++running)
            if (pause === 0) return void running--
            return (async () => {
              for (let turn = 1; turn < pause; turn++) await Promise.resolve()
              running--
            })()
          }
          const bench = new Bench({ '*': act }, { loopPass: true })
          bench.loop.start()
          let sent = 0
          for (const deed of deeds) {
            if (deed === 'message') bench.deliver(`m${sent++}`)
            else if (deed === 'tick') bench.loop.visit()
            else await Promise.resolve()
          }
          bench.loop.finish()
          await turns(2)
          expect(worst).to.equal(1)
          const handled = bench.log.filter((line) => /^m\d+$/.test(line))
          expect(handled).to.deep.equal(Array.from({ length: sent }, (_, at) => `m${at}`))
          expect(bench.log.at(-1)).to.match(/over|done/)
        },
      ),
      { seed: 3, numRuns: 200 },
    )
  })
})
