import { expect } from 'chai'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { TransportError } from '@/errors.js'
import { decodePacket, encodePacket, FernetKey, Network, type PacketType, refusalOf } from '@/protocols/pnet/index.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'
import { ALICE, BOB, NETWORK_KEY, recordedNetwork } from '../../support/pnetRecordings.js'

const plain = recordedNetwork(false)
const sealed = recordedNetwork(true)
const REQUESTS: readonly PacketType[] = ['adv', 'msg', 'brd']
const REPLIES: readonly PacketType[] = ['rsp']

interface Recorded {
  readonly name: string
  readonly steps: readonly { readonly from: string; readonly hex: string; readonly error_code?: string }[]
  readonly meta: { readonly network_encrypted: boolean }
}
const FILE: { readonly cases: readonly Recorded[] } = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))

describe('a packet', () => {
  it('is five sections between bars, and a newline', () => {
    const line = encodePacket({ networkId: 'n', type: 'msg', content: Buffer.from('c'), key: 'k' })
    expect(line.toString()).to.equal('n|msg|c|k|END\n')
    expect(decodePacket(line)).to.deep.equal({ networkId: 'n', type: 'msg', content: Buffer.from('c'), key: 'k' })
  })

  for (const around of ['', '\n', '\r\n', ' \t\v\f\r\n']) {
    it(`may have ${JSON.stringify(around)} around it`, () => {
      expect(decodePacket(Buffer.from(`${around}n|msg|c|k|END${around}`)).networkId).to.equal('n')
    })
  }

  it('keeps the white space inside of it', () => {
    const { networkId, content, key } = decodePacket(Buffer.from('n |msg| c |\tk|END'))
    expect([networkId, content.toString(), key]).to.deep.equal(['n ', ' c ', '\tk'])
  })

  const JUNK: readonly (readonly [string, Buffer, string | undefined])[] = [
    ['nothing', Buffer.alloc(0), 'ERR_SECTION_COUNT'],
    ['four sections', Buffer.from('n|msg|c|END'), 'ERR_SECTION_COUNT'],
    ['six sections', Buffer.from('n|msg|c|k|x|END'), 'ERR_SECTION_COUNT'],
    ['nothing but bars', Buffer.alloc(1_000_000, '|'), 'ERR_SECTION_COUNT'],
    ['another end', Buffer.from('n|msg|c|k|end'), 'ERR_PACKET_INCOMPLETE'],
    ['no end', Buffer.from('n|msg|c|k|'), 'ERR_PACKET_INCOMPLETE'],
    ['no UTF-8', hex('ff7c787c797c7a7c454e44'), undefined],
  ]
  for (const [what, line, refusal] of JUNK) {
    it(`is not ${what}: ${refusal ?? 'no answer'}`, () => {
      const error = caught(() => decodePacket(line))
      expect([error.code, refusalOf(error)]).to.deep.equal(['PACKET_MALFORMED', refusal])
    })
  }

  it('is the same after it was written and read, whatever is in its sections', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => !/[|\n]/.test(one))
    const tight = text.map((one) => one.trim())
    fc.assert(
      fc.property(tight, text, text, text, (networkId, type, content, key) => {
        const packet = { networkId, type, content: Buffer.from(content), key }
        expect(decodePacket(encodePacket({ ...packet, networkId: `n${networkId}` })).key).to.equal(key)
        expect(decodePacket(encodePacket({ ...packet, networkId: 'n' }))).to.deep.equal({ ...packet, networkId: 'n' })
      }),
    )
  })

  it('is read or refused, with nothing but our errors, whatever arrives', () => {
    const unit = fc.constantFrom('|', 'END', 'nodes', 'msg', 'rsp', 'adv', 'AA==', '\n', ' ', 'é', '\0', 'ERR_X')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 14 }), fc.boolean(), (pieces, withKey) => {
        const network = withKey ? sealed : plain
        for (const types of [REQUESTS, REPLIES]) {
          try {
            expect(network.decode(Buffer.from(pieces.join('')), types).networkId).to.equal('nodes')
          } catch (error) {
            expect(error).to.be.instanceOf(TransportError)
          }
        }
      }),
    )
  })
})

