import { expect } from 'chai'
import * as fc from 'fast-check'
import type { StpOptions } from '@/protocols/stp/index.js'
import { Gate } from '../../support/gate.js'
import { hex } from '../../support/hex.js'
import { ManualClock } from '../../support/manualClock.js'
import { RawPeer } from '../../support/rawPeer.js'
import { portsOf, StpStage, type StpWitness } from '../../support/stpNodes.js'
import { headerWith, rawPacket, throwDatagram, throwMessage, throwStream } from '../../support/stpPackets.js'
import { turns } from '../../support/turns.js'

const DROPPED = 'dropped'
const HEARD = 'heard by middlewares'
const ROUTED = 'routed'
type Fate = typeof DROPPED | typeof HEARD | typeof ROUTED

const bytes = (...values: readonly number[]): Buffer => Buffer.from(values)
const deep = (depth: number): string => `{"msg":${'['.repeat(depth)}${']'.repeat(depth)}}`

/** Everything that kills an original, and everything that it drops; see WIRE.md, "what may come". */
const JUNK: readonly (readonly [what: string, packet: Buffer, fate: Fate])[] = [
  ['nothing', bytes(), DROPPED],
  ['one byte', bytes(0x78), DROPPED],
  ['five bytes', bytes(0, 0, 0, 0, 0), DROPPED],
  ['two empty sizes', bytes(0, 0, 0, 0, 0, 0), DROPPED],
  ...['[]', '"x"', '5', 'true', 'null', '', '{', "{'user':1}", '\ufeff{}'].map(
    (header) => [`the header ${JSON.stringify(header)}`, rawPacket(header), DROPPED] as const,
  ),
  ['a header that is not UTF-8', rawPacket(Buffer.from('7b2275736572223a22ff227d', 'hex')), DROPPED],
  ...['[1]', '"x"', '5', 'null', '{', '{"msg":NaN}', '{"msg":Infinity}', '\ufeff{"msg":1}', 'junk'].map(
    (body) => [`the body ${JSON.stringify(body)}`, rawPacket(headerWith(), body), DROPPED] as const,
  ),
  ['a body that is not UTF-8', rawPacket(headerWith(), Buffer.from('7b226d7367223a22ff227d', 'hex')), DROPPED],
  ['a deep body', rawPacket(headerWith(), deep(20_000)), DROPPED],
  ['a deep header', rawPacket(`{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`), DROPPED],
  ['sizes above the limit', rawPacket(headerWith(), '{}', { body: 4_096_000 }), DROPPED],
  ['a body size that is too large', rawPacket(headerWith(), '{}', { body: 3 }), DROPPED],
  ['a body size that is too small', rawPacket(headerWith(), '{}', { body: 1 }), DROPPED],
  ['a header size that is too small', rawPacket(headerWith(), '{}', { header: 5 }), DROPPED],
  ['a header size that is too large', rawPacket(headerWith(), '{}', { header: 5_000 }), DROPPED],
  ['a plain body that is called encrypted', rawPacket(headerWith({ encrypted: true })), DROPPED],
  ['noise that is called encrypted', rawPacket(headerWith({ encrypted: 1 }), Buffer.alloc(128, 9)), DROPPED],
  [
    'noise that is called hybrid',
    rawPacket(headerWith({ encrypted: true, enc: 'hybrid-1' }), Buffer.alloc(200)),
    DROPPED,
  ],
  ['an unknown scheme', rawPacket(headerWith({ encrypted: true, enc: 'hybrid-2' })), DROPPED],
  ['no user', rawPacket(headerWith({ user: undefined })), ROUTED],
  ['a user that is no text', rawPacket(headerWith({ user: { name: 'x' }, hostname: 5 })), ROUTED],
  ['ports that are none', rawPacket(headerWith({ udpport: -1, tcpport: '57001' })), ROUTED],
  ...['ip', 'update_time', 'self', '__class__', 'strict_parse', '__proto__', 'constructor'].map(
    (key) =>
      [`the header key ${key}`, rawPacket(headerWith().replace('{', `{"${key}":{"toString":1},`)), ROUTED] as const,
  ),
  ['a namespace that is an array', rawPacket(headerWith({ namespace: ['/chat'] })), HEARD],
  ['a namespace that is an object', rawPacket(headerWith({ namespace: { a: 1 } })), HEARD],
  ['a namespace that is a number', rawPacket(headerWith({ namespace: 5 })), HEARD],
  ['the namespace __proto__', rawPacket(headerWith({ namespace: '__proto__' })), HEARD],
  ['no namespace', rawPacket(headerWith({ namespace: undefined })), HEARD],
  ['a falsy encrypted that is no boolean', rawPacket(headerWith({ encrypted: [] })), ROUTED],
  ['features that are none', rawPacket(headerWith({ features: 'hybrid-1' })), ROUTED],
  ['a key that is none', rawPacket(headerWith({ public_key: '30zz' })), ROUTED],
  ['a key that is an object', rawPacket(headerWith({ public_key: {} })), ROUTED],
  ['a discovery request without a port', rawPacket(headerWith({ namespace: '/peer-join', tcpport: undefined })), HEARD],
]

