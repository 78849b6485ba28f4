import { expect } from 'chai'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import {
  decodeAdvertisement,
  decodeDatagram,
  encodeAdvertisement,
  encodeDatagram,
  MAX_DATAGRAM_BYTES,
  NodePublicKey,
  PublicKeyCache,
  refusalOf,
  type Sighting,
} from '@/protocols/pnet/index.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'
import { ALICE, recordedNetwork } from '../../support/pnetRecordings.js'

interface Recorded {
  readonly name: string
  readonly steps: readonly { readonly hex: string }[]
  readonly meta: {
    readonly network_encrypted: boolean
    readonly reference?: { readonly peers_after: Readonly<Record<string, string>> }
  }
}
const FILE: { readonly cases: readonly Recorded[] } = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))
const plain = recordedNetwork(false)
const sealed = recordedNetwork(true)

const peersIn = (sightings: readonly Sighting[]): Record<string, string> =>
  Object.fromEntries(
    sightings.flatMap((sighting) => {
      if ('error' in sighting) return []
      const { name, host, port } = sighting.advertisement
      return [[name, `${host}:${port}`]]
    }),
  )

describe('an advertisement', () => {
  it('is NAME@HOST:PORT', () => {
    const alice = { name: 'alice', host: '127.0.0.1', port: 3423 }
    expect(encodeAdvertisement(alice).toString()).to.equal('alice@127.0.0.1:3423')
    expect(decodeAdvertisement(Buffer.from('alice@127.0.0.1:3423'), false)).to.deep.equal(alice)
  })

  it('may name localhost, where that is taken', () => {
    const bob = { name: 'bob', host: 'localhost', port: 1 }
    expect(encodeAdvertisement(bob).toString()).to.equal('bob@localhost:1')
    expect(decodeAdvertisement(Buffer.from('bob@localhost:1'), true)).to.deep.equal(bob)
    expect(refusalOf(caught(() => decodeAdvertisement(Buffer.from('bob@localhost:1'), false)))).to.equal(
      'ERR_BR_INVALID_IP',
    )
  })

  const JUNK: readonly (readonly [string, string | undefined])[] = [
    ['', 'ERR_BR_INVALID_FORMAT'],
    ['alice', 'ERR_BR_INVALID_FORMAT'],
    [`${'x'.repeat(256)}@10.0.0.9:77`, 'ERR_BR_INVALID_FORMAT'],
    [`x@${' '.repeat(1_024)}10.0.0.9:77`, 'ERR_BR_INVALID_FORMAT'],
    ['10.0.0.9:77', 'ERR_BR_INVALID_FORMAT'],
    ['eve10.0.0.9:77', 'ERR_BR_INVALID_FORMAT'],
    ['@10.0.0.9:77', 'ERR_BR_INVALID_FORMAT'],
    ['eve@10.0.0.9', 'ERR_BR_INVALID_FORMAT'],
    ['e@e@10.0.0.9:77', 'ERR_BR_INVALID_FORMAT'],
    ['eve@example.org:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.0.9:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.256:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.09:77', 'ERR_BR_INVALID_IP'],
    ['eve@::1:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9:', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9:0', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9:65536', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9:100000', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9:7x', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9: 7', 'ERR_BR_INVALID_IP'],
    ['eve@localhost.org:77', 'ERR_BR_INVALID_IP'],
    ['eve@10.0.0.9\n:77', 'ERR_BR_INVALID_IP'],
  ]
  for (const [payload, refusal] of JUNK) {
    it(`is not ${JSON.stringify(payload)}: ${refusal ?? ''}`, () => {
      const error = caught(() => decodeAdvertisement(Buffer.from(payload), true))
      expect([error.code, refusalOf(error)]).to.deep.equal(['ADVERTISEMENT_MALFORMED', refusal])
    })
  }

  it('is not what is no UTF-8, and that has no answer', () => {
    expect(refusalOf(caught(() => decodeAdvertisement(hex('ff 40 31 3a 31'), true)))).to.equal(undefined)
  })

  for (const name of ['', 'a|b', 'a@b', 'a\nb', 'x'.repeat(256), '\udc00']) {
    it(`is not written for a node called ${JSON.stringify(name.slice(0, 10))}`, () => {
      expect(caught(() => encodeAdvertisement({ name, host: '10.0.0.9', port: 1 })).code).to.equal('NAME_UNUSABLE')
    })
  }

  for (const [host, port] of [
    ['example.org', 1],
    ['::1', 1],
    ['0300.0.0.1', 1],
    ['10.0.0.9', 0],
    ['10.0.0.9', 65_536],
    ['10.0.0.9', 1.5],
  ] as const) {
    it(`is not written for ${host}:${port}`, () => {
      expect(caught(() => encodeAdvertisement({ name: 'a', host, port })).code).to.equal('ADDRESS_INVALID')
    })
  }

  it('is read as it was written', () => {
    const octet = fc.nat({ max: 255 })
    const any = fc.record({
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((one) => /^[^|@\p{Cc}]+$/u.test(one)),
      host: fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.')),
      port: fc.integer({ min: 1, max: 65_535 }),
    })
    fc.assert(
      fc.property(any, (one) => {
        expect(decodeAdvertisement(encodeAdvertisement(one), false)).to.deep.equal(one)
      }),
    )
  })
})

describe('a datagram', () => {
  /** What ours does otherwise than the original, which joins datagrams, and which knows its own name here. */
  const OTHERWISE: Readonly<Record<string, Record<string, string>>> = {
    'udp-split': {},
    'udp-junk-before': { x1: '10.1.2.3:5' },
    'udp-own-name': { bob: '10.1.2.3:5' },
  }

  for (const { name, steps, meta } of FILE.cases.filter((one) => one.name.startsWith('udp-'))) {
    it(`${name}: is read as ${name in OTHERWISE ? 'it is by itself' : 'the original reads it'}`, () => {
      const network = recordedNetwork(meta.network_encrypted)
      const read = steps.flatMap((step) => decodeDatagram(hex(step.hex), network, new PublicKeyCache()))
      expect(peersIn(read)).to.deep.equal(OTHERWISE[name] ?? meta.reference?.peers_after)
    })
  }

  const alice = { name: 'alice', host: '10.0.0.9', port: 1 }

  it('has the key of its node', () => {
    const [sighting] = decodeDatagram(encodeDatagram(alice, sealed, ALICE.publicKey), sealed, new PublicKeyCache())
    if (sighting === undefined || 'error' in sighting) throw new Error('it was not read')
    expect([sighting.advertisement, sighting.key.field]).to.deep.equal([alice, ALICE.publicKey.field])
  })

  it('is ignored by nodes with a network key if it is plain, and the reverse', () => {
    const read = (from: typeof plain, to: typeof plain): Record<string, string> =>
      peersIn(decodeDatagram(encodeDatagram(alice, from, ALICE.publicKey), to, new PublicKeyCache()))
    expect([read(plain, sealed), read(sealed, plain)]).to.deep.equal([{}, {}])
  })

  it('tells of each line what is wrong with it, and reads the others', () => {
    const good = encodeDatagram(alice, plain, ALICE.publicKey).toString()
    const sightings = decodeDatagram(Buffer.from(`junk\n${good}\nx|adv|c|k|END\n`), plain, new PublicKeyCache())
    expect(sightings.map((one) => ('error' in one ? one.error.code : one.advertisement.name))).to.deep.equal([
      'PACKET_MALFORMED',
      'alice',
      'PACKET_MALFORMED',
      'NETWORK_DIFFERENT',
    ])
  })

  it('may lack its last newline, and may have nothing in it', () => {
    const line = encodeDatagram(alice, plain, ALICE.publicKey)
    expect(peersIn(decodeDatagram(line.subarray(0, -1), plain, new PublicKeyCache()))).to.have.key('alice')
    expect(decodeDatagram(Buffer.alloc(0), plain, new PublicKeyCache())).to.deep.equal([])
  })

  it('is not looked at above 4096 bytes', () => {
    const line = encodeDatagram(alice, plain, ALICE.publicKey)
    const padded = (bytes: number): Buffer => Buffer.concat([line, Buffer.alloc(bytes - line.length, ' ')])
    expect(peersIn(decodeDatagram(padded(MAX_DATAGRAM_BYTES), plain, new PublicKeyCache()))).to.have.key('alice')
    expect(decodeDatagram(padded(MAX_DATAGRAM_BYTES + 1), plain, new PublicKeyCache())).to.have.lengthOf(1)
    expect(peersIn(decodeDatagram(padded(MAX_DATAGRAM_BYTES + 1), plain, new PublicKeyCache()))).to.deep.equal({})
  })

  it('has room for the key of 2048 bits that was recorded, and not for a long name beside it', () => {
    const line = FILE.cases.find(({ name }) => name === 'advert-network-encrypted-2048')?.steps[0]?.hex ?? ''
    const key = NodePublicKey.parseField(sealed.decode(hex(line), ['adv']).key)
    expect(encodeDatagram(alice, sealed, key).length).to.be.below(1_024)
    const error = caught(() => encodeDatagram({ ...alice, name: 'x'.repeat(255) }, sealed, key))
    expect([error.code, error.detail['limit']]).to.deep.equal(['MESSAGE_UNSENDABLE', 1_024])
  })
})
