import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  AdvancedNode,
  type AdvancedNodeOptions,
  type CallInput,
  CommandNode,
  type FunctionCall,
  Node,
  type NodeFunction,
  type NodeOptions,
  type Picklable,
  type PickleValue,
} from '@/protocols/pnet/index.js'
import { CARRIERS, type Carrier } from '../../support/pnetCarriers.js'
import { pnetPort } from '../../support/pnetPort.js'
import {
  ALICE,
  BOB,
  commandIn,
  type Exchange,
  exchangesOf,
  NETWORK_KEY,
  opened,
  plainData,
  plainOf,
  type PnetCase,
  pnetCase,
  pnetCases,
  recordedPlain,
  recordedNetwork,
  sealedPacket,
} from '../../support/pnetRecordings.js'

const HALF = 48

/** The node that the recorded bob was, as far as its options go. */
const bobOptions = (sealed: boolean, { framing }: Carrier): NodeOptions => ({
  name: 'bob',
  key: BOB,
  listen: '127.0.0.1:0',
  advertisePort: pnetPort(),
  framing,
  ...(sealed ? { networkKey: NETWORK_KEY } : {}),
})

type Invoked = {
  readonly function: string
  readonly originator?: string
  readonly value?: unknown
  readonly args?: readonly unknown[]
}

/** The function of the recorded basic node. */
const answered = (value: PickleValue): Picklable => {
  if (value === 'boom') throw new Error('boom')
  if (value === 'give bytes') return Buffer.from('00ff7c6279746573', 'hex')
  return ['got', value]
}

/** The functions of the recorded advanced node. */
const recordedFunctions = (invoked: Invoked[]): Record<string, NodeFunction> => {
  const noted =
    (name: string, run: (bytes: Buffer) => ReturnType<NodeFunction>): NodeFunction =>
    async (call: FunctionCall, input: CallInput) => {
      const bytes = await input.bytes()
      invoked.push({ function: name, originator: call.originator, value: { $bytes: bytes.toString('hex') } })
      return run(bytes)
    }
  const stream = (bytes: Uint8Array): Readable => Readable.from([bytes])
  return {
    echo: noted('echo', (bytes) => bytes),
    reverse: noted('reverse', (bytes) => stream(bytes.toReversed())),
    text: noted('text', () => 'text ✓'),
    obj: noted('obj', (bytes) => ({ len: bytes.length, list: [1, 2.5, null, true], nested: { k: 'v' } })),
    none: noted('none', () => null),
    empty_stream: noted('empty_stream', () => Readable.from([])),
    bigstream: noted('bigstream', (bytes) =>
      stream(Buffer.from(Array.from({ length: Number(bytes.toString()) }, (_, at) => at % 256))),
    ),
    echo_stream: noted('echo_stream', (bytes) => stream(bytes)),
    length: noted('length', (bytes) => bytes.length),
    fail: noted('fail', () => {
      throw new Error('it fails')
    }),
  }
}

/** The functions of the recorded command node, in the order of `get_funcs`. */
const recordedCommands = (node: CommandNode, invoked: Invoked[]): void => {
  const noted = (
    name: string,
    run: (args: readonly unknown[], kwargs: object) => unknown,
    parameters?: string[],
  ): void => {
    node.register(
      name,
      (call, ...args: unknown[]) => {
        invoked.push({ function: name, originator: call.originator, args })
        return run(args, call.keywords)
      },
      parameters === undefined ? {} : { parameters },
    )
  }
  noted('echo', (args, kwargs) => ({ node: 'bob', originator: 'alice', args, kwargs }))
  noted('reverse', (args) => args.toReversed())
  noted('add', ([x, y]) => Number(x) + Number(y ?? 10), ['x', 'y?'])
  noted('nothing', () => null)
  noted('fail', () => {
    throw new Error('it fails')
  })
  noted('badret', () => Buffer.from('no JSON'))
  noted('unicode', () => 'é☃𝄞')
  noted('nan', () => Number.NaN)
  noted('bigstream', ([count]) =>
    'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(Number(count) / 26)).slice(0, Number(count)),
  )
}

/** The id that the recorded server gave to its stream, if it gave one. */
const recordedId = (exchanges: readonly Exchange[]): string => {
  for (const { answered: value } of exchanges) {
    if (typeof value?.v !== 'string' || !value.v.includes('&id=')) continue
    return commandIn(value.v).args.get('id') ?? ''
  }
  return 'unused'
}

const expectSameText = (text: unknown, recorded: unknown, what: string): void => {
  if (typeof text !== 'string' || typeof recorded !== 'string') throw new Error(`${what}: no text`)
  const [ours, theirs] = [commandIn(text), commandIn(recorded)]
  expect([ours.word, ...ours.args.keys()], what).to.deep.equal([theirs.word, ...theirs.args.keys()])
  for (const [key, value] of theirs.args) {
    const own = ours.args.get(key) ?? ''
    // A value that is pickled has several forms.
    if (key === 'dt' && own !== value) expect(plainData(own), what).to.deep.equal(plainData(value))
    else expect(own, what).to.equal(value)
  }
}

