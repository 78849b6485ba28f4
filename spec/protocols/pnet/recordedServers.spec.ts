import { expect } from 'chai'
import { AdvancedNode, type Answer, CommandNode, Node, type Sendable } from '@/protocols/pnet/index.js'
import {
  ALICE,
  BOB,
  commandIn,
  exchangesOf,
  NETWORK_KEY,
  plainOf,
  type PnetCase,
  pnetCases,
  recordedPlain,
} from '../../support/pnetRecordings.js'
import { playPnetServer, type RecordedPnetServer } from '../../support/recordedPnetServer.js'
import { rejection } from '../../support/rejection.js'

/** The recorded alice cut streams here; the command nodes were left at what is usual. */
const ALICE_CHUNK_BYTES = 32

const aliceOptions = (sealed = true) => ({
  name: 'alice',
  key: ALICE,
  ...(sealed ? { networkKey: NETWORK_KEY } : {}),
})

/** The original writes the printed form of bytes where an id stands; ours is the id itself. */
const withPlainId = (command: string): string => command.replace(/id=b'([\w-]+)=*'/, 'id=$1')

/** The id that the recorded client gave to its stream. */
const recordedId = (one: PnetCase): string => {
  const [first] = exchangesOf(one)
  const text = first?.asked?.v
  if (typeof text !== 'string' || !text.startsWith('CHUNKED?')) return 'unused'
  return commandIn(withPlainId(text)).args.get('id') ?? ''
}

/** What was asked is what the recorded client asked, and it came in packets of the same form. */
const expectAsked = (one: PnetCase, { asked, packets }: RecordedPnetServer, count = exchangesOf(one).length): void => {
  const exchanges = exchangesOf(one).slice(0, count)
  const recorded = exchanges.map(({ asked: value }) => (value === undefined ? undefined : recordedPlain(value)))
  const plain = recorded.map((value) => (typeof value === 'string' ? withPlainId(value) : value))
  expect(asked.map(plainOf)).to.deep.equal(plain)
  for (const [at, { request }] of exchanges.entries()) {
    const [ours, theirs] = [packets[at], request].map((packet) => packet?.toString().split('|') ?? [])
    expect([ours?.[0], ours?.[1], ours?.[3], ours?.[4]]).to.deep.equal([
      theirs?.[0],
      theirs?.[1],
      theirs?.[3],
      theirs?.[4],
    ])
    // Sealed to the same length, unless the original wrote an id otherwise.
    if (plain[at] === recorded[at]) expect(ours?.[2]).to.have.length(theirs?.[2]?.length ?? 0)
  }
}

const played = new Set<string>()

/** The server of a recording. */
const play = (one: PnetCase): Promise<RecordedPnetServer> => {
  played.add(one.name)
  return playPnetServer(exchangesOf(one), BOB, one.meta.network_encrypted)
}

