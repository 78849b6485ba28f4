import { expect } from 'chai'
import type { Connection } from '@/core/connection.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { PlainClient, PlainServer, portOfServer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { runProgram, SCRIPT_EXTENSION } from '../support/runProgram.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

const never = (): Promise<never> => new Promise(() => {})
const ENDS = ['close', 'destroy', 'drain'] as const
const TIMES = { closeTimeoutMs: 700, lingerMs: 300 }

/** Tells why each connection ended. */
class Telling extends PlainServer<Connection> {
  readonly causes: (Error | undefined)[] = []

  protected override connShutdown(_id: string, _connection: Connection, cause: Error | undefined): void {
    this.causes.push(cause)
  }
}

describe('a hook of a connection that never returns', () => {
  class InPreLoop extends Bare {
    protected override preLoop(): Promise<void> {
      return never()
    }
  }
  class InLoopPass extends Bare {
    protected override loopPass(): Promise<void> {
      return never()
    }
  }
  class InPostLoop extends Bare {
    protected override postLoop(): Promise<void> {
      return never()
    }
  }
  class InReceived extends Bare {
    protected override transmissionReceived(): Promise<void> {
      return never()
    }
  }
  class InStream extends Bare {
    protected override transmissionStream(): Promise<void> {
      return never()
    }
  }
  class InOffered extends Bare {
    protected override transmissionOffered(): Promise<boolean> {
      return never()
    }
  }

  for (const serves of [InPreLoop, InLoopPass, InPostLoop, InReceived, InStream, InOffered])
    for (const end of ENDS)
      it(`keeps no ${end} of its server from ending: ${serves.name}`, async () => {
        const clock = new ManualClock()
        await using server = new Telling({ listen: [0], clock, ...TIMES, maxMessageBytes: 8, handler: serves })
        await server.start()
        await using client = new PlainClient({ lingerMs: 1, handler: Bare })
        const connected = await client.connectTo(portOfServer(server))
        void connected.transmit(Buffer.alloc(serves === InStream ? 9 : 8))
        await turns(5)
        clock.advance(30)
        const ended: Promise<unknown> = server[end]({ deadlineMs: 500 })
        await clock.passUntil(ended, 50)
        expect(server.activeConnections.size).to.equal(0)
        expect(server.causes).to.have.lengthOf(1)
        expect(clock.now()).to.be.below(30 + 500 + 2 * 700 + 300)
        expect(clock.pending).to.equal(0)
      })

  it('makes HOOK_TIMEOUT the cause of the end, with the name of the hook, if the other end was gone', async () => {
    for (const [serves, hook] of [
      [InReceived, 'transmissionReceived'],
      [InPostLoop, 'postLoop'],
    ] as const) {
      const clock = new ManualClock()
      await using server = new Telling({ listen: [0], clock, ...TIMES, handler: serves })
      await server.start()
      await using client = new PlainClient({ lingerMs: 1, handler: Bare })
      const connected = await client.connectTo(portOfServer(server))
      await connected.transmit(Buffer.alloc(8))
      await connected.close()
      await turns(5)
      await clock.passUntil(server.close(), 50)
      expect(server.causes[0]).to.deep.include({ code: 'HOOK_TIMEOUT', detail: { hook, limitMs: 700 } })
    }
  })

  it('counts as cut at the deadline of a drain, also if the other end was gone', async () => {
    const clock = new ManualClock()
    await using server = new Telling({ listen: [0], clock, ...TIMES, handler: InReceived })
    await server.start()
    await using client = new PlainClient({ lingerMs: 1, handler: Bare })
    const connected = await client.connectTo(portOfServer(server))
    await connected.transmit(Buffer.alloc(8))
    await connected.close()
    const report = await clock.passUntil(server.drain({ deadlineMs: 500 }), 50)
    expect(report).to.deep.equal({ finished: 0, refused: 0, cut: 1 })
  })

  it('does not end the process before the server has closed', async () => {
    const program = new URL(`../support/endlessHook${SCRIPT_EXTENSION}`, import.meta.url)
    expect(await runProgram(program)).to.deep.equal({ exitCode: 0, output: 'closed, connections: 0\n' })
  })
})

