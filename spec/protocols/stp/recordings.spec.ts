import { createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto'
import { createServer } from 'node:net'
import { expect } from 'chai'
import type { Json, StpOptions } from '@/protocols/stp/index.js'
import { writePacket } from '@/protocols/stp/packetWriter.js'
import { identityFrom, readRemoteKey } from '@/protocols/stp/rsaKeys.js'
import { HYBRID, openBody, sealHybrid } from '@/protocols/stp/sealedBody.js'
import { hex } from '../../support/hex.js'
import { portOf } from '../../support/portOf.js'
import { RawPeer } from '../../support/rawPeer.js'
import { portsOf, StpStage, type StpWitness } from '../../support/stpNodes.js'
import { packetOf, partsOf, STP_CASES, STP_KEYS, type StpCase, stpCase } from '../../support/stpRecordings.js'

const ROUTES = ['/', '/chat', '/test-route']
const LATER = 'the next one'

/** Where the recordings leave a choice, and what we make of it: dropped, or this data. */
const CHOICES: Readonly<Record<string, { readonly data: unknown } | 'dropped'>> = {
  'udp-crafted-missing-user': { data: 'crafted' },
  'tcp-crafted-missing-user': { data: 'crafted' },
  'udp-crafted-body-trailing-space': 'dropped',
  'udp-crafted-body-size-too-large': 'dropped',
  'udp-crafted-body-size-too-small': 'dropped',
  'udp-crafted-body-size-zero-with-body': 'dropped',
  'udp-crafted-namespace-array': { data: 'crafted' },
  'udp-crafted-header-ip': { data: 'crafted' },
  'udp-crafted-header-update_time': { data: 'crafted' },
  'udp-crafted-nan-body': 'dropped',
  'udp-crafted-encrypted-flag-string': 'dropped',
}
/** These are routed although the original died of them. */
const ROUTED = new Set([
  'udp-crafted-missing-user',
  'tcp-crafted-missing-user',
  'udp-crafted-header-ip',
  'udp-crafted-header-update_time',
])

/** What must become of the packet of a case. */
const fateOf = ({
  name,
  meta,
}: StpCase): { readonly data: unknown; readonly routes: readonly string[] } | 'dropped' => {
  if (name === 'extension-hybrid-1') {
    const { msg }: { msg: unknown } = JSON.parse(meta.body_plaintext ?? '')
    return { data: msg, routes: ['/chat'] }
  }
  if (name === 'tcp-split') return { data: 'crafted', routes: ['/chat'] }
  if (meta.implementation_should === 'either') {
    const choice = CHOICES[name]
    if (choice === undefined) throw new Error(`nothing is decided about ${name}`)
    return choice === 'dropped' ? choice : { ...choice, routes: ROUTED.has(name) ? ['/chat'] : [] }
  }
  const fate = meta.receiver ?? meta.reference
  if (fate === undefined || meta.implementation_should === 'drop') return 'dropped'
  const { data } = name === 'tcp-20k' ? JSON.parse(`{"data":${meta.body_text?.slice(7, -1) ?? ''}}`) : fate
  return { data, routes: fate.routed_to }
}

/** A packet that is good, of a peer of its own. */
const good = (): Buffer =>
  writePacket(
    {
      session: 'somebody',
      user: 'carol',
      hostname: 'carols',
      udpport: 57_000,
      tcpport: 57_012,
      identity: identityFrom(STP_KEYS.sender.private_key_pem),
      hybrid: false,
      maxPacketBytes: 4_096_000,
    },
    { protocol: 'UDP', namespace: '/chat', data: LATER, recipient: undefined, passPubKey: true },
  )

describe('STP, the recordings: reading', () => {
  /** Plays the sender of a case, then a good packet, and gives what came of the case's. */
  const play = async (stage: StpStage, each: StpCase): Promise<StpWitness> => {
    const own = each.name.startsWith('self-suppression') ? STP_KEYS.self_listener.session : STP_KEYS.listener.session
    const node = await stage.node({ session: own }, (made) => made.keeps(...ROUTES))
    const ports = portsOf(node)
    const { steps } = each
    if (steps[0]?.from === 'udp') {
      const socket = await stage.socket()
      await socket.send(packetOf(each), ports.udp)
    } else {
      const peer = await RawPeer.connect(ports.tcp)
      for (const [index, step] of steps.entries()) {
        peer.send(step.hex)
        // Segments that the system must not join: the listener has read the first before the second leaves.
        if (index < steps.length - 1) await new Promise(setImmediate)
      }
      if (each.name === 'tcp-crafted-empty-datagram' || packetOf(each).length < 6) peer.fin()
      expect(await peer.ended).to.equal('fin')
      expect(peer.unread).to.equal('')
      peer.fin()
      await peer.closed
    }
    const socket = await stage.socket()
    await socket.send(good(), ports.udp)
    await node.until(() => node.heard.some(({ data }) => data === LATER))
    return node
  }

  for (const each of STP_CASES) {
    const { name, description } = each
    const fate = fateOf(each)
    it(`${fate === 'dropped' ? 'drops' : 'delivers'} ${name}, and the next one: ${description}`, async () => {
      await using stage = new StpStage()
      const node = await play(stage, each)
      const before = node.heard.filter(({ data }) => data !== LATER)
      const routed = node.routed.filter(({ data }) => data !== LATER)
      const heard = fate === 'dropped' ? [] : [fate.data]
      expect(before.map(({ data }) => data)).to.deep.equal(heard)
      const routes = fate === 'dropped' ? [] : fate.routes
      expect(routed.map(({ namespace }) => namespace)).to.deep.equal(routes)
      for (const { data, protocol } of routed) {
        expect([data]).to.deep.equal(heard)
        expect(protocol).to.equal(each.steps[0]?.from === 'udp' ? 'UDP' : 'TCP')
      }
      expect(node.troubles).to.deep.equal([])
      expect(node.counts.accepted).to.equal(heard.length + 1)
    })
  }
})

describe('STP, the recordings: writing', () => {
  const BOB: StpOptions = {
    user: 'bob',
    hostname: 'bobs-laptop',
    announcedUdpport: 57_000,
    announcedTcpport: 57_011,
    hybrid: false,
  }
  const spki = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('hex')

  /** A recorded packet as it must be when its author does not publish a private key, with numbers as JavaScript has them. */
  const expected = (packet: Buffer): Buffer => {
    const keys = [STP_KEYS.sender, STP_KEYS.listener, STP_KEYS.sender_other_variant]
    const { header: recorded, body: sealed } = partsOf(packet)
    const header = keys.reduce(
      (text, { published_public_key_hex: secret, private_key_pem: pem }) => text.replace(secret, spki(pem)),
      recorded,
    )
    const plain = sealed
      .toString('latin1')
      .replace('"n":12345678901234567890', '"n":12345678901234567000')
      .replace('3.0]', '3]')
    const body = header.includes('"encrypted":true') ? sealed : Buffer.from(plain, 'latin1')
    const sizes = Buffer.alloc(6)
    sizes.writeUInt16BE(header.length, 0)
    sizes.writeUInt32BE(body.length, 2)
    return Buffer.concat([sizes, Buffer.from(header, 'latin1'), body])
  }

  /** The bytes that the call of a case puts on the wire. */
  const written = async (stage: StpStage, { name, meta, steps }: StpCase): Promise<Buffer> => {
    const { session, private_key_pem: key } = name.endsWith('variant-seed')
      ? STP_KEYS.sender_other_variant
      : STP_KEYS.sender
    const { method = '', namespace = '/', data, pass_pub_key: passPubKey = true } = meta.sender_call ?? {}
    const json: Json = JSON.parse(name === 'tcp-20k' ? (meta.body_text ?? '').slice(7, -1) : JSON.stringify(data))
    const sealed = meta.header?.['encrypted'] === true ? { key: spki(STP_KEYS.listener.private_key_pem) } : {}
    if (steps[0]?.from === 'udp') {
      const ear = await stage.socket()
      const node = stage.silent({ ...BOB, session, key, udpport: ear.port })
      if (method === 'broadcast') await node.broadcast(namespace, json)
      else await node.sendUdp(json, { namespace, passPubKey, ...sealed })
      return ear.next()
    }
    const node = stage.silent({ ...BOB, session, key })
    const listener = createServer({ allowHalfOpen: true })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const arrived = new Promise<Buffer>((resolve) => {
      listener.once('connection', (socket) => {
        const chunks: Buffer[] = []
        socket.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          const packet = Buffer.concat(chunks)
          if (packet.length < expected(hex(steps[0]?.hex ?? '')).length) return
          socket.end()
          resolve(packet)
        })
      })
    })
    await node.sendTcp(json, '127.0.0.1', { namespace, passPubKey, toPort: portOf(listener), ...sealed })
    await new Promise((resolve) => listener.close(resolve))
    return arrived
  }

  for (const each of STP_CASES.filter(({ meta }) => meta.sender_call !== undefined)) {
    const { name, description } = each
    it(`writes ${name}, with the public key alone: ${description}`, async () => {
      await using stage = new StpStage()
      const packet = await written(stage, each)
      const recorded = expected(packetOf(each))
      if (each.meta.header?.['encrypted'] !== true) {
        expect(packet.toString('latin1')).to.equal(recorded.toString('latin1'))
        return
      }
      expect(partsOf(packet).header).to.equal(partsOf(recorded).header)
      expect(partsOf(packet).body).to.have.lengthOf(128)
      const key = createPrivateKey(STP_KEYS.listener.private_key_pem)
      expect(privateDecrypt({ key, oaepHash: 'sha1' }, partsOf(packet).body).toString()).to.equal(
        each.meta.body_plaintext,
      )
    })
  }

  it('asks for peers with the recorded discovery request, without publishing a private key', async () => {
    await using stage = new StpStage()
    const ear = await stage.socket()
    const { session, private_key_pem: key } = STP_KEYS.sender
    await stage.silent({ ...BOB, session, key, udpport: ear.port }).requestSync()
    const recorded = expected(packetOf(stpCase('discovery-exchange')))
    expect((await ear.next()).toString('latin1')).to.equal(recorded.toString('latin1'))
  })

  it('knows the peer of the recorded reply, and answers nothing to it', async () => {
    await using stage = new StpStage()
    const node = await stage.node({
      session: STP_KEYS.sender.session,
      user: 'bob',
      key: STP_KEYS.sender.private_key_pem,
    })
    const peer = await RawPeer.connect(portsOf(node).tcp)
    peer.send(packetOf(stpCase('discovery-exchange'), 1)).fin()
    await peer.ended
    expect(peer.unread).to.equal('')
    const { user, ip, tcpport, udpport } = node.peers[0] ?? {}
    expect({ user, ip, tcpport, udpport }).to.deep.equal({
      user: 'alice',
      ip: '127.0.0.1',
      tcpport: 57_001,
      udpport: 57_000,
    })
  })

  it('is done for every case that a node has sent; the others were made by hand, as no node writes them', () => {
    const handMade = STP_CASES.filter(({ meta }) => meta.crafted === true).map(({ name }) => name)
    const others = STP_CASES.filter(({ meta }) => meta.sender_call === undefined).map(({ name }) => name)
    expect(others).to.deep.equal(['discovery-exchange', ...handMade])
  })

  it('answers the recorded discovery request with the recorded reply, without publishing a private key', async () => {
    await using stage = new StpStage()
    const each = stpCase('discovery-exchange')
    const node = await stage.node({ hybrid: false, announcedUdpport: 57_000, announcedTcpport: 57_001 })
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const reply = new Promise<Buffer>((resolve) => {
      listener.once('connection', (socket) => {
        socket.once('data', (chunk: Buffer) => {
          resolve(chunk)
          socket.end()
        })
      })
    })
    // The request says where it listens: there, and not at the recorded port.
    const { header, body } = partsOf(packetOf(each))
    const text = Buffer.from(header.replace('"tcpport":57011', `"tcpport":${portOf(listener)}`), 'latin1')
    const sizes = Buffer.alloc(6)
    sizes.writeUInt16BE(text.length, 0)
    sizes.writeUInt32BE(body.length, 2)
    const socket = await stage.socket()
    await socket.send(Buffer.concat([sizes, text, body]), portsOf(node).udp)
    expect((await reply).toString('latin1')).to.equal(expected(packetOf(each, 1)).toString('latin1'))
    await new Promise((resolve) => listener.close(resolve))
  })

  it('seals the body of extension-hybrid-1 to the recorded bytes, but for the RSA block, which is random', async () => {
    const { meta, ...each } = stpCase('extension-hybrid-1')
    const { header, body } = partsOf(packetOf({ ...each, meta }))
    const { private_key_pem: pem, published_public_key_hex: published } = STP_KEYS.listener
    const key = readRemoteKey(published)
    if (key === undefined) throw new Error('the recorded key cannot be read')
    const headerBytes = Buffer.from(header, 'latin1')
    const plain = Buffer.from(meta.body_plaintext ?? '')
    const sealed = sealHybrid(plain, headerBytes, key, { key: hex(meta.aes_key ?? ''), nonce: hex(meta.nonce ?? '') })
    expect(sealed.subarray(128).toString('hex')).to.equal(body.subarray(128).toString('hex'))
    expect((await openBody(sealed, headerBytes, identityFrom(pem), HYBRID)).toString()).to.equal(meta.body_plaintext)
  })
})