const open = (stage: StpStage, options: StpOptions = {}): Promise<StpWitness> =>
  stage.node(options, (node) => node.keeps('/chat', '/last'))

/** A good packet is still heard. */
const goesOn = async (node: StpWitness): Promise<void> => {
  const ports = portsOf(node)
  const accepted = node.heard.length
  await throwDatagram(rawPacket(headerWith({ user: 'carol' }), '{"msg":"udp"}'), ports.udp)
  await node.until(() => node.heard.length > accepted)
  expect(await throwStream(rawPacket(headerWith({ user: 'carol' }), '{"msg":"tcp"}'), ports.tcp)).to.equal('fin')
  await node.until(() => node.heard.length > accepted + 1)
  expect(node.heard.slice(accepted).map(({ data }) => data)).to.deep.equal(['udp', 'tcp'])
}

describe('an STP server that is sent junk', () => {
  it('is one that is there for the packet drawn in WIRE.md', async () => {
    await using stage = new StpStage()
    const node = await stage.node({}, (made) => made.keeps('/'))
    await throwDatagram(hex('0011 00000009 7b226e616d657370616365223a222f227d 7b226d7367223a317d'), portsOf(node).udp)
    const [packet] = await node.routes(1)
    expect(packet).to.deep.include({ data: 1, headers: { namespace: '/' }, user: undefined, encrypted: false })
  })

  for (const [what, packet, fate] of JUNK) {
    it(`goes on after ${what}, which is ${fate}, over UDP, over TCP and over the handshake framing`, async () => {
      await using stage = new StpStage()
      const [node, framed] = [await open(stage), await open(stage, { framing: 'handshake' })]
      const ports = portsOf(node)
      await throwDatagram(packet, ports.udp)
      // What is not whole never ends by itself; what has something behind it is no packet over TCP either.
      expect(await throwStream(packet, ports.tcp, true)).to.equal('fin')
      await goesOn(node)
      await throwMessage(packet, portsOf(framed).tcp)
      await throwMessage(rawPacket(headerWith({ namespace: '/last' })), portsOf(framed).tcp)
      await framed.routes(fate === ROUTED ? 2 : 1)
      expect(framed.heard).to.have.lengthOf(fate === DROPPED ? 1 : 2)
      expect(framed.dropped).to.have.lengthOf(fate === DROPPED ? 1 : 0)
      const [heard, routed] = [node.heard.length - 2, node.routed.length - 2]
      const [expectedHeard, expectedRouted] = { [DROPPED]: [0, 0], [HEARD]: [2, 0], [ROUTED]: [2, 2] }[fate]
      expect([heard, routed]).to.deep.equal([expectedHeard, expectedRouted])
      expect(node.troubles).to.deep.equal([])
      expect(node.dropped).to.have.lengthOf(fate === DROPPED ? 2 : 0)
      for (const { ip } of node.dropped) expect(ip).to.equal('127.0.0.1')
      for (const peer of node.peers) expect(peer.headers).to.be.an('object')
    })
  }

  it('goes on after a connection that is reset, and counts it', async () => {
    await using stage = new StpStage()
    const node = await open(stage)
    await using peer = await RawPeer.connect(portsOf(node).tcp)
    peer.send('0067')
    await turns(5)
    peer.socket.resetAndDestroy()
    await node.until(() => node.dropped.length === 1)
    expect(node.dropped[0]?.error).to.have.property('code', 'CONNECTION_RESET')
    expect(node.counts.brokenConnections).to.equal(1)
    await goesOn(node)
  })

  it('hears datagrams while connections are idle, and closes those after packetTimeoutMs', async () => {
    for (const begun of ['', '0067000000', '0067000000117b22']) {
      await using stage = new StpStage()
      const clock = new ManualClock()
      const node = await open(stage, { clock })
      await using peer = await RawPeer.connect(portsOf(node).tcp)
      if (begun !== '') peer.send(begun)
      await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
      await node.routes(1)
      while (node.counts.brokenConnections === 0) {
        await turns(2)
        clock.advance(500)
      }
      const [dropped] = node.dropped
      expect(dropped?.error).to.have.property('code').that.is.oneOf(['IDLE_TIMEOUT', 'MESSAGE_TIMEOUT'])
      expect(clock.now()).to.be.within(5_000, 30_000)
      await peer.ended
      await goesOn(node)
    }
  })

  it('does not wait for ever for a packet of which a byte comes now and then', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const node = await open(stage, { clock })
    await using peer = await RawPeer.connect(portsOf(node).tcp)
    peer.send('006700')
    while (node.counts.brokenConnections === 0) {
      peer.send('00')
      await turns(3)
      clock.advance(500)
    }
    expect(node.dropped[0]?.error).to.have.property('code', 'MESSAGE_TIMEOUT')
    expect(clock.now()).to.be.within(5_000, 30_000)
  })

  it('goes on after whatever bytes come', async () => {
    await using stage = new StpStage()
    const node = await open(stage)
    const { udp } = portsOf(node)
    const good = rawPacket(headerWith())
    const damaged = fc
      .tuple(fc.nat(good.length - 1), fc.uint8Array({ minLength: 1, maxLength: 8 }))
      .map(([at, noise]) => Buffer.concat([good.subarray(0, at), noise, good.subarray(at + noise.length)]))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 64 }), damaged), async (junk) => {
        const { received } = node.counts
        await throwDatagram(junk, udp)
        while (node.counts.received === received) await turns()
      }),
      { numRuns: 300 },
    )
    expect(node.troubles).to.deep.equal([])
    await goesOn(node)
  })
})