describe('recorded pnet servers, played against our nodes', () => {
  const nodes: { shutdown(): Promise<void> }[] = []
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.shutdown()))
  })
  const knowing = <N extends Node | AdvancedNode>(node: N, { port }: RecordedPnetServer): N => {
    nodes.push(node)
    node.addPeer({ name: 'bob', host: 'localhost', port, publicKey: BOB.publicKey })
    return node
  }

  describe('a basic node', () => {
    for (const one of pnetCases(/^node-|^adv-msg-/)) {
      it(`${one.name}: ${one.description}`, async () => {
        const sealed = one.meta.network_encrypted
        const exchanges = exchangesOf(one)
        await using server = await play(one)
        const node = knowing(new Node(aliceOptions(sealed)), server)
        const { asked: value, answered } = exchanges[0] ?? {}
        const sent = node.send('bob', sendable(value))
        if (answered === undefined) expect((await rejection(sent)).code).to.equal('REPLY_MISSING')
        else expect(plainOf(await sent)).to.deep.equal(recordedPlain(answered))
        expect(server.asked.map(plainOf)).to.deep.equal([value === undefined ? undefined : recordedPlain(value)])
      })
    }

    const REFUSALS = pnetCases(/^(err|raw)-/).filter(({ steps }) => steps.some(({ from }) => from === 'server'))
    for (const one of REFUSALS.filter(({ name }) => name.startsWith('err-'))) {
      it(`${one.name}: PACKET_REFUSED with the word of the server`, async () => {
        const exchanges = exchangesOf(one)
        await using server = await play(one)
        const node = knowing(new Node(aliceOptions()), server)
        const error = await rejection(node.send('bob', 'hello'))
        const word = exchanges[0]?.reply?.toString().split('|')[2]
        expect([error.code, error.detail['refusal']]).to.deep.equal(['PACKET_REFUSED', word])
      })
    }
    // To what hand-written clients say no node of ours, originals answered with nothing; so does this one.
    for (const one of pnetCases(/^(close|tcp)-/)) {
      it(`${one.name}: REPLY_MISSING from a server that closes without a byte`, async () => {
        await using server = await play(one)
        const node = knowing(new Node(aliceOptions()), server)
        expect((await rejection(node.send('bob', 'hello'))).code).to.equal('REPLY_MISSING')
      })
    }
    for (const one of REFUSALS.filter(({ name }) => name.startsWith('raw-'))) {
      it(`${one.name}: the reply`, async () => {
        await using server = await play(one)
        const node = knowing(new Node(aliceOptions()), server)
        expect(await node.send('bob', 'hello')).to.deep.equal(['got', 'hello'])
      })
    }
  })

  describe('an advanced node', () => {
    /** What our client makes of it, where the original client failed. */
    const VALUES: Readonly<Record<string, unknown>> = {
      'adv-raw-single': { $bytes: '7261777c6869' },
      'adv-raw-obj': { len: 6, list: [1, 2.5, null, true], nested: { k: 'v' } },
      'adv-raw-none': null,
      'adv-upload-obj': { len: 1, list: [1, 2.5, null, true], nested: { k: 'v' } },
      'adv-upload-text': 'text ✓',
    }
    /** How many requests come before it gives up, and why. */
    const FAILS: Readonly<Record<string, readonly [code: string, requests: number]>> = {
      'adv-raw-unknown': ['REPLY_MISSING', 1],
      'adv-raw-fails': ['REPLY_MISSING', 1],
      'adv-upload-unknown-empty': ['FUNCTION_UNKNOWN', 1],
      'adv-upload-fails': ['REPLY_MISSING', 3],
    }

    for (const one of pnetCases(/^adv-(?!msg-)/)) {
      it(`${one.name}: ${one.description}`, async () => {
        const { client_call: call, result } = one.meta
        await using server = await play(one)
        const options = { ...aliceOptions(), chunkBytes: ALICE_CHUNK_BYTES, newId: () => recordedId(one) }
        const node = knowing(new AdvancedNode(options), server)
        const sent = node.send('bob', call?.command ?? '', dataOf(one))
        const [code, requests] = FAILS[one.name] ?? []
        if (code !== undefined) {
          expect((await rejection(sent)).code).to.equal(code)
          return expectAsked(one, server, requests)
        }
        const answer = await sent
        if (one.name === 'adv-raw-stream-reply') {
          // Only its first request was recorded.
          expect(answer.kind === 'stream' && answer.stream.parts).to.equal(1)
        } else if (one.name in VALUES) {
          expect(plainOf(answer.kind === 'value' ? answer.value : answer)).to.deep.equal(VALUES[one.name])
        } else {
          expect(await recordedFormOf(answer, result?.value?.t)).to.deep.equal(recordedResult(one))
        }
        expectAsked(one, server)
      })
    }
  })

  describe('a command node', () => {
    const FAILS: Readonly<Record<string, readonly [code: string, description?: string]>> = {
      'cmd-unknown': ['CALL_FAILED', 'function does not exist on node'],
      'cmd-fanout-error': ['CALL_FAILED', 'function does not exist on node'],
      'cmd-raises': ['REPLY_MISSING'],
      'cmd-bad-arguments': ['REPLY_MISSING'],
      'cmd-bad-return': ['CALL_FAILED', 'bad return data'],
      'cmd-nan': ['REPLY_UNREADABLE'],
    }
    const called = (one: PnetCase): boolean => one.meta.client_call?.cmd === 'call' && one.steps.length > 0

    for (const one of pnetCases(/^cmd-/).filter(called)) {
      it(`${one.name}: ${one.description}`, async () => {
        const { client_call: call, result } = one.meta
        await using server = await play(one)
        const node = knowing(new CommandNode({ ...aliceOptions(), newId: () => recordedId(one) }), server)
        const { function: name = '', args = [], kwargs = {}, target } = call ?? {}
        const options = { args, keywords: kwargs }
        const [code, description] = FAILS[one.name] ?? []
        if (target === 'bob') {
          const settled = node.call(target, name, options)
          if (code === undefined) expect(await settled).to.deep.equal(result?.value?.v)
          else expectFailure(await rejection(settled), code, description)
        } else {
          const outcomes = await node.call(target === '*' ? '*' : ['bob', 'nobody'], name, options)
          const bob = outcomes.get('bob')
          if (code === undefined) expect(bob).to.deep.equal({ ok: true, value: 12 })
          else if (bob?.ok === false) expectFailure(bob.error, code, description)
          else throw new Error('it did not fail')
          const nobody = outcomes.get('nobody')
          expect(nobody?.ok === false ? nobody.error.code : nobody).to.equal(
            target === '*' ? undefined : 'PEER_UNKNOWN',
          )
        }
        expectAsked(one, server)
      })
    }

    it('cmd-fanout-none: an unknown target of a list has its error, and nothing is sent', async () => {
      await using server = await playPnetServer([], BOB, true)
      const node = knowing(new CommandNode(aliceOptions()), server)
      const outcome = (await node.call(['nobody'], 'add', { args: [2] })).get('nobody')
      expect(outcome?.ok === false && outcome.error.code).to.equal('PEER_UNKNOWN')
      expect(server.asked).to.deep.equal([])
    })

    for (const one of pnetCases(/^cmd-(request|via)/)) {
      it(`${one.name}: ${one.description}`, async () => {
        await using server = await play(one)
        const node = knowing(new CommandNode({ ...aliceOptions(), newId: () => recordedId(one) }), server)
        const sent = node.send('bob', 'handle', dataOf(one))
        if (one.name === 'cmd-request-array') expect((await rejection(sent)).code).to.equal('REPLY_MISSING')
        else {
          const answer = await sent
          if (answer.kind !== 'stream') throw new Error('it is no stream')
          if (one.name === 'cmd-via-raw') expect(answer.stream.parts).to.equal(1)
          else expect((await answer.stream.bytes()).toString('hex')).to.equal(one.meta.result?.value?.v)
        }
        expectAsked(one, server)
      })
    }
  })

  describe('whatever was recorded', () => {
    it('is played', () => {
      const conversations = pnetCases(/./).filter(({ steps }) => steps.some(({ from }) => from === 'client'))
      expect(conversations.map(({ name }) => name).filter((name) => !played.has(name))).to.deep.equal([])
    })
  })
})

