import { expect } from 'chai'
import { encodeBase64 } from '@/protocols/pnet/base64.js'
import { FernetKey } from '@/protocols/pnet/fernetKey.js'
import { sealEnvelope } from '@/protocols/pnet/envelope.js'
import { AdvancedNode } from '@/protocols/pnet/index.js'
import { Gate } from '../../support/gate.js'
import { ManualClock } from '../../support/manualClock.js'
import { CARRIERS } from '../../support/pnetCarriers.js'
import { PnetGroup, WatchedNode } from '../../support/pnetNodes.js'
import { ALICE, BOB, CAROL, NETWORK_KEY, opened, recordedNetwork, sealedPacket } from '../../support/pnetRecordings.js'
import { RawPeer } from '../../support/rawPeer.js'

const BOB_KEY = BOB.publicKey.field
const ALICE_KEY = ALICE.publicKey.field
const network = recordedNetwork(true)
const refusal = (word: string, key = ''): string => `nodes|err|${word}|${key}|END\n`
const sealedContent = (payload: string | Buffer, key = NETWORK_KEY): string =>
  key.sealTwice(Buffer.from(payload)).toString()
const message = (content: string, key = ALICE_KEY): string => `nodes|msg|${content}|${key}|END\n`
const advert = (payload: string, key = ALICE.publicKey): Buffer => network.encode('adv', Buffer.from(payload), key)
/** A value that was sealed as it should be, but is none. */
const universal = (text: string | Buffer): Buffer =>
  network.encode('msg', sealEnvelope(encodeBase64(Buffer.from(text)), BOB.publicKey), ALICE.publicKey)

/** An envelope for bob whose inner token was made with another session key. */
const otherSession = (): string => {
  const wrapped = BOB.publicKey.wrap(FernetKey.generate())
  const token = FernetKey.generate().seal(Buffer.from('c3RyfGhp'))
  return encodeBase64(Buffer.from(`${encodeBase64(wrapped).toString()}|${encodeBase64(token).toString()}`)).toString()
}

const EVIL = "cos\nsystem\n(S'touch /tmp/pnet-was-here'\ntR."