describe('handlers of an STP server', () => {
  const badly: readonly (readonly [how: string, handler: () => void | Promise<void>])[] = [
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    [
      'throws what is no error',
      () => {
        throw 'no'
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['rejects with nothing', () => Promise.reject()],
  ]
  for (const [how, bad] of badly) {
    it(`that one of them ${how} harms no other, no later packet, and is told as HOOK_FAILED`, async () => {
      await using stage = new StpStage()
      const node = await stage.node({}, (made) => {
        made.addMiddleware(bad)
        made.onPeerListUpdate(bad)
        made.route('/chat', bad)
        made.keeps('/chat')
      })
      await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
      await node.routes(1)
      await goesOn(node)
      expect(node.routed).to.have.lengthOf(3)
      expect(new Set(node.troubles.map(({ code }) => code))).to.deep.equal(new Set(['HOOK_FAILED']))
      expect(node.troubles.filter(({ detail }) => detail['hook'] === 'onPeerListUpdate')).to.have.lengthOf(1)
      expect(node.troubles.filter(({ detail }) => detail['hook'] === 'middleware')).to.have.lengthOf(3)
      expect(node.troubles.filter(({ detail }) => detail['hook'] === 'handler')).to.have.lengthOf(3)
    })
  }

  it('that one of them never ends holds up the others for handlerTimeoutMs and no longer', async () => {
    await using stage = new StpStage()
    const clock = new ManualClock()
    const node = await stage.node({ clock, handlerTimeoutMs: 1_000 }, (made) => {
      made.route('/chat', () => new Promise(() => {}))
      made.keeps('/chat')
    })
    await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
    await node.until(() => node.heard.length === 1)
    await turns(3)
    expect(node.routed).to.have.lengthOf(0)
    clock.advance(1_000)
    await node.routes(1)
    expect(node.troubles.map(({ code, detail }) => [code, detail])).to.deep.equal([
      ['HANDLER_TIMEOUT', { what: 'handler', limitMs: 1_000 }],
    ])
  })

  it('may close the node they belong to', async () => {
    await using stage = new StpStage()
    const gate = new Gate()
    const node = await stage.node({}, (made) => {
      made.route('/chat', async () => {
        await made.close()
        void gate.pass()
      })
    })
    await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
    await gate.reached
    expect(node.troubles).to.deep.equal([])
  })

  it('that reject with what has no words, at once or by a promise of their own making, hold up nobody', async () => {
    await using stage = new StpStage()
    const speechless: object = Object.create(null)
    const refuse = (_done: unknown, failed: (reason: unknown) => void): void => failed(speechless)
    const node = await stage.node({}, (made) => {
      made.keeps('/chat')
      made.addMiddleware(() => Promise.reject(speechless))
      Object.assign(made, { packetDropped: () => ({ then: refuse }) })
    })
    await throwDatagram(Buffer.alloc(0), portsOf(node).udp)
    await throwDatagram(rawPacket(headerWith()), portsOf(node).udp)
    await node.routes(1)
    const said = node.troubles.map(({ code, detail }) => [code, detail['hook'], detail['says']])
    expect(said).to.deep.equal([
      ['HOOK_FAILED', 'packetDropped', 'something that has no words'],
      ['HOOK_FAILED', 'middleware', 'something that has no words'],
    ])
  })

  it('and hooks that throw, errorRaised among them, end in warnings of the process', async () => {
    const warned: string[] = []
    const onWarning = ({ message }: Error): void => void warned.push(message)
    process.on('warning', onWarning)
    try {
      await using stage = new StpStage()
      const node = await stage.node()
      const fail = (): never => {
        throw new Error('no')
      }
      Object.defineProperty(node, 'packetDropped', { value: fail })
      Object.defineProperty(node, 'errorRaised', { value: fail })
      await throwDatagram(Buffer.alloc(0), portsOf(node).udp)
      while (warned.length === 0) await turns()
      await goesOn(node)
      expect(warned).to.deep.equal(['a hook threw (hook: errorRaised, says: no)'])
    } finally {
      process.off('warning', onWarning)
    }
  })
})