const expectFailure = (error: { code: string; detail: object }, code: string, description?: string): void => {
  expect(error.code).to.equal(code)
  if (description !== undefined) expect(error.detail).to.have.property('description', description)
}

/** A recorded value as our nodes take it. */
const sendable = (value: { t: string; v: unknown } | undefined) => {
  const { t, v } = value ?? { t: 'json', v: null }
  if (t === 'bytes') return Buffer.from(String(v), 'hex')
  if (typeof v === 'string' || typeof v === 'number' || v === null) return v
  return { a: [1, 2.5, null, true], b: { c: 'd' } }
}

/** What the recorded client gave to `send`: a value, or a stream of the bytes. */
const dataOf = ({ meta }: PnetCase): Sendable => {
  const { value, stream } = meta.client_call ?? {}
  const bytes = value?.t === 'bytes' ? Buffer.from(String(value.v), 'hex') : Buffer.from(String(value?.v))
  return stream === true ? { sizeBytes: bytes.length, pieces: () => [bytes] } : bytes
}

/** Where the original gives a stream for a value, it stands in it with its tag. */
const recordedFormOf = async (answer: Answer, kind: string | undefined): Promise<unknown> => {
  if (answer.kind === 'stream') return (await answer.stream.bytes()).toString('hex')
  if (kind === 'stream' && answer.value instanceof Uint8Array) {
    return Buffer.concat([Buffer.from('raw|'), answer.value]).toString('hex')
  }
  if (answer.value instanceof Uint8Array) return Buffer.from(answer.value).toString('hex')
  return answer.value
}

const recordedResult = ({ meta, name }: PnetCase): unknown => (name === 'adv-fanout-raw' ? 6 : meta.result?.value?.v)
