import { expect } from 'chai'
import { constants, privateDecrypt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  decodeUniversal,
  encodeUniversal,
  FernetKey,
  Network,
  NodeKey,
  NodePublicKey,
  openEnvelope,
  type Packet,
  pickle,
  sealEnvelope,
  splitUniversal,
  valueOfUniversal,
} from '@/protocols/pnet/index.js'
import { decodeBase64, encodeBase64 } from '@/protocols/pnet/base64.js'
import { hex, toHex } from '../../support/hex.js'
import { scriptedSources } from '../../support/pnetSources.js'
import { samplesOf, valueOfSample } from '../../support/pnetSamples.js'

interface Opened {
  readonly session_key: string
  readonly universal_tag: string
  readonly universal_payload_hex: string
  readonly value: { readonly t: string; readonly v: unknown }
}

interface Step {
  readonly from: 'client' | 'server' | 'udp'
  readonly hex: string
  readonly opened?: Opened
}

interface File {
  readonly keys: {
    readonly network_key: string
    readonly nodes: Readonly<Record<string, { readonly private_key_pem: string }>>
  }
  readonly cases: readonly {
    readonly name: string
    readonly steps: readonly Step[]
    readonly meta: { readonly network_encrypted: boolean; readonly content?: string }
  }[]
}

const FILE: File = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))
const NETWORK_KEY = FernetKey.parse(FILE.keys.network_key)
const KEYS = Object.values(FILE.keys.nodes).map(({ private_key_pem: pem }) => NodeKey.parsePem(pem))
const TIME_AT = 1
const IV_AT = 9
const TEXT_AT = 25

/** A token as bytes, with the time and the IV that it was made with. */
const chanceOf = (token: Uint8Array): { readonly nowMs: number; readonly iv: Buffer } => {
  const bytes = decoded(token)
  return { nowMs: Number(bytes.readBigUInt64BE(TIME_AT)) * 1_000, iv: bytes.subarray(IV_AT, TEXT_AT) }
}

const decoded = (text: Uint8Array): Buffer => {
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw new Error('the recording is not base64')
  return bytes
}

const networkOf = (sealed: boolean, token?: Buffer): Network => {
  if (!sealed) return new Network({ networkId: 'nodes' })
  const options = { networkId: 'nodes', networkKey: NETWORK_KEY }
  if (token === undefined) return new Network(options)
  const { nowMs, iv } = chanceOf(token)
  return new Network(options, scriptedSources(nowMs, iv))
}

/** The node that the envelope was made for: its block has the padding of PKCS#1 with that key alone. */
const receiverOf = (wrapped: Buffer): { readonly key: NodeKey; readonly padding: Buffer } => {
  for (const key of KEYS) {
    try {
      const block = privateDecrypt({ key: key.exportPem(), padding: constants.RSA_NO_PADDING }, wrapped)
      const end = block.indexOf(0, 2)
      if (block[0] === 0 && block[1] === 2 && end === block.length - 45) return { key, padding: block.subarray(2, end) }
    } catch {
      // above the modulus of this one
    }
  }
  throw new Error('the recording is for nobody')
}

/** What of a packet is not between its bars: white space around it, and the newline. */
const insideOf = (line: Buffer): string => `${line.toString('latin1').trim()}\n`

const contentOf = (line: Buffer): Buffer => Buffer.from(line.toString('latin1').trim().split('|')[2] ?? '', 'latin1')

const SEALED = FILE.cases.flatMap(({ name, steps, meta }) =>
  steps.flatMap((step, index) =>
    step.opened === undefined ? [] : [{ name: `${name}, step ${index}`, step, opened: step.opened, meta }],
  ),
)