describe('a network', () => {
  for (const { name, steps, meta } of FILE.cases) {
    const [first, second] = steps
    if (!name.startsWith('err-') || first === undefined || second === undefined) continue
    it(`${name}: writes the recorded answer byte for byte, and reads it as what it is`, () => {
      const network = recordedNetwork(meta.network_encrypted)
      const refusal = refusalOf(new TransportError('PACKET_MALFORMED', { refusal: second.error_code }))
      if (refusal === undefined) throw new Error(`${second.error_code} is no refusal`)
      expect(network.encodeRefusal(refusal, BOB.publicKey).equals(hex(second.hex))).to.equal(true)
      const error = caught(() => network.decode(hex(second.hex), REPLIES))
      expect([error.code, error.detail['refusal']]).to.deep.equal(['PACKET_REFUSED', second.error_code])
      expect(refusalOf(error)).to.equal(undefined)
    })
  }

  const ORDER: readonly (readonly [string, string, string])[] = [
    ['four sections of another network', 'x|msg|END|k', 'ERR_SECTION_COUNT'],
    ['no end, of another network', 'x|xyz|c|k|e', 'ERR_PACKET_INCOMPLETE'],
    ['another network and an unknown type', 'x|xyz|c|k|END', 'ERR_NETWORK_INCORRECT'],
    ['an unknown type and content that is not sealed', 'nodes|xyz|AAAA|k|END', 'ERR_PACKET_TYPE'],
    ['a reply where a request should be', 'nodes|rsp|AAAA|k|END', 'ERR_PACKET_TYPE'],
    ['a refusal where a request should be', 'nodes|err|ERR_X|k|END', 'ERR_PACKET_TYPE'],
    ['a type in capitals', 'nodes|MSG|AAAA|k|END', 'ERR_PACKET_TYPE'],
    ['content that is not sealed', 'nodes|msg|AAAA|k|END', 'ERR_NET_DECRYPTION_FAILED'],
  ]
  for (const [what, line, refusal] of ORDER) {
    it(`answers ${what} with ${refusal}`, () => {
      expect(refusalOf(caught(() => sealed.decode(Buffer.from(line), REQUESTS)))).to.equal(refusal)
    })
  }

  it('answers content that is no base64 with nothing', () => {
    expect(refusalOf(caught(() => sealed.decode(Buffer.from('nodes|msg|abc|k|END'), REQUESTS)))).to.equal(undefined)
  })

  it('takes a refusal for what it is only where a reply is awaited', () => {
    const line = Buffer.from(`nodes|err|${'X'.repeat(1_000)}||END\n`)
    const error = caught(() => sealed.decode(line, REPLIES))
    expect([error.code, error.detail]).to.deep.equal(['PACKET_REFUSED', { refusal: 'X'.repeat(64) }])
  })

  it('seals content and nothing else, and opens it again', () => {
    const line = sealed.encode('msg', Buffer.from('payload'), ALICE.publicKey)
    const { networkId, type, content, key } = decodePacket(line)
    expect([networkId, type, key]).to.deep.equal(['nodes', 'msg', ALICE.publicKey.field])
    expect(content.toString()).not.to.contain('payload')
    expect(sealed.decode(line, REQUESTS).content.toString()).to.equal('payload')
    expect([sealed.sealed, plain.sealed]).to.deep.equal([true, false])
  })

  it('does not open what was sealed with another key', () => {
    const other = new Network({ networkId: 'nodes', networkKey: FernetKey.generate() })
    const line = other.encode('msg', Buffer.from('payload'), ALICE.publicKey)
    const error = caught(() => sealed.decode(line, REQUESTS))
    expect([error.code, refusalOf(error)]).to.deep.equal(['NETWORK_KEY_DIFFERENT', 'ERR_NET_DECRYPTION_FAILED'])
  })

  it('leaves the line as it was', () => {
    const line = sealed.encode('msg', Buffer.from('payload'), ALICE.publicKey)
    const before = Buffer.from(line)
    sealed.decode(line, REQUESTS)
    expect(line.equals(before)).to.equal(true)
  })

  it("takes the b'...' off a reply, and only there, and only without a network key", () => {
    const packet = (type: string): Buffer => Buffer.from(`nodes|${type}|b'AAAA'|k|END`)
    expect(plain.decode(packet('rsp'), REPLIES).content.toString()).to.equal('AAAA')
    expect(plain.decode(packet('msg'), REQUESTS).content.toString()).to.equal("b'AAAA'")
    expect(caught(() => sealed.decode(packet('rsp'), REPLIES)).code).to.equal('PACKET_MALFORMED')
    for (const content of ["b'", "b'A", "A'", '']) {
      const line = Buffer.from(`nodes|rsp|${content}|k|END`)
      expect(plain.decode(line, REPLIES).content.toString()).to.equal(content)
    }
  })

  for (const networkId of ['a|b', 'a\nb', 'a\rb', ' a', 'a ', 'x'.repeat(256), '\ud800']) {
    it(`cannot be called ${JSON.stringify(networkId.slice(0, 10))}`, () => {
      expect(caught(() => new Network({ networkId, networkKey: NETWORK_KEY })).code).to.equal('OPTION_INVALID')
    })
  }

  it('can be called anything else, or nothing', () => {
    for (const networkId of ['', 'a b', 'żółw', 'x'.repeat(255)]) {
      const network = new Network({ networkId })
      const line = network.encode('msg', Buffer.from('c'), ALICE.publicKey)
      expect(network.decode(line, REQUESTS).networkId).to.equal(networkId)
    }
  })
})
