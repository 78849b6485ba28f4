import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { clientWithPeer, PlainClient, PlainServer, serverWithPeer } from '../support/pair.js'
import { opened } from '../support/opened.js'
import { rejection } from '../support/rejection.js'
import { Bare, Witness } from '../support/witness.js'

/** No time passes: what ends is ended by a signal, and by nothing else. */
const standing = () => new ManualClock()
const FIRED = ['that fires later', 'that has fired'] as const

for (const when of FIRED)
  describe(`a signal ${when}`, () => {
    const signalled = (): { readonly signal: AbortSignal; readonly fire: () => void } => {
      const controller = new AbortController()
      if (when === 'that has fired') controller.abort('enough')
      return { signal: controller.signal, fire: () => controller.abort('enough') }
    }

    it('cuts a close of a connection: it rejects with ABORTED, and so does what waits', async () => {
      await using ends = await clientWithPeer(Bare, { clock: standing() })
      const connection = await opened(ends)
      const sent = rejection(connection.transmit(Buffer.from('a')))
      const { signal, fire } = signalled()
      const closed = rejection(connection.close({ signal }))
      fire()
      expect([(await closed).code, (await sent).code]).to.deep.equal(['ABORTED', 'ABORTED'])
      expect((await closed).cause).to.equal('enough')
      expect(await ends.peer.ended).to.be.oneOf(['fin', 'rst'])
    })

    it('also cuts it short when all has left and only the other end is still to close', async () => {
      await using ends = await clientWithPeer(Bare, { clock: standing() })
      const connection = await opened(ends)
      const { signal, fire } = signalled()
      const closed = connection.close({ signal }).then(() => undefined, codeOf)
      if (when === 'that fires later') expect(await ends.peer.ended).to.equal('fin')
      fire()
      expect(await closed).to.equal('ABORTED')
    })

    for (const how of ['close', 'drain'] as const)
      it(`cuts what is left when a server is to ${how}, and it resolves`, async () => {
        await using ends = await serverWithPeer(Witness, { clock: standing() })
        await ends.peer.open()
        await ends.peer.send('00000002').expect('ff')
        const { signal, fire } = signalled()
        const over: Promise<unknown> = ends.server[how]({ signal })
        fire()
        const report = await over
        if (how === 'drain') expect(report).to.deep.equal({ finished: 0, refused: 0, cut: 1 })
        expect(codeOf(await ends.server.first.over)).to.equal('ABORTED')
        expect(ends.server.addresses).to.deep.equal([])
      })

    it('cuts what is left when a client is to close, and it resolves', async () => {
      await using ends = await clientWithPeer(Witness, { clock: standing() })
      const connection = await opened(ends)
      const sent = rejection(connection.transmit(Buffer.from('a')))
      const { signal, fire } = signalled()
      const over = ends.client.close({ signal })
      fire()
      await over
      expect([(await sent).code, codeOf(await connection.over)]).to.deep.equal(['ABORTED', 'ABORTED'])
    })

    it('gives up the start of a server, which listens nowhere and may be started again', async () => {
      const gate = new Gate()
      class Slow extends PlainServer<Bare> {
        protected override preLoop(): Promise<void> {
          return gate.pass()
        }
      }
      await using server = new Slow({ listen: [0, 0], handler: Bare })
      const { signal, fire } = signalled()
      const started = rejection(server.start({ signal }))
      fire()
      expect((await started).code).to.equal('ABORTED')
      expect(server.addresses).to.deep.equal([])
      gate.open()
      await server.start()
      expect(server.addresses).to.have.lengthOf(2)
    })

    it('gives up one wait for the start of a client, and no other', async () => {
      const gate = new Gate()
      class Slow extends PlainClient<Bare> {
        protected override preLoop(): Promise<void> {
          return gate.pass()
        }
      }
      await using client = new Slow({ handler: Bare })
      const { signal, fire } = signalled()
      const [one, other] = [rejection(client.start({ signal })), client.start()]
      fire()
      expect((await one).code).to.equal('ABORTED')
      gate.open()
      await other
    })
  })

it('a signal that has fired lets no start begin: no preLoop runs', async () => {
  let begun = 0
  class Counting extends PlainServer<Bare> {
    protected override preLoop(): void {
      begun++
    }
  }
  class CountingClient extends PlainClient<Bare> {
    protected override preLoop(): void {
      begun++
    }
  }
  await using server = new Counting({ listen: [0], handler: Bare })
  await using client = new CountingClient({ handler: Bare })
  for (const one of [server, client])
    expect((await rejection(one.start({ signal: AbortSignal.abort() }))).code).to.equal('ABORTED')
  expect(begun).to.equal(0)
  await Promise.all([server.start(), client.start()])
  expect(begun).to.equal(2)
})

describe('a signal that is none', () => {
  it('is OPTION_INVALID for close, drain and start, which begin nothing', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    await using client = new PlainClient({ handler: Bare })
    await using idle = new PlainServer({ listen: [0], handler: Bare })
    const { server } = ends
    const calls: ((options: object) => Promise<unknown>)[] = [
      (options) => server.close(options),
      (options) => server.drain(options),
      (options) => server.first.close(options),
      (options) => client.close(options),
      (options) => client.start(options),
      (options) => idle.start(options),
    ]
    for (const call of calls) expect(codeOf(await rejection(call({ signal: {} })))).to.equal('OPTION_INVALID')
    await ends.peer.send('00000002').expect('ff')
    expect([server.addresses.length, idle.addresses.length]).to.deep.equal([1, 0])
  })
})