describe('the last hooks of a server', () => {
  it('are connShutdown of every connection, awaited, and then postLoop', async () => {
    const log: string[] = []
    const gate = new Gate()
    class Slow extends PlainServer<Witness> {
      protected override async connShutdown(): Promise<void> {
        await gate.pass()
        log.push('connShutdown')
      }
      protected override postLoop(): void {
        log.push('postLoop')
      }
    }
    await using server = new Slow({ listen: [0], handler: Witness })
    await server.start()
    await using client = new PlainClient({ lingerMs: 1, handler: Bare })
    await client.connectTo(portOfServer(server))
    await client.connectTo(portOfServer(server))
    const closed = [server.close(), server.close()].map((closing) => closing.then(() => log.push('closed')))
    await gate.reached
    await turns(5)
    expect(log).to.deep.equal([])
    gate.open()
    await Promise.all(closed)
    expect(log).to.deep.equal(['connShutdown', 'connShutdown', 'postLoop', 'closed', 'closed'])
  })

  class InConnShutdown extends PlainServer<Bare> {
    protected override connShutdown(): Promise<void> {
      return never()
    }
  }
  class InPostLoop extends PlainServer<Bare> {
    protected override postLoop(): Promise<void> {
      return never()
    }
  }

  for (const [hook, Serving] of [
    ['connShutdown', InConnShutdown],
    ['postLoop', InPostLoop],
  ] as const)
    it(`are waited for as long as a close may take, and errorRaised is told: ${hook}`, async () => {
      const clock = new ManualClock()
      await using server = new Serving({ listen: [0], clock, ...TIMES, handler: Bare })
      await server.start()
      await using client = new PlainClient({ lingerMs: 1, handler: Bare })
      await client.connectTo(portOfServer(server))
      await clock.passUntil(server.close(), 50)
      expect(server.raised.map(({ code, detail }) => [code, detail])).to.deep.equal([
        ['HOOK_TIMEOUT', { hook, limitMs: 700 }],
      ])
      expect(clock.pending).to.equal(0)
    })
})

describe('a preLoop that never returns', () => {
  it('of a server: close ends, start rejects with HOOK_TIMEOUT, and it can be started again', async () => {
    const clock = new ManualClock()
    let endless = true
    class Endless extends PlainServer<Bare> {
      protected override preLoop(): void | Promise<void> {
        if (endless) return never()
      }
    }
    await using server = new Endless({ listen: [0], clock, ...TIMES, handler: Bare })
    const started = rejection(server.start())
    await clock.passUntil(server.close(), 50)
    expect((await started).code).to.equal('HOOK_TIMEOUT')
    endless = false
    await server.start()
    expect(server.addresses).to.have.lengthOf(1)
  })

  it('of a server, since it waits for its own close: start rejects, and it listens nowhere', async () => {
    const clock = new ManualClock()
    class Closing extends PlainServer<Bare> {
      protected override preLoop(): Promise<void> {
        return this.close()
      }
    }
    await using server = new Closing({ listen: [0], clock, ...TIMES, handler: Bare })
    expect((await clock.passUntil(rejection(server.start()), 50)).code).to.equal('HOOK_TIMEOUT')
    await turns(3)
    expect(server.addresses).to.deep.equal([])
  })

  it('of a client: a signal, and a close, give up the connectTo that waits for it', async () => {
    const clock = new ManualClock()
    class Endless extends PlainClient<Bare> {
      protected override preLoop(): Promise<void> {
        return never()
      }
    }
    await using client = new Endless({ clock, ...TIMES, handler: Bare })
    const given = new AbortController()
    const aborted = rejection(client.connectTo(1, { signal: given.signal }))
    const closed = rejection(client.connectTo(1))
    given.abort()
    expect((await aborted).code).to.equal('ABORTED')
    await clock.passUntil(client.close(), 50)
    expect((await closed).code).to.equal('CLOSED')
    expect(clock.pending).to.equal(0)
  })

  it('of a client that takes its time: close waits for it, and no pass comes after postLoop', async () => {
    const clock = new ManualClock()
    const gate = new Gate()
    const log: string[] = []
    class Slow extends PlainClient<Bare> {
      protected override async preLoop(): Promise<void> {
        await gate.pass()
        log.push('preLoop')
      }
      protected override loopPass(): void {
        log.push('loopPass')
      }
      protected override postLoop(): void {
        log.push('postLoop')
      }
    }
    await using client = new Slow({ clock, handler: Bare })
    const connecting = rejection(client.connectTo(1))
    await gate.reached
    const closed = client.close()
    gate.open()
    await closed
    clock.advance(1_000)
    expect(log).to.deep.equal(['preLoop', 'postLoop'])
    expect((await connecting).code).to.equal('CLOSED')
  })
})