describe('every recorded packet with an envelope', () => {
  it('is there', () => {
    expect(SEALED).to.have.lengthOf(345)
  })

  const decodedPacket = (step: Step, sealed: boolean): Packet =>
    networkOf(sealed).decode(hex(step.hex), step.from === 'server' ? ['rsp'] : ['msg'])

  for (const { name, step, opened, meta } of SEALED) {
    it(`${name}: opens as recorded, and is written again byte for byte`, () => {
      const line = hex(step.hex)
      const sealed = meta.network_encrypted
      const packet = decodedPacket(step, sealed)
      const [wrapped = '', token = ''] = decoded(packet.content).toString('latin1').split('|')
      const { key, padding } = receiverOf(decoded(Buffer.from(wrapped)))
      const universal = openEnvelope(packet.content, key)
      const { tag, data } = splitUniversal(universal)
      expect([tag, toHex(data)]).to.deep.equal([opened.universal_tag, opened.universal_payload_hex])

      const inner = chanceOf(decoded(Buffer.from(token)))
      const session = decoded(Buffer.from(opened.session_key))
      const sources = scriptedSources(inner.nowMs, session, padding, inner.iv)
      const payload = sealEnvelope(encodeBase64(Buffer.concat([Buffer.from(`${tag}|`), data])), key.publicKey, sources)
      expect(payload.equals(packet.content)).to.equal(true)

      const sender = KEYS.find(({ publicKey }) => publicKey.field === packet.key)
      const network = networkOf(sealed, sealed ? decoded(contentOf(line)) : undefined)
      const type = packet.type === 'rsp' ? 'rsp' : 'msg'
      // a reply without a network key is the one thing that the original writes and we do not: b'...'
      const expected = insideOf(line).replace(/^(nodes\|rsp\|)b'(.*)'(\|)/, '$1$2$3')
      // one sender has a key that nobody can read
      if (sender !== undefined) expect(network.encode(type, payload, sender.publicKey).toString()).to.equal(expected)
      else expect(name).to.match(/^close-bad-public-key/)
    })
  }

  for (const { name, opened } of SEALED.filter(({ opened: { value } }) => value.t !== 'repr')) {
    it(`${name}: holds the recorded value, and a value of ours that is the same`, () => {
      const data = hex(opened.universal_payload_hex)
      const tag = opened.universal_tag === 'str' ? 'str' : opened.universal_tag === 'raw' ? 'raw' : 'pkl'
      const value = valueOfUniversal({ tag, data })
      const { t, v } = opened.value
      expect(value).to.deep.equal(t === 'bytes' ? hex(String(v)) : valueOfSample(v))
      const written = encodeUniversal(value)
      expect(decodeUniversal(written)).to.deep.equal(value)
      if (tag !== 'pkl') expect(toHex(splitUniversal(written).data)).to.equal(toHex(data))
      else expect(toHex(splitUniversal(written).data)).to.equal(toHex(pickle(value)))
    })
  }
})

describe('every recorded advertisement of the original', () => {
  const ADVERTS = FILE.cases.filter(({ name }) => name.startsWith('advert-'))

  for (const { name, steps, meta } of ADVERTS) {
    it(`${name}: is written again byte for byte`, () => {
      const line = hex(steps[0]?.hex ?? '')
      const packet = networkOf(meta.network_encrypted).decode(line, ['adv'])
      expect(packet.content.toString()).to.equal(meta.content)
      const network = networkOf(meta.network_encrypted, meta.network_encrypted ? decoded(contentOf(line)) : undefined)
      expect(network.encode('adv', packet.content, NodePublicKey.parseField(packet.key)).equals(line)).to.equal(true)
    })
  }
})

describe('the recorded envelopes', () => {
  for (const { to, envelope, session_key: session, value } of samplesOf('envelope')) {
    it(`open for ${to} as ${JSON.stringify(value)}, and are written again byte for byte`, () => {
      const payload = Buffer.from(envelope)
      const [wrapped = '', token = ''] = decoded(payload).toString('latin1').split('|')
      const { key, padding } = receiverOf(decoded(Buffer.from(wrapped)))
      const universal = openEnvelope(payload, key)
      expect(decodeUniversal(universal)).to.deep.equal(valueOfSample(value))
      const { nowMs, iv } = chanceOf(decoded(Buffer.from(token)))
      const sources = scriptedSources(nowMs, decoded(Buffer.from(session)), padding, iv)
      expect(sealEnvelope(universal, key.publicKey, sources).toString()).to.equal(envelope)
    })
  }
})

describe('the recorded universal encodings', () => {
  for (const { value, kind, encoded } of samplesOf('universal-encoding')) {
    it(`${encoded} is a ${kind}, and is written so unless it is a pickle`, () => {
      expect(decodeUniversal(Buffer.from(encoded))).to.deep.equal(valueOfSample(value))
      const again = encodeUniversal(valueOfSample(value))
      expect(decodeUniversal(again)).to.deep.equal(valueOfSample(value))
      if (kind === 'str' || kind === 'bytes') expect(again.toString()).to.equal(encoded)
    })
  }
})