const played = new Set<string>()

/** Sends a recorded request and compares what is answered with what was recorded. */
const expectAsRecorded = async (
  carrier: Carrier,
  port: number,
  exchange: Exchange,
  { name, meta }: PnetCase,
): Promise<void> => {
  played.add(name)
  const { network_encrypted: sealed, half_close: halfClose } = meta
  const reply = await carrier.exchange(port, exchange.request, halfClose)
  if (exchange.reply === undefined) return expect(reply.toString(), name).to.equal('') && undefined
  if (exchange.answered === undefined) {
    expect(reply.toString('hex'), name).to.equal(exchange.reply.toString('hex'))
    return
  }
  const [ours, theirs] = [reply, exchange.reply].map((packet) => packet.toString().trimEnd().split('|'))
  expect([ours?.[0], ours?.[1], ours?.[3], ours?.[4]]).to.deep.equal([
    theirs?.[0],
    theirs?.[1],
    theirs?.[3],
    theirs?.[4],
  ])
  expect(reply.at(-1)).to.equal(0x0a)
  const value = opened(reply, 'rsp', ALICE, sealed)
  if (/^(adv|cmd)-/.test(name)) expectSameText(value, exchange.answered.v, name)
  else expect(plainOf(value)).to.deep.equal(recordedPlain(exchange.answered))
}

/** Without a network key the original writes a reply that it cannot read itself. */
const READABLE = 'node-plain-reference-reply'

