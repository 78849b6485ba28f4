import { expect } from 'chai'
import {
  AdvancedNode,
  type Answer,
  CommandNode,
  CommandRefusal,
  keywords,
  Node,
  type NodeOptions,
  type Outcome,
  PickleTuple,
} from '@/protocols/pnet/index.js'
import { lcg32 } from '../../support/lcg32.js'
import { ManualClock } from '../../support/manualClock.js'
import { PnetGroup, WatchedCommandNode, WatchedNode } from '../../support/pnetNodes.js'
import { RawListener } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { runProgram, SCRIPT_EXTENSION } from '../../support/runProgram.js'
import { warningsOf } from '../../support/warnings.js'

interface Api {
  add<N extends number | bigint>(x: N, y: N): N
  greet(name: string): string
  whoami(): string
  fails(): void
}

const codeIn = <T>(outcome: Outcome<T> | undefined): string | undefined =>
  outcome === undefined || outcome.ok ? undefined : outcome.error.code

const streamed = async (answer: Answer): Promise<Buffer> => {
  if (answer.kind === 'stream') return answer.stream.bytes(2 ** 26)
  throw new Error('it is a value')
}

for (const framing of ['pnet', 'handshake'] as const) {
  describe(`pnet nodes over ${framing}`, () => {
    let group: PnetGroup
    beforeEach(() => {
      group = new PnetGroup({ framing })
    })
    afterEach(() => group[Symbol.asyncDispose]())

    it('two find each other and exchange values of every kind', async () => {
      const [alice] = await group.serve(
        new Node(group.options('alice')),
        new Node({ ...group.options('bob'), handler: (value) => value }),
      )
      const values = ['', 'text é☃𝄞', Buffer.from('00ff7c0a', 'hex'), null, true, -1, 2 ** 40, 1.5, 2n ** 70n, [1, [2]]]
      for (const value of values) expect(await alice?.send('bob', value)).to.deep.equal(value)
      expect(await alice?.send('bob', { a: [1, { b: null }] })).to.deep.equal(
        new Map([['a', [1, new Map([['b', null]])]]]),
      )
      expect(await alice?.send('bob', new PickleTuple([1, 'x']))).to.deep.equal(new PickleTuple([1, 'x']))
      expect(await alice?.send('bob', undefined)).to.equal(null)
    })

    it('large values go too, up to maxPacketBytes at the end that takes them; beyond, the node says no and goes on', async () => {
      const bob = new Node({ ...group.options('bob', { maxPacketBytes: 2_097_152 }), handler: (value) => value })
      const [alice] = await group.serve(new Node(group.options('alice')), bob)
      const bytes = Buffer.from(lcg32(4, 300_000))
      expect(await alice?.send('bob', bytes)).to.deep.equal(bytes)
      const { code } = await rejection(alice?.send('bob', Buffer.alloc(700_000)) ?? Promise.resolve())
      expect(framing === 'handshake' ? ['MESSAGE_REFUSED'] : ['REPLY_MISSING']).to.include(code)
      expect(await alice?.send('bob', 'still there')).to.equal('still there')
    })

    it('three: a list and * give each its reply or its error, in their order', async () => {
      const handler = (value: unknown): string => {
        if (value === 'boom') throw new Error('on purpose')
        return `bob heard ${String(value)}`
      }
      const [alice] = await group.serve(
        new Node(group.options('alice')),
        new Node({ ...group.options('bob'), handler }),
        new Node({ ...group.options('carol'), handler: (value) => ['carol', value] }),
      )
      const everybody = await alice?.send('*', 'hi')
      expect([...(everybody?.keys() ?? [])]).to.have.members(['bob', 'carol'])
      expect(everybody?.get('carol')).to.deep.equal({ ok: true, value: ['carol', 'hi'] })
      const some = await alice?.send(['carol', 'nobody', 'bob', 'bob'], 'boom')
      expect([...(some?.keys() ?? [])]).to.deep.equal(['carol', 'nobody', 'bob'])
      expect([some?.get('carol')?.ok, codeIn(some?.get('nobody')), codeIn(some?.get('bob'))]).to.deep.equal([
        true,
        'PEER_UNKNOWN',
        'REPLY_MISSING',
      ])
      const seen: string[] = []
      for await (const [name] of alice?.sendEach('*', 'hi') ?? []) seen.push(name)
      expect(seen).to.have.members(['bob', 'carol'])
      for await (const [name] of alice?.sendEach('*', 'hi') ?? []) {
        expect(seen).to.include(name)
        break
      }
      expect(await alice?.send([], 'hi')).to.deep.equal(new Map())
    })

    it('commands are called like functions of one own, with arguments that have names or not', async () => {
      const [alice, bob, carol] = await group.serve(
        new CommandNode(group.options('alice')),
        new WatchedCommandNode(group.options('bob')),
        new CommandNode(group.options('carol')),
      )
      for (const node of [bob, carol]) {
        node?.register('add', (_call, x: number, y: number) => x + y, { parameters: ['x', 'y'] })
        node?.register('greet', (call, name: string) => `${call.originator} greets ${name} by ${call.node}`)
        node?.register('whoami', (call) => call.keywords)
        node?.register('fails', () => {
          throw new Error('a secret')
        })
        node?.register('refuses', () => {
          throw new CommandRefusal('not today')
        })
      }
      const one = alice?.target<Api>('bob')
      expect(await one?.add(1, 2)).to.equal(3)
      expect(await one?.add(1, keywords({ y: 5 }))).to.equal(6)
      expect(await one?.greet('ada')).to.equal('alice greets ada by bob')
      expect(await one?.whoami(keywords({ a: [1] }))).to.deep.equal({ a: [1] })
      const said = async (name: string, args: unknown[], named = {}): Promise<unknown> =>
        (await rejection(alice?.call('bob', name, { args, keywords: named }) ?? Promise.reject(new Error('no node'))))
          .detail['description']
      expect(await said('fails', [])).to.equal('function failed')
      expect(await said('refuses', [])).to.equal('not today')
      expect(await said('nope', [])).to.equal('function does not exist on node')
      expect(await said('add', [1])).to.equal('the argument y is missing')
      expect(await said('add', [1, 2, 3])).to.equal('it takes at most 2 arguments')
      expect(await said('add', [1, 2], { y: 3 })).to.equal('the argument y is given twice')
      expect(await said('add', [1], { z: 3 })).to.equal('it has no argument of that name')
      const many = await alice?.target<Api>(['bob', 'carol', 'nobody']).add(2, 2)
      expect([many?.get('bob'), many?.get('carol')]).to.deep.equal([
        { ok: true, value: 4 },
        { ok: true, value: 4 },
      ])
      expect(codeIn(many?.get('nobody'))).to.equal('PEER_UNKNOWN')
      expect((await alice?.target<Api>('*').whoami())?.size).to.equal(2)
      const functions = await alice?.call('bob', 'get_funcs')
      expect(functions).to.deep.equal(['get_peers', 'get_funcs', 'add', 'greet', 'whoami', 'fails', 'refuses'])
      expect(await alice?.call('bob', 'get_peers')).to.have.members(['alice', 'carol'])
      expect(await Promise.resolve(one)).to.equal(one)
      // Whoever only looks at it calls nobody.
      for (const asked of ['toString', 'valueOf', 'toJSON'])
        expect(Reflect.get(one ?? {}, asked), asked).to.equal(Reflect.get({}, asked))
      expect(await one?.add(2n ** 60n, 2n ** 60n + 1n)).to.equal(2n ** 61n + 1n)
      if (bob instanceof WatchedCommandNode) {
        const causes = bob.watch.failures.map(({ cause }) => (cause instanceof Error ? cause.message : ''))
        expect(causes).to.include('a secret')
      }
      const untyped = alice?.target<Record<'add', (...args: unknown[]) => unknown>>('bob')
      expect((await rejection(untyped?.add(keywords({ x: 1 }), 2) ?? Promise.resolve())).code).to.equal(
        'MESSAGE_UNSENDABLE',
      )
      const unwritable = await rejection(alice?.call('bob', 'add', { args: [Number.NaN] }) ?? Promise.resolve())
      expect(unwritable.code).to.equal('MESSAGE_UNSENDABLE')
    })

    it('calls above maxCallBytes are refused by whoever takes them, in words', async () => {
      const bob = new WatchedCommandNode({ ...group.options('bob'), maxCallBytes: 100 })
      const [alice] = await group.serve(new CommandNode(group.options('alice')), bob)
      const call = alice?.call('bob', 'get_funcs', { args: ['x'.repeat(100)] }) ?? Promise.resolve()
      const { code, detail } = await rejection(call)
      expect([code, detail['description']]).to.deep.equal(['CALL_FAILED', 'request is larger than 100 bytes'])
      expect(bob.watch.failures.map((failure) => failure.code)).to.deep.equal(['STREAM_LIMIT'])
      expect(bob.watch.remotes[0]).to.match(/^127\.0\.0\.1:\d+$/)
    })

    it('streams of several hundred parts go in and come out, whole and in order, to several peers at once', async () => {
      const reversed = async function* (input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
        const pieces: Buffer[] = []
        for await (const piece of input) pieces.push(piece)
        yield Buffer.from(Buffer.concat(pieces).toReversed())
      }
      const serving = (name: string): AdvancedNode =>
        new AdvancedNode({
          ...group.options(name),
          chunkBytes: 1_024,
          functions: { reverse: (_, input) => reversed(input), size: (_, input) => input.sizeBytes },
        })
      const [alice] = await group.serve(
        new AdvancedNode({ ...group.options('alice'), chunkBytes: 999 }),
        serving('bob'),
        serving('carol'),
      )
      const bytes = Buffer.from(lcg32(5, 100_003))
      const expected = Buffer.from(bytes.toReversed())
      const source = { sizeBytes: bytes.length, pieces: () => [bytes.subarray(0, 7), bytes.subarray(7)] }
      async function* unsized(): AsyncGenerator<Buffer> {
        yield* source.pieces()
      }
      for (const data of [bytes, source, unsized()]) {
        const answer = await alice?.send('bob', 'reverse', data)
        if (answer === undefined) throw new Error('no node')
        expect((await streamed(answer)).equals(expected)).to.equal(true)
      }
      const both = (await alice?.send('*', 'size', unsized())) ?? new Map<string, Outcome<Answer>>()
      for (const name of ['bob', 'carol']) {
        expect(both.get(name)).to.deep.equal({ ok: true, value: { kind: 'value', value: bytes.length } })
      }
      const empty = await alice?.send('bob', 'reverse', { sizeBytes: 0, pieces: () => [] })
      expect(empty?.kind === 'stream' && (await empty.stream.bytes()).length).to.equal(0)
    })
  })
}

