import { createHash } from 'node:crypto'
import { createServer, connect, type Server, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { expect } from 'chai'
import {
  AdvancedNode,
  type AdvancedNodeOptions,
  type Answer,
  encodePart,
  type NodeFunction,
  TotalChecksum,
} from '@/protocols/pnet/index.js'
import { type StreamLimits, streamLimitsOf } from '@/protocols/pnet/advancedOptions.js'
import { FunctionDesk } from '@/protocols/pnet/functionDesk.js'
import { Responses } from '@/protocols/pnet/responses.js'
import { SpoolBudget } from '@/protocols/pnet/spool.js'
import { Uploads } from '@/protocols/pnet/uploads.js'
import { Gate } from '../../support/gate.js'
import { lcg32 } from '../../support/lcg32.js'
import { CARRIERS } from '../../support/pnetCarriers.js'
import { PnetGroup } from '../../support/pnetNodes.js'
import { ALICE, BOB, opened, sealedPacket } from '../../support/pnetRecordings.js'
import { portOf } from '../../support/portOf.js'
import { rejection } from '../../support/rejection.js'
import { turns } from '../../support/turns.js'

const place = (maxBytes = 1_000, total = 10_000) => ({ budget: new SpoolBudget(total), maxBytes })
const head = { functionName: 'f', originator: 'o' }

describe('streams that come in', () => {
  it('are whole when every part has come in its place, once, whatever was sent twice', async () => {
    const uploads = new Uploads({ maxUploads: 2, maxUploadsPerAddress: 2, streamIdleMs: 1_000 }, place(), () => 0)
    const [first, second, third] = ['one', 'two', 'three'].map((text) => encodePart(Buffer.from(text)))
    if (first === undefined || second === undefined || third === undefined) throw new Error('no parts')
    const total = new TotalChecksum()
    for (const part of [first, second, third]) total.add(part)
    expect(uploads.begin('id', head)).to.equal(undefined)
    expect(uploads.begin('id', head)).to.equal(undefined)
    expect(uploads.begin('id', { ...head, functionName: 'g' })).to.equal('wrong id')
    expect(await uploads.part('id', 1, second)).to.equal('checksum error')
    expect(await uploads.part('id', 0, first)).to.equal(undefined)
    expect(await uploads.part('id', 0, first)).to.equal(undefined)
    expect(await uploads.part('id', 0, second)).to.equal('checksum error')
    expect(await uploads.part('id', 1, { ...second, checksum: '0'.repeat(64) })).to.equal('checksum error')
    expect(await uploads.part('id', undefined, second)).to.equal(undefined)
    expect(uploads.begin('id', head)).to.equal('wrong id')
    expect(await uploads.end('id', total.digest())).to.equal('checksum error')
    // All at once, and still one after the other.
    const [last, ended] = await Promise.all([uploads.part('id', 2, third), uploads.end('id', total.digest())])
    expect(last).to.equal(undefined)
    if (typeof ended === 'string') throw new Error(ended)
    expect((await ended.spool.read(0, 99)).toString()).to.equal('onetwothree')
    expect(await uploads.end('id', total.digest())).to.equal('wrong id')
    await ended.spool.close()
  })

  it('are bounded in number, size and time, and give everything back', async () => {
    let nowMs = 0
    const where = place(10, 15)
    const uploads = new Uploads({ maxUploads: 2, maxUploadsPerAddress: 2, streamIdleMs: 1_000 }, where, () => nowMs)
    expect([uploads.begin('a', head), uploads.begin('b', head), uploads.begin('c', head)]).to.deep.equal([
      undefined,
      undefined,
      'too many uploads',
    ])
    expect(await uploads.part('a', 0, encodePart(Buffer.alloc(10)))).to.equal(undefined)
    expect(await uploads.part('b', 0, encodePart(Buffer.alloc(6)))).to.equal('too large')
    expect(await uploads.part('b', 0, encodePart(Buffer.alloc(1)))).to.equal('wrong id')
    expect(await uploads.part('a', 1, encodePart(Buffer.alloc(1)))).to.equal('too large')
    expect([uploads.size, where.budget.usedBytes]).to.deep.equal([0, 0])
    expect([uploads.begin('d', head), uploads.begin('e', head)]).to.deep.equal([undefined, undefined])
    nowMs = 500
    expect(await uploads.part('d', 0, encodePart(Buffer.alloc(5)))).to.equal(undefined)
    nowMs = 1_400
    uploads.expire()
    expect([uploads.size, await uploads.part('e', 0, encodePart(Buffer.alloc(5)))]).to.deep.equal([1, 'wrong id'])
    await uploads.close()
    expect(where.budget.usedBytes).to.equal(0)
  })

  it('make room for another when one has been silent for a second, and not before', async () => {
    let nowMs = 0
    const where = place()
    const uploads = new Uploads({ maxUploads: 2, maxUploadsPerAddress: 2, streamIdleMs: 60_000 }, where, () => nowMs)
    for (const id of ['busy', 'idle']) uploads.begin(id, head)
    await uploads.part('idle', 0, encodePart(Buffer.alloc(9)))
    nowMs = 1_000
    expect(uploads.begin('new', head)).to.equal('too many uploads')
    expect(await uploads.part('busy', 0, encodePart(Buffer.alloc(5)))).to.equal(undefined)
    nowMs = 1_001
    expect(uploads.begin('new', head)).to.equal(undefined)
    expect(await uploads.part('busy', 1, encodePart(Buffer.alloc(5)))).to.equal(undefined)
    expect(await uploads.part('idle', 1, encodePart(Buffer.alloc(5)))).to.equal('wrong id')
    expect([uploads.size, where.budget.usedBytes]).to.deep.equal([2, 10])
    await uploads.close()
  })

  it('that are not known are refused eight times, then left without a reply, as originals ask for ever', async () => {
    const uploads = new Uploads({ maxUploads: 2, maxUploadsPerAddress: 2, streamIdleMs: 1_000 }, place(), () => 0)
    const part = encodePart(Buffer.alloc(1))
    for (let times = 0; times < 8; times++) expect(await uploads.part('id', 0, part)).to.equal('wrong id')
    expect((await rejection(uploads.part('id', 0, part))).code).to.equal('STREAM_UNKNOWN')
    expect(await uploads.part('other', 0, part)).to.equal('wrong id')
  })
})

describe('streams that go out', () => {
  const responses = (now: () => number, where = place(100, 150)): Responses => {
    let ids = 0
    const limits = { maxResponses: 2, maxResponsesPerAddress: 2, streamIdleMs: 1_000, chunkBytes: 4 }
    return new Responses(limits, where, now, () => `id${ids++}`)
  }
  const { signal } = new AbortController()

  it('are handed out by index, as often as asked for, until their end has been', async () => {
    const kept = responses(() => 0)
    const { id, parts } = await kept.keep(Readable.from([Buffer.from('0123'), Buffer.from('45678')]), signal)
    expect([id, parts]).to.deep.equal(['id0', 3])
    const textAt = async (index: number | undefined): Promise<string> => {
      const reply = await kept.part(id, index)
      if (reply === 'wrong id') return reply
      if (reply.stage === 'part') return Buffer.from(reply.part.text.toString(), 'base64url').toString()
      return reply.stage
    }
    expect(await textAt(0)).to.equal('0123')
    expect(await textAt(1)).to.equal('4567')
    expect(await textAt(1)).to.equal('4567')
    expect(await textAt(undefined)).to.equal('8')
    expect(await textAt(0)).to.equal('0123')
    expect(await textAt(4)).to.equal('wrong id')
    expect(await textAt(3)).to.equal('end')
    expect(await textAt(3)).to.equal('wrong id')
  })

  it('are bounded in number, size and time; one that fails, or that nobody waits for, is not kept', async () => {
    let nowMs = 0
    const where = place(10, 15)
    const kept = responses(() => nowMs, where)
    const stream = (size: number): Readable => Readable.from([Buffer.alloc(size)])
    expect((await rejection(kept.keep(stream(11), signal))).code).to.equal('STREAM_LIMIT')
    await kept.keep(stream(10), signal)
    expect((await rejection(kept.keep(stream(6), signal))).code).to.equal('STREAM_LIMIT')
    await kept.keep(stream(5), signal)
    const third = stream(0)
    expect((await rejection(kept.keep(third, signal))).detail['option']).to.equal('maxResponses')
    expect(third.destroyed).to.equal(true)
    nowMs = 1_001
    await kept.keep(stream(1), signal)
    expect(kept.size).to.equal(1)
    const failing = Readable.from(
      (async function* () {
        yield Buffer.alloc(1)
        throw new Error('on purpose')
      })(),
    )
    await kept.keep(failing, signal).then(
      () => expect.fail('it was kept'),
      (error: Error) => expect(error.message).to.equal('on purpose'),
    )
    expect((await rejection(kept.keep(stream(1), AbortSignal.abort()))).code).to.equal('ABORTED')
    await kept.close()
    expect([kept.size, where.budget.usedBytes]).to.deep.equal([0, 0])
  })
})

describe('streams of one address', () => {
  const part = encodePart(Buffer.alloc(60))
  const dt = part.text.toString().replaceAll('=', '~')
  const total = new TotalChecksum()
  total.add(part)
  const deskWith = (limits: StreamLimits, budget = new SpoolBudget(1_000, 100), now = (): number => 0) =>
    new FunctionDesk({
      name: 'bob',
      place: { budget, maxBytes: 1_000 },
      limits: streamLimitsOf(limits),
      newId: () => `r${ids++}`,
      now,
      taggedInput: false,
      find: () => () => Readable.from([Buffer.alloc(60)]),
    })
  let ids = 0
  const asks = (desk: FunctionDesk, host: string) => {
    const { signal } = new AbortController()
    return (text: string): Promise<string> => desk.answer(text, { remote: `${host}:40000`, signal })
  }
  const begin = (id: string): string => `CHUNKED?pt=initiator&ln=1&id=${id}&og=a&fn=f`
  const fill = (id: string): string => `CHUNKED?pt=part&id=${id}&in=0&dt=${dt}&ck=${part.checksum}`

  it('take their own room only: the uploads of another, and their bytes, find theirs', async () => {
    const budget = new SpoolBudget(1_000, 100)
    const desk = deskWith({ maxUploadsPerAddress: 2 }, budget)
    const [greedy, other] = [asks(desk, '192.0.2.1'), asks(desk, '192.0.2.2')]
    for (const id of ['a', 'b']) expect(await greedy(begin(id))).to.equal('RESPONSE?rs=success')
    expect(await greedy(begin('c'))).to.equal('ERROR?rs=too many uploads')
    expect(await greedy(fill('a'))).to.equal('RESPONSE?rs=success')
    expect(await greedy(fill('b'))).to.equal('ERROR?rs=too large')
    expect(await other(begin('d'))).to.equal('RESPONSE?rs=success')
    expect(await other(fill('d'))).to.equal('RESPONSE?rs=success')
    expect(budget.usedBytes).to.equal(120)
    await desk.close()
    expect(budget.usedBytes).to.equal(0)
  })

  it('make room for each other only, when one of them has been silent for a second', async () => {
    let nowMs = 0
    const desk = deskWith({ maxUploadsPerAddress: 1 }, new SpoolBudget(1_000, 100), () => nowMs)
    const [greedy, other] = [asks(desk, '192.0.2.1'), asks(desk, '192.0.2.2')]
    await other(begin('theirs'))
    await greedy(begin('silent'))
    nowMs = 1_001
    expect(await greedy(begin('next'))).to.equal('RESPONSE?rs=success')
    expect(await greedy(fill('silent'))).to.equal('ERROR?rs=wrong id')
    expect(await other(fill('theirs'))).to.equal('RESPONSE?rs=success')
    await desk.close()
  })

  it('that wait to be fetched are bounded alike, and fetching one makes room', async () => {
    const desk = deskWith({ maxResponsesPerAddress: 1 })
    const [greedy, other] = [asks(desk, '192.0.2.1'), asks(desk, '192.0.2.2')]
    const call = 'RAW?fn=f&og=a&dt=cmF3fGhp'
    const first = await greedy(call)
    expect((await rejection(greedy(call))).code).to.equal('STREAM_LIMIT')
    expect(await other(call)).to.match(/^CHUNKED_RESPONSE/)
    const [, id = ''] = /&id=(.*)$/.exec(first) ?? []
    await greedy(`CHUNKED_REQUEST?pt=part&id=${id}&in=1`)
    expect(await greedy(call)).to.match(/^CHUNKED_RESPONSE/)
    await desk.close()
  })
})

describe('a function that never comes to an end', () => {
  const never = (): Promise<never> => new Promise(() => {})
  const FUNCTIONS: Readonly<Record<string, NodeFunction>> = {
    hangs: never,
    yields: async function* () {
      yield Buffer.alloc(1)
      await never()
    },
  }
  for (const [name, run] of Object.entries(FUNCTIONS)) {
    it(`${name}: gives back its input, and its place, when nobody waits for it any more`, async () => {
      const where = place()
      const limits = streamLimitsOf({ maxResponses: 1 })
      const newId = (): string => 'id'
      const common = { name: 'bob', place: where, limits, newId, now: () => 0, taggedInput: false }
      const good = Readable.from([Buffer.from('good')])
      const desk = new FunctionDesk({ ...common, find: (wanted) => (wanted === name ? run : () => good) })
      const ask = (text: string, signal = new AbortController().signal): Promise<string> =>
        desk.answer(text, { remote: undefined, signal })
      const part = encodePart(Buffer.alloc(100))
      const total = new TotalChecksum()
      total.add(part)
      await ask(`CHUNKED?pt=initiator&ln=1&id=x&og=a&fn=${name}`)
      await ask(`CHUNKED?pt=part&id=x&in=0&dt=${part.text.toString().replaceAll('=', '~')}&ck=${part.checksum}`)
      const gone = new AbortController()
      const ended = rejection(ask(`CHUNKED?pt=end&id=x&ck=${total.digest()}`, gone.signal))
      await turns(20)
      expect(where.budget.usedBytes).to.be.at.least(100)
      gone.abort()
      expect((await ended).code).to.equal('ABORTED')
      expect(where.budget.usedBytes).to.equal(0)
      expect(await ask('RAW?fn=good&og=a&dt=cmF3fGhp')).to.match(/^CHUNKED_RESPONSE\?rs=success&ln=1/)
      await desk.close()
    })
  }
})

describe('streams between two nodes', () => {
  let group: PnetGroup
  beforeEach(() => {
    group = new PnetGroup()
  })
  afterEach(() => group[Symbol.asyncDispose]())

  /** A caller that reaches bob through something that throws some replies away. */
  const lossy = async (lose: (reply: number) => boolean, own: Partial<AdvancedNodeOptions> = {}) => {
    const bob = new AdvancedNode({
      ...group.options('bob'),
      chunkBytes: 500,
      functions: { echo: (_, input) => input, fail: () => Promise.reject(new Error('on purpose')) },
    })
    await group.serve(bob)
    const proxy = await losing(bob.address.port, lose)
    const alice = group.add(new AdvancedNode({ ...group.options('alice'), chunkBytes: 500, ...own }))
    alice.addPeer({ name: 'bob', host: '127.0.0.1', port: proxy.port, publicKey: BOB.publicKey })
    return { alice, bob, proxy }
  }
  const bytesOf = async (answer: Answer): Promise<Buffer> => {
    if (answer.kind === 'stream') return answer.stream.bytes()
    throw new Error('it is a value')
  }

  it('go on at their index when a reply is lost, in both directions', async () => {
    const bytes = Buffer.from(lcg32(9, 5_000))
    // The first reply to the beginning, and some to parts of either direction; never that to the end, which is not asked twice.
    const lost = new Set([0, 3, 4, 18, 20])
    const { alice, proxy } = await lossy((reply) => lost.has(reply))
    const answer = await alice.send('bob', 'echo', { sizeBytes: bytes.length, pieces: () => [bytes] })
    expect((await bytesOf(answer)).equals(bytes)).to.equal(true)
    expect(proxy.replies).to.equal(1 + 10 + 1 + 10 + 1 + lost.size)
    await proxy.close()
  })

  it('are given up after two repeats, and when the peer refuses', async () => {
    const { alice, proxy } = await lossy((reply) => reply >= 2)
    const source = { sizeBytes: 2_000, pieces: () => [Buffer.alloc(2_000)] }
    expect((await rejection(alice.send('bob', 'echo', source))).code).to.equal('REPLY_MISSING')
    expect(proxy.replies).to.equal(2 + 3)
    await proxy.close()
    const other = await lossy(() => false)
    expect((await rejection(other.alice.send('bob', 'nope', source))).code).to.equal('FUNCTION_UNKNOWN')
    expect(other.proxy.replies).to.equal(1)
    expect((await rejection(other.alice.send('bob', 'fail', source))).code).to.equal('REPLY_MISSING')
    await other.proxy.close()
  })

  it('end with a typed error when a source breaks its word, or there is too much of it', async () => {
    const { alice, proxy } = await lossy(() => false, { maxStreamBytes: 1_000 })
    const code = async (data: Parameters<AdvancedNode['send']>[2]): Promise<string> =>
      (await rejection(alice.send('bob', 'echo', data))).code
    expect(await code({ sizeBytes: 700, pieces: () => [Buffer.alloc(600)] })).to.equal('SOURCE_MISMATCH')
    expect(await code(Readable.from([Buffer.alloc(1_001)]))).to.equal('STREAM_LIMIT')
    expect(await code(Readable.from(['text']))).to.equal('NOT_BYTES')
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.alloc(1)
      throw new Error('on purpose')
    }
    expect(await code(broken())).to.equal('SOURCE_FAILED')
    expect(await code('x'.repeat(500))).to.equal('MESSAGE_UNSENDABLE')
    const answer = await alice.send('bob', 'echo', { sizeBytes: 1_500, pieces: () => [Buffer.alloc(1_500)] })
    expect((await rejection(bytesOf(answer))).code).to.equal('STREAM_LIMIT')
    expect((await rejection(bytesOf(answer))).code).to.equal('ALREADY_STARTED')
    await proxy.close()
  })

  it('are given up with the signal while their source gives nothing, and read no further when it does', async () => {
    const { alice, proxy } = await lossy(() => false)
    for (const sized of [true, false]) {
      const gate = new Gate()
      let read = 0
      const slow = async function* (): AsyncGenerator<Buffer> {
        for (;;) {
          await gate.pass()
          read++
          yield Buffer.alloc(1_000)
        }
      }
      const controller = new AbortController()
      const data = sized ? { sizeBytes: 10_000, pieces: slow } : slow()
      const sent = rejection(alice.send('bob', 'echo', data, { signal: controller.signal }))
      await gate.reached
      controller.abort()
      expect((await sent).code, sized ? 'sized' : 'unsized').to.equal('ABORTED')
      gate.open()
      await turns(5)
      expect(read).to.equal(1)
    }
    await proxy.close()
  })

  it('are not accepted when a part or the whole is not what its checksum says, or its end does not come in time', async () => {
    const part = encodePart(Buffer.from('abc'))
    const good = new TotalChecksum()
    good.add(part)
    const say = (text: string, sum: string): string => `CHUNKED_RESPONSE?pt=part&dt=${text}&ck=${sum}`
    const text = part.text.toString().replaceAll('=', '~')
    const end = (sum: string): string => `CHUNKED_RESPONSE?pt=end&ck=${sum}`
    const CASES: readonly (readonly [what: string, replies: readonly string[], code: string | undefined])[] = [
      ['whole', [say(text, part.checksum), end(good.digest())], undefined],
      ['spoilt once', [say('AAAA', part.checksum), say(text, part.checksum), end(good.digest())], undefined],
      ['always spoilt', Array<string>(3).fill(say('AAAA', part.checksum)), 'CHECKSUM_DIFFERENT'],
      ['wrong in all', [say(text, part.checksum), end('0'.repeat(64))], 'CHECKSUM_DIFFERENT'],
      ['longer than announced', Array<string>(2).fill(say(text, part.checksum)), 'CHECKSUM_DIFFERENT'],
      ['of a part that is empty', [say('', createHash('sha256').digest('hex'))], 'REPLY_UNREADABLE'],
      ['ended early', [end(new TotalChecksum().digest())], 'CHECKSUM_DIFFERENT'],
      ['gone', ['ERROR?rs=wrong id'], 'CALL_FAILED'],
      ['no base64', [say('###', createHash('sha256').update('###').digest('hex'))], 'COMMAND_MALFORMED'],
      ['no reply of its kind', ['RESPONSE?rs=success'], 'REPLY_UNREADABLE'],
      ['no command', ['hello'], 'COMMAND_MALFORMED'],
    ]
    for (const [what, replies, code] of CASES) {
      const peer = await saying(['CHUNKED_RESPONSE?rs=success&ln=1&og=bob&id=x', ...replies])
      const alice = group.add(new AdvancedNode(group.options('alice')))
      alice.addPeer({ name: 'bob', host: '127.0.0.1', port: peer.port, publicKey: BOB.publicKey })
      const read = alice.send('bob', 'f', 'x').then(bytesOf)
      if (code === undefined) expect((await read).toString(), what).to.equal('abc')
      else expect((await rejection(read)).code, what).to.equal(code)
      await peer.close()
    }
  })

  it('of a function that cannot be given back leave the peer without a reply, and the node goes on', async () => {
    const bob = new AdvancedNode({
      ...group.options('bob'),
      maxStreamBytes: 100,
      functions: {
        large: () => Readable.from([Buffer.alloc(101)]),
        text: () => Readable.from(['no bytes']),
        fine: () => Readable.from([Buffer.from('fine')]),
      },
    })
    await group.serve(bob)
    const [bare] = CARRIERS
    const ask = async (name: string): Promise<unknown> => {
      const packet = sealedPacket('msg', `RAW?fn=${name}&og=a&dt=cmF3fGhp`, ALICE, BOB)
      const reply = (await bare?.exchange(bob.address.port, packet)) ?? Buffer.alloc(0)
      return reply.length === 0 ? '' : opened(reply, 'rsp', ALICE, true)
    }
    expect([await ask('large'), await ask('text')]).to.deep.equal(['', ''])
    expect(await ask('fine')).to.match(/^CHUNKED_RESPONSE\?rs=success&ln=1&og=bob&id=[\w-]{11}$/)
  })
})