for (const carrier of CARRIERS) {
  // Without its stream a packet has no end of its own: over the handshake framing it must be there.
  const carried = ({ name }: PnetCase): boolean => carrier.framing === 'pnet' || !['err-eof'].includes(name)

  describe(`recorded pnet clients, played against our nodes over ${carrier.framing}`, () => {
    const served: { shutdown(): Promise<void> }[] = []
    afterEach(async () => {
      await Promise.all(served.splice(0).map((node) => node.shutdown()))
    })
    const serve = async <N extends Node | AdvancedNode>(node: N): Promise<N> => {
      served.push(node)
      await node.serve()
      return node
    }

    describe('a basic node', () => {
      for (const one of pnetCases(/^(node|raw|err|close|tcp)-/).filter(carried)) {
        it(`${one.name}: ${one.description}`, async () => {
          const sealed = one.meta.network_encrypted
          const values: PickleValue[] = []
          const handler = (value: PickleValue): Picklable => {
            values.push(value)
            // What the hand-written responder of that recording said.
            if (one.name === 'node-plain-clean-reply') return { ok: [1, null] }
            return answered(value)
          }
          const node = await serve(new Node({ ...bobOptions(sealed, carrier), handler }))
          for (const exchange of exchangesOf(one)) {
            if (one.name === READABLE) await expectReadable(carrier, node.address.port, exchange)
            else await expectAsRecorded(carrier, node.address.port, exchange, one)
          }
          // An unreadable key is found before anybody is asked; `brd` is nobody's.
          const kept = ['close-bad-public-key', 'tcp-brd'].includes(one.name)
          const invoked = one.meta.server_invoked ?? one.meta.reference?.invoked ?? []
          const expected = kept ? [] : invoked.map(({ value }) => value).filter((value) => value !== undefined)
          if (one.name !== 'node-plain-clean-reply')
            expect(values.map(plainOf)).to.deep.equal(expected.map(recordedPlain))
          const after = one.meta.reference?.peers_after
          const peers = Array.isArray(after) ? after : []
          expect(node.peers.map(({ name, host, port }) => ({ name, addr: `${host}:${port}` }))).to.deep.equal(peers)
        })
      }
    })

    const advanced = (one: PnetCase, invoked: Invoked[], more: Partial<AdvancedNodeOptions> = {}): AdvancedNode =>
      new AdvancedNode({
        ...bobOptions(true, carrier),
        chunkBytes: HALF,
        functions: recordedFunctions(invoked),
        newId: () => recordedId(exchangesOf(one)),
        taggedInput: true,
        ...more,
      })
    const alone = (one: PnetCase): boolean => !/^adv-msg-(initiator-ok|part-|end-)/.test(one.name)

    describe('an advanced node', () => {
      for (const one of pnetCases(/^adv-/).filter(alone)) {
        it(`${one.name}: ${one.description}`, async () => {
          const invoked: Invoked[] = []
          const node = await serve(advanced(one, invoked))
          for (const exchange of exchangesOf(one)) await expectAsRecorded(carrier, node.address.port, exchange, one)
          const expected = (one.meta.server_invoked ?? []).map(({ value, ...rest }) => ({
            ...rest,
            value: value === undefined ? undefined : recordedPlain(value),
          }))
          expect(invoked).to.deep.equal(expected)
        })
      }

      it('adv-msg-*: one stream message by message, with the index looked at and the id gone after the end', async () => {
        const invoked: Invoked[] = []
        const one = pnetCase('adv-msg-initiator-ok')
        const { address } = await serve(advanced(one, invoked))
        const play = async (name: string, text?: string): Promise<unknown> => {
          const [exchange] = exchangesOf(pnetCase(name))
          if (exchange === undefined) throw new Error(name)
          played.add(name)
          if (text === undefined) return expectAsRecorded(carrier, address.port, exchange, pnetCase(name))
          return expect(opened(await carrier.exchange(address.port, exchange.request), 'rsp', ALICE, true)).to.equal(
            text,
          )
        }
        await play('adv-msg-part-wrong-id')
        await play('adv-msg-initiator-ok')
        await play('adv-msg-initiator-ok') // its reply may have been lost
        await play('adv-msg-part-bad-checksum')
        await play('adv-msg-part-ok', 'ERROR?rs=checksum error') // its index is 7, and nothing has come yet
        const [part] = exchangesOf(pnetCase('adv-msg-part-ok'))
        const first = String(part?.asked?.v).replace('in=7', 'in=0')
        for (let times = 0; times < 2; times++) {
          const reply = await carrier.exchange(address.port, sealedPacket('msg', first, ALICE, BOB))
          expect(opened(reply, 'rsp', ALICE, true)).to.equal('RESPONSE?rs=success')
        }
        await play('adv-msg-end-bad-checksum')
        await play('adv-msg-end-ok')
        expect(invoked).to.deep.equal([{ function: 'echo', originator: 'zed', value: { $bytes: '68656c6c6f' } }])
        await play('adv-msg-end-again', 'ERROR?rs=wrong id')
        await play('adv-msg-end-wrong-id')
        expect(invoked).to.have.length(1)
      })
    })

    describe('a command node', () => {
      /** Where the original closes without a byte, ours says what is wrong; and it keeps NaN to itself. */
      const OTHERWISE: Readonly<Record<string, string>> = {
        'cmd-raises': '{"type": "error", "description": "function failed"}',
        'cmd-bad-arguments': '{"type": "error", "description": "the argument x is missing"}',
        'cmd-request-array': '{"type": "error", "description": "request is not an object"}',
        'cmd-nan': '{"type": "error", "description": "bad return data"}',
      }
      const commands = async (one: PnetCase, invoked: Invoked[]): Promise<CommandNode> => {
        const ids = exchangesOf(one)
        const node = new CommandNode({ ...bobOptions(true, carrier), newId: () => recordedId(ids), taggedInput: true })
        recordedCommands(node, invoked)
        for (const [name, key] of [
          ['carol', BOB],
          ['alice', ALICE],
        ] as const)
          node.addPeer({ name, host: '127.0.0.1', port: 9, publicKey: key.publicKey })
        return serve(node)
      }

      for (const one of pnetCases(/^cmd-/).filter(({ steps }) => steps.length > 0)) {
        it(`${one.name}: ${one.description}`, async () => {
          const invoked: Invoked[] = []
          const node = await commands(one, invoked)
          const otherwise = OTHERWISE[one.name]
          const exchanges = exchangesOf(one)
          const upTo = otherwise === undefined ? exchanges.length : 2
          for (const exchange of exchanges.slice(0, upTo)) {
            await expectAsRecorded(carrier, node.address.port, exchange, one)
          }
          if (otherwise !== undefined) {
            const end = exchanges[upTo]?.request ?? Buffer.alloc(0)
            const place = opened(await carrier.exchange(node.address.port, end), 'rsp', ALICE, true)
            const id = commandIn(place).args.get('id') ?? ''
            const request = sealedPacket('msg', `CHUNKED_REQUEST?pt=part&id=${id}&in=0`, ALICE, BOB)
            const part = opened(await carrier.exchange(node.address.port, request), 'rsp', ALICE, true)
            const data = commandIn(part).args.get('dt') ?? ''
            expect(Buffer.from(data.replaceAll('~', '='), 'base64url').toString()).to.equal(otherwise)
          }
          // Arguments that do not fit are found before the function is asked.
          const expected = one.name === 'cmd-bad-arguments' ? [] : (one.meta.server_invoked ?? [])
          expect(invoked.map(({ function: name, originator }) => [name, originator])).to.deep.equal(
            expected.map(({ function: name, originator }) => [name, originator]),
          )
        })
      }
    })
  })
}

describe('recorded pnet clients', () => {
  it('have all been played', () => {
    const conversations = pnetCases(/./).filter(({ steps }) => steps.some(({ from }) => from === 'client'))
    const missing = conversations.map(({ name }) => name).filter((name) => !played.has(name))
    expect(missing).to.deep.equal([READABLE])
  })
})

/** Ours is bare base64. */
const expectReadable = async (
  carrier: Carrier,
  port: number,
  { request, answered: value }: Exchange,
): Promise<void> => {
  const reply = await carrier.exchange(port, request)
  expect(reply.toString().split('|')[2]).to.match(/^[\w-]+=*$/)
  const { content } = recordedNetwork(false).decode(reply, ['rsp'])
  expect(content.length).to.be.greaterThan(0)
  expect(plainOf(opened(reply, 'rsp', ALICE, false))).to.deep.equal(
    value === undefined ? undefined : recordedPlain(value),
  )
}