describe('a pnet node', () => {
  let group: PnetGroup
  beforeEach(() => {
    group = new PnetGroup()
  })
  afterEach(() => group[Symbol.asyncDispose]())
  const toListener = (listener: RawListener, own: Partial<NodeOptions> = {}): Node => {
    const node = group.add(new Node(group.options('alice', own)))
    const bob = new Node(group.options('bob'))
    void bob
      .publicKey()
      .then((publicKey) => node.addPeer({ name: 'bob', host: '127.0.0.1', port: listener.port, publicKey }))
    return node
  }

  it('has typed errors: nobody of that name, nobody there, no reply, a reply that cannot be read, a reply too late', async () => {
    const clock = new ManualClock()
    const listener = await RawListener.open()
    const node = toListener(listener, { clock, connectAttempts: 3, connectRetryMs: 100, replyTimeoutMs: 30_000 })
    expect((await rejection(node.send('eve', 'hi'))).code).to.equal('PEER_UNKNOWN')
    await node.peerKnown('bob')
    const answered = async (answer: string | undefined): Promise<string> => {
      const sent = rejection(node.send('bob', 'hi'))
      const peer = await listener.next()
      await peer.read(20)
      if (answer !== undefined) peer.send(Buffer.from(answer)).fin()
      return (await clock.passUntil(sent, 1_000)).code
    }
    expect(await answered('')).to.equal('REPLY_MISSING')
    expect(await answered('\n \n')).to.equal('REPLY_MISSING')
    expect(await answered('hello\n')).to.equal('REPLY_UNREADABLE')
    expect(await answered('other|rsp|x|y|END\n')).to.equal('REPLY_UNREADABLE')
    expect(await answered('nodes|err|ERR_RSA_DECRYPTION_FAILED|x|END\n')).to.equal('PACKET_REFUSED')
    expect(await answered('nodes|msg|x|y|END\n')).to.equal('REPLY_UNREADABLE')
    expect(await answered(undefined)).to.equal('REPLY_TIMEOUT')
    await listener[Symbol.asyncDispose]()
    const before = clock.now()
    expect((await clock.passUntil(rejection(node.send('bob', 'hi')), 10)).code).to.equal('CONNECT_REFUSED')
    // Two pauses: it may have told of itself before it listened.
    expect(clock.now() - before).to.be.at.least(200)
  })

  it('settles what it was asked for although nothing else keeps the process alive', async () => {
    const program = new URL(`../../support/pnetUnreachable${SCRIPT_EXTENSION}`, import.meta.url)
    expect(await runProgram(program)).to.deep.equal({ exitCode: 0, output: 'CONNECT_REFUSED\n' })
  }).timeout(20_000)

  it('gives up a request when its signal says so, and refuses more than maxPendingRequests at once', async () => {
    await using listener = await RawListener.open()
    const node = toListener(listener, { maxPendingRequests: 1 })
    await node.peerKnown('bob')
    const controller = new AbortController()
    const sent = rejection(node.send('bob', 'hi', { signal: controller.signal }))
    await listener.next()
    expect((await rejection(node.send('bob', 'hi'))).code).to.equal('PENDING_LIMIT')
    controller.abort()
    expect((await sent).code).to.equal('ABORTED')
    const aborted = rejection(
      node.send(['bob'], 'hi', { signal: controller.signal }).then((all) => Promise.reject(errorOf(all.get('bob')))),
    )
    expect((await aborted).code).to.equal('ABORTED')
  })

  it('turns away more than maxServedRequests at once, and serves on', async () => {
    let release = (): void => {}
    const held = new Promise<null>((resolve) => {
      release = () => resolve(null)
    })
    const [alice] = await group.serve(
      new Node(group.options('alice')),
      new Node({ ...group.options('bob', { maxServedRequests: 1 }), handler: () => held }),
    )
    const first = alice?.send('bob', 'one')
    const refused = await rejection(
      pending(async () => {
        for (;;) await alice?.send('bob', 'two')
      }),
    )
    expect(refused.code).to.equal('REPLY_MISSING')
    release()
    expect(await first).to.equal(null)
  })

  it('may serve again after its shutdown, at the same port, and knows who is there', async () => {
    const [alice, bob] = await group.serve(
      new Node(group.options('alice')),
      new Node({ ...group.options('bob'), handler: (value) => value }),
    )
    expect((await rejection(alice?.serve() ?? Promise.resolve())).code).to.equal('ALREADY_STARTED')
    await Promise.all([bob?.shutdown(), bob?.shutdown()])
    expect(() => bob?.address)
      .to.throw()
      .with.property('code', 'NOT_OPEN')
    await bob?.serve()
    alice?.forgetPeer('bob')
    await alice?.peerKnown('bob')
    expect(await alice?.send('bob', 'again')).to.equal('again')
  })

  it('that is shut down while it starts is down afterwards, and may be asked to serve when it is', async () => {
    const node = group.add(new Node(group.options('bob')))
    const starting = node.serve()
    const closing = node.shutdown()
    expect((await rejection(node.serve())).code).to.equal('ALREADY_STARTED')
    await Promise.all([starting, closing])
    expect(() => node.address)
      .to.throw()
      .with.property('code', 'NOT_OPEN')
    await Promise.all([node.discover(), node.discover(), node.serve()])
    expect(node.address.port).to.be.greaterThan(0)
  })

  it('calls a function once at each peer, though one of them calls itself *', async () => {
    let calls = 0
    const bob = new CommandNode({ ...group.options('bob'), functions: { count: () => ++calls } })
    const [alice] = await group.serve(new CommandNode(group.options('alice')), bob)
    const star = new Node(group.options('*'))
    await group.serve(star)
    await alice?.peerKnown('*')
    const outcomes = (await alice?.call('*', 'count')) ?? new Map<string, Outcome<unknown>>()
    expect([...outcomes.keys()].toSorted()).to.deep.equal(['*', 'bob'])
    expect(calls).to.equal(1)
  })

  it('tells errorRaised of a hook that throws, and goes on', async () => {
    class Throwing extends WatchedNode {
      protected override peerJoined(): void {
        throw new Error('on purpose')
      }

      protected override requestFailed(): Promise<void> {
        return Promise.reject(new Error('later'))
      }
    }
    const bob = new Throwing(group.options('bob'))
    const [alice] = await group.serve(new Node(group.options('alice')), bob)
    await bob.watch.event('raised HOOK_FAILED')
    expect(await alice?.send('bob', 'hi')).to.equal(null)
    expect(bob.watch.raised[0]?.detail).to.deep.equal({ hook: 'peerJoined', says: 'on purpose' })
  })

  it('ends in a warning of the process when errorRaised rejects, and goes on', async () => {
    const bob = new Node(group.options('bob'))
    const fail = (): never => {
      throw Object.create(null)
    }
    Object.assign(bob, { messageReceived: fail, requestFailed: fail })
    Object.assign(bob, { errorRaised: () => Promise.reject(new Error('too late')) })
    const [alice] = await group.serve(new Node(group.options('alice')), bob)
    const warnings = await warningsOf(async () => {
      for (let times = 0; times < 2; times++)
        expect((await rejection(alice?.send('bob', 'hi') ?? Promise.resolve())).code).to.equal('REPLY_MISSING')
    })
    expect(warnings).to.deep.equal(Array(2).fill('a hook threw (hook: errorRaised, says: too late)'))
  })

  it('of every kind is a Node at run time, and refuses names that its protocol cannot carry', () => {
    expect(new CommandNode(group.options('bob')))
      .to.be.instanceOf(AdvancedNode)
      .and.instanceOf(Node)
    for (const name of ['', 'a|b', 'a@b', 'a\nb']) {
      expect(() => new Node(group.options(name)), name)
        .to.throw()
        .with.property('code', 'NAME_UNUSABLE')
    }
    for (const name of ['a b', 'a&b', 'a=b', 'a?b', 'ä']) {
      expect(() => new AdvancedNode(group.options(name)), name)
        .to.throw()
        .with.property('code', 'NAME_UNUSABLE')
    }
    for (const own of [{ advertisePort: 0 }, { maxPeers: 0 }, { keyBits: 4_096 }]) {
      expect(() => new Node(group.options('bob', own)))
        .to.throw()
        .with.property('code', 'OPTION_INVALID')
    }
    const node = new CommandNode(group.options('bob'))
    expect(() => node.registerStream('handle', () => null))
      .to.throw()
      .with.property('code', 'OPTION_INVALID')
    expect(() => node.registerStream('a=b', () => null))
      .to.throw()
      .with.property('code', 'NAME_UNUSABLE')
  })
})

const errorOf = (outcome: Outcome<unknown> | undefined): Error =>
  outcome?.ok === false ? outcome.error : new Error('it did not fail')

const pending = (run: () => Promise<unknown>): Promise<unknown> => run()