/** Every row of the table of answers, and what else somebody may send. An empty answer is a close without a byte. */
const JUNK: readonly (readonly [what: string, request: string | Buffer, answer: string])[] = [
  ['four sections', 'nodes|msg|x|END\n', refusal('ERR_SECTION_COUNT')],
  ['six sections', 'nodes|msg|x|y|z|END\n', refusal('ERR_SECTION_COUNT')],
  ['an empty line', '\n', refusal('ERR_SECTION_COUNT')],
  ['white space', ' \t \r\n', refusal('ERR_SECTION_COUNT')],
  ['text', 'GET / HTTP/1.1\r\n', refusal('ERR_SECTION_COUNT')],
  ['zero bytes', Buffer.from('000000000a', 'hex'), refusal('ERR_SECTION_COUNT')],
  ['another end', 'nodes|msg|x|y|end\n', refusal('ERR_PACKET_INCOMPLETE')],
  ['an end with a space', 'nodes|msg|x|y| END\n', refusal('ERR_PACKET_INCOMPLETE')],
  ['another network', 'other|msg|x|y|END\n', refusal('ERR_NETWORK_INCORRECT')],
  ['an empty network id', '|msg|x|y|END\n', refusal('ERR_NETWORK_INCORRECT')],
  ['a reply', 'nodes|rsp|x|y|END\n', refusal('ERR_PACKET_TYPE')],
  ['an error', 'nodes|err|ERR_PACKET_TYPE||END\n', refusal('ERR_PACKET_TYPE')],
  ['MSG', 'nodes|MSG|x|y|END\n', refusal('ERR_PACKET_TYPE')],
  ['no type', 'nodes||x|y|END\n', refusal('ERR_PACKET_TYPE')],
  ['another network key', message(sealedContent('x', FernetKey.generate())), refusal('ERR_NET_DECRYPTION_FAILED')],
  [
    'a content that is not sealed',
    message(encodeBase64(Buffer.from('plain text')).toString()),
    refusal('ERR_NET_DECRYPTION_FAILED'),
  ],
  ['an empty content', message(''), refusal('ERR_NET_DECRYPTION_FAILED')],
  ['a content that is no base64', message('abc'), ''],
  ['a content of the standard alphabet', message('ab+/'), ''],
  ['an envelope for another', sealedPacket('msg', 'hi', ALICE, CAROL), refusal('ERR_RSA_DECRYPTION_FAILED', BOB_KEY)],
  ['an envelope that is no base64', message(sealedContent('abc')), ''],
  ['an envelope without |', message(sealedContent(encodeBase64(Buffer.from('nothing')))), ''],
  ['a session key that is no base64', message(sealedContent(encodeBase64(Buffer.from('abc|abcd')))), ''],
  [
    'an RSA block of another length',
    message(sealedContent(encodeBase64(Buffer.from('abcd|abcd')))),
    refusal('ERR_RSA_DECRYPTION_FAILED', BOB_KEY),
  ],
  // Not told from a block that does not open: whoever could tell them apart could open what is sealed for this node.
  ['another session key', message(sealedContent(otherSession())), refusal('ERR_RSA_DECRYPTION_FAILED', BOB_KEY)],
  ['no key', sealedPacket('msg', 'hi', ALICE, BOB).toString().replace(ALICE_KEY, ''), ''],
  ['a key that is no base64', sealedPacket('msg', 'hi', ALICE, BOB).toString().replace(ALICE_KEY, '!!!'), ''],
  ['a key that is no PEM', sealedPacket('msg', 'hi', ALICE, BOB).toString().replace(ALICE_KEY, 'AAAA'), ''],
  ['text that is not UTF-8', Buffer.from('fffe7c787c797c7a7c454e440a', 'hex'), ''],
  ['a value without a tag', universal('hello'), ''],
  ['a value with another tag', universal('xyz|hello'), ''],
  ['a value that is an object of Python', universal(`pkl|${EVIL}`), ''],
  ['a value that is no pickle', universal('pkl|hello'), ''],
  ['text that is not UTF-8 inside', universal(Buffer.from('737472 7cff'.replace(' ', ''), 'hex')), ''],
  ['a broadcast', network.encode('brd', Buffer.from('text'), ALICE.publicKey), ''],
  ['an advertisement without @', advert('eve10.0.0.9:77'), refusal('ERR_BR_INVALID_FORMAT', BOB_KEY)],
  ['an advertisement without :', advert('eve@10.0.0.9'), refusal('ERR_BR_INVALID_FORMAT', BOB_KEY)],
  ['an advertisement of a host name', advert('eve@example.org:77'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement of localhost', advert('eve@localhost:77'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement without a port', advert('eve@10.0.0.9:'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement of the port 0', advert('eve@10.0.0.9:0'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement of the port 65536', advert('eve@10.0.0.9:65536'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement with two @', advert('eve@eve@10.0.0.9:77'), refusal('ERR_BR_INVALID_FORMAT', BOB_KEY)],
  ['an advertisement of 256', advert('eve@10.0.0.256:77'), refusal('ERR_BR_INVALID_IP', BOB_KEY)],
  ['an advertisement without a key', advert('eve@10.0.0.9:77').toString().replace(ALICE_KEY, ''), ''],
  // Of several things that are wrong, the first in the order of the table is told.
  ['four sections of another network', 'other|rsp|x|end\n', refusal('ERR_SECTION_COUNT')],
  ['another end of another network', 'other|rsp|x|y|end\n', refusal('ERR_PACKET_INCOMPLETE')],
  ['another type of another network', 'other|rsp|x|y|END\n', refusal('ERR_NETWORK_INCORRECT')],
  ['another type that is not sealed', 'nodes|rsp|cGxhaW4=||END\n', refusal('ERR_PACKET_TYPE')],
  [
    'another envelope that is not sealed',
    message(encodeBase64(Buffer.from('abc')).toString(), ''),
    refusal('ERR_NET_DECRYPTION_FAILED'),
  ],
  [
    'an envelope for another, and no key',
    sealedPacket('msg', 'hi', ALICE, CAROL).toString().replace(ALICE_KEY, ''),
    refusal('ERR_RSA_DECRYPTION_FAILED', BOB_KEY),
  ],
]

for (const carrier of CARRIERS) {
  describe(`junk for a pnet node over ${carrier.framing}`, () => {
    let group: PnetGroup
    let node: WatchedNode
    const handled: unknown[] = []
    before(async () => {
      group = new PnetGroup({ framing: carrier.framing })
      const options = group.options('bob')
      node = new WatchedNode({
        ...options,
        handler: (value) => {
          handled.push(value)
          if (value === 'boom') throw new Error('on purpose')
          if (value === 'wrong') return Promise.reject(new Error('later'))
          return value
        },
      })
      await group.serve(node)
    })
    after(() => group[Symbol.asyncDispose]())
    const ping = async (): Promise<unknown> => {
      const packet = sealedPacket('msg', 'ping', ALICE, BOB)
      return opened(await carrier.exchange(node.address.port, packet), 'rsp', ALICE, true)
    }

    for (const [what, request, answer] of JUNK) {
      it(`${what}: ${answer === '' ? 'closed without a byte' : (answer.split('|')[2] ?? '')}, and the next is served`, async () => {
        const before = handled.length
        const reply = await carrier.exchange(node.address.port, Buffer.from(request))
        expect(reply.toString()).to.equal(answer)
        expect(handled).to.have.length(before)
        expect(node.peers).to.deep.equal([])
        expect(await ping()).to.equal('ping')
      })
    }

    it('nothing at all, and then the end: ERR_SECTION_COUNT, and the next is served', async () => {
      const reply = await carrier.exchange(node.address.port, Buffer.alloc(0), true)
      expect(reply.toString()).to.equal(refusal('ERR_SECTION_COUNT'))
      expect(await ping()).to.equal('ping')
    })

    it('tells requestFailed of each, with what was wrong', () => {
      const codes = new Set(node.watch.failures.map(({ code }) => code))
      expect([...codes]).to.include.members([
        'PACKET_MALFORMED',
        'NETWORK_DIFFERENT',
        'PACKET_UNEXPECTED',
        'NETWORK_KEY_DIFFERENT',
      ])
      expect(node.watch.raised).to.deep.equal([])
    })

    it('a handler that throws, at once or later, harms nobody but its own request', async () => {
      const ask = (value: string): Promise<Buffer> =>
        carrier.exchange(node.address.port, sealedPacket('msg', value, ALICE, BOB))
      const replies = await Promise.all(['boom', 'good', 'wrong', 'fine'].map(ask))
      expect(replies.map(({ length }) => length > 0)).to.deep.equal([false, true, false, true])
      expect(await ping()).to.equal('ping')
      expect(node.watch.failures.at(-1)?.code).to.equal('HOOK_FAILED')
    })
  })
}

describe('a pnet node on a bare socket', () => {
  const node = async (group: PnetGroup, own = {}): Promise<WatchedNode> => {
    const [served] = await group.serve(new WatchedNode({ ...group.options('bob', own), handler: (value) => value }))
    if (served === undefined) throw new Error('no node')
    return served
  }

  it('reads a packet however it is cut, and passes over what follows it', async () => {
    await using group = new PnetGroup()
    const { address } = await node(group)
    const packet = sealedPacket('msg', 'hello', ALICE, BOB)
    for (const size of [1, 7, 500]) {
      await using peer = await RawPeer.connect(address.port)
      for (let at = 0; at < packet.length; at += size) peer.send(packet.subarray(at, at + size))
      peer.send(packet).send('00ff0a0a')
      await peer.ended
      expect(opened(Buffer.from(peer.unread, 'hex'), 'rsp', ALICE, true)).to.equal('hello')
    }
  })

  it('ends a packet above maxPacketBytes without a byte, whether its end comes or not', async () => {
    await using group = new PnetGroup()
    const served = await node(group, { maxPacketBytes: 2_048 })
    for (const bytes of [Buffer.alloc(2_049, 'a'), Buffer.concat([Buffer.alloc(2_048, 'a'), Buffer.from('\n')])]) {
      await using peer = await RawPeer.connect(served.address.port)
      peer.send(bytes)
      await peer.ended
      expect(peer.unread).to.equal('')
    }
    await served.watch.event('failed MESSAGE_TOO_LARGE', 2)
    expect(served.watch.failures).to.have.length(2)
  })

  it('gives up a peer that does not finish its packet within requestTimeoutMs, and one that says nothing', async () => {
    const clock = new ManualClock()
    await using group = new PnetGroup({ clock, requestTimeoutMs: 1_000 })
    const served = await node(group)
    for (const [bytes, code] of [
      ['nodes|ms', 'MESSAGE_TIMEOUT'],
      ['', 'IDLE_TIMEOUT'],
    ] as const) {
      await using peer = await RawPeer.connect(served.address.port)
      peer.send(Buffer.from(bytes))
      await clock.passUntil(peer.ended)
      await clock.passUntil(served.watch.event(`failed ${code}`))
      expect(peer.unread).to.equal('')
    }
  })

  it('leaves a peer without a reply when the handler takes longer than handlerTimeoutMs, and tells the handler', async () => {
    const clock = new ManualClock()
    await using group = new PnetGroup({ clock, handlerTimeoutMs: 5_000 })
    let ended: AbortSignal | undefined
    const options = group.options('bob')
    const served = new WatchedNode({
      ...options,
      handler: (_, { signal }) => {
        ended = signal
        return new Promise(() => {})
      },
    })
    await group.serve(served)
    await using peer = await RawPeer.connect(served.address.port)
    peer.send(sealedPacket('msg', 'hello', ALICE, BOB))
    await clock.passUntil(peer.ended)
    expect(peer.unread).to.equal('')
    expect(ended?.aborted).to.equal(true)
    await clock.passUntil(served.watch.event('failed HANDLER_TIMEOUT'))
  })

  it('gives up a peer that does not take its reply within requestTimeoutMs', async () => {
    const clock = new ManualClock()
    await using group = new PnetGroup({ clock, requestTimeoutMs: 1_000 })
    const options = group.options('bob')
    const reply = Buffer.alloc(8_000_000)
    const served = new WatchedNode({ ...options, handler: () => reply })
    await group.serve(served)
    await using peer = await RawPeer.connect(served.address.port)
    peer.stopReading()
    peer.send(sealedPacket('msg', 'hello', ALICE, BOB))
    await clock.passUntil(served.watch.event('failed CLOSE_TIMEOUT'))
    expect(served.watch.events.filter((event) => !event.startsWith('joined'))).to.deep.equal(['failed CLOSE_TIMEOUT'])
  })

  it('tells the handler when the peer has gone', async () => {
    await using group = new PnetGroup()
    const asked = new Gate()
    const told = new Gate()
    const options = group.options('bob')
    const served = new WatchedNode({
      ...options,
      handler: async (_, { signal }) => {
        void asked.pass()
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
        void told.pass()
      },
    })
    await group.serve(served)
    await using peer = await RawPeer.connect(served.address.port)
    peer.send(sealedPacket('msg', 'hello', ALICE, BOB))
    await asked.reached
    peer.rst()
    await told.reached
  })

  it('of an advanced kind closes without a byte on what is no command, and goes on', async () => {
    await using group = new PnetGroup()
    const served = new AdvancedNode({ ...group.options('bob'), functions: { echo: (_, input) => input.bytes() } })
    await group.serve(served)
    const [bare] = CARRIERS
    const ask = async (value: string | Uint8Array | null): Promise<unknown> => {
      const reply = await bare?.exchange(served.address.port, sealedPacket('msg', value, ALICE, BOB))
      return reply === undefined || reply.length === 0 ? undefined : opened(reply, 'rsp', ALICE, true)
    }
    const silent = ['', 'FOO', 'RAW?', 'RAW?fn', 'RAW?fn=echo', 'RAW?fn=echo&og=a', 'RAW?fn=echo&og=a&dt=###']
    const more = ['RAW?fn=echo&og=a&dt=aGk~', 'RAW?fn=nope&og=a&dt=cmF3fGhp', 'CHUNKED?id=1', 'CHUNKED?pt=part&id=1']
    for (const text of [...silent, ...more]) expect(await ask(text), text).to.equal(undefined)
    for (const value of [null, Buffer.from('RAW?fn=echo')]) expect(await ask(value)).to.equal(undefined)
    for (const text of ['raw?fn=echo&og=a&dt=cmF3fGhp', 'RESPONSE?rs=success', '?a=b']) {
      expect(await ask(text), text).to.equal('ERROR?rs=unknown command')
    }
    expect(await ask('RAW?fn=echo&og=a&dt=cmF3fGhp')).to.equal('RESPONSE?rs=success&dt=cmF3fGhp')
    // What stands behind a second ? or = is dropped, and the last of a key counts.
    expect(await ask('RAW?fn=nope&og=a=b&dt=cmF3fGhp&fn=echo?x')).to.equal('RESPONSE?rs=success&dt=cmF3fGhp')
  })
})