interface Proxy {
  readonly port: number
  /** How many requests have been answered behind it, those lost included. */
  readonly replies: number
  close(): Promise<void>
}

/** Passes requests on, and throws those replies away that it is told to. */
const losing = async (to: number, lose: (reply: number) => boolean): Promise<Proxy> => {
  let replies = 0
  const proxy = createServer({ allowHalfOpen: true }, (socket) => {
    const beyond = connect({ host: '127.0.0.1', port: to, allowHalfOpen: true })
    const answer: Buffer[] = []
    for (const end of [socket, beyond]) end.on('error', () => {})
    socket.on('data', (chunk: Buffer) => beyond.write(chunk))
    socket.on('end', () => beyond.end())
    beyond.on('data', (chunk: Buffer) => answer.push(chunk))
    beyond.on('end', () => {
      socket.end(lose(replies++) ? '' : Buffer.concat(answer))
      beyond.end()
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(proxy),
    get replies() {
      return replies
    },
    close: () => closed(proxy, new Set()),
  }
}

/** A peer that answers the first request with the first of these texts, and so on. */
const saying = async (texts: readonly string[]): Promise<{ readonly port: number; close(): Promise<void> }> => {
  let at = 0
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      if (chunk.at(-1) === 0x0a) socket.end(sealedPacket('rsp', texts[at++] ?? '', BOB, ALICE))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: portOf(server), close: () => closed(server, sockets) }
}

const closed = (server: Server, sockets: ReadonlySet<Socket>): Promise<void> => {
  for (const socket of sockets) socket.destroy()
  return new Promise((resolve) => server.close(() => resolve()))
}
