import { expect } from 'chai'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'
import { FernetKey, NodeKey, NodePublicKey } from '@/protocols/pnet/index.js'
import { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { encodeBase64 } from '@/protocols/pnet/base64.js'
import { caught } from '../../support/caught.js'
import { lcg32 } from '../../support/lcg32.js'
import { ALICE, BOB, CAROL } from '../../support/pnetRecordings.js'
import { recordedFields } from '../../support/pnetFields.js'
import { rejection } from '../../support/rejection.js'

const fieldOf = (pem: string): string => encodeBase64(Buffer.from(pem)).toString()
const session = new FernetKey(lcg32(1, 32))
const textOf = (key: FernetKey): string => key.exportText().toString()

describe('NodeKey', () => {
  for (const { name, key, privatePem, field } of recordedFields()) {
    it(`reads and writes the recorded key of ${name} as the original does`, () => {
      expect(key.exportPem().trim()).to.equal(privatePem.trim())
      expect(key.publicKey.field).to.equal(field)
      expect(NodePublicKey.parseField(field).field).to.equal(field)
      expect(key.publicKey.bits).to.equal(512)
    })
  }

  it('reads PKCS#8, too, as bytes or text, and with other line ends', () => {
    const pkcs8 = createPrivateKey(BOB.exportPem()).export({ type: 'pkcs8', format: 'pem' })
    for (const pem of [pkcs8, Buffer.from(pkcs8), BOB.exportPem().replaceAll('\n', '\r\n')])
      expect(NodeKey.parsePem(pem).publicKey.field).to.equal(BOB.publicKey.field)
  })

  const NO_KEYS: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['text', 'secret words'],
    ['a public key', BOB.publicKey.exportPem()],
    ['half a key', BOB.exportPem().slice(0, 200)],
    ['an elliptic key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ]
  for (const [what, pem] of NO_KEYS) {
    it(`does not take ${what} for a private key, and does not tell it`, () => {
      const error = caught(() => NodeKey.parsePem(pem))
      expect(error.code).to.equal('NODE_KEY_INVALID')
      if (pem !== '') expect(JSON.stringify([error.message, error.detail])).not.to.contain(pem.slice(0, 20))
    })
  }

  it('makes keys of so many bits as it is told, and 65537 for the exponent', async () => {
    const key = await NodeKey.generate({ bits: 1024 })
    expect(key.publicKey.bits).to.equal(1024)
    expect(createPublicKey(key.exportPem()).asymmetricKeyDetails).to.deep.include({
      modulusLength: 1024,
      publicExponent: 65_537n,
    })
    expect(key.publicKey.field).to.have.lengthOf(336)
  })

  it('makes keys of 2048 bits unless told otherwise', async function () {
    this.timeout(60_000)
    const key = await NodeKey.generate()
    expect([key.publicKey.bits, key.publicKey.field.length]).to.deep.equal([2_048, 568])
  })

  for (const bits of [511, 8_193, 1024.5, Number.NaN]) {
    it(`makes no keys of ${bits} bits`, async () => {
      expect((await rejection(NodeKey.generate({ bits }))).code).to.equal('OPTION_INVALID')
    })
  }

  it('unwraps what was wrapped for it, each time another block', () => {
    const [first, second] = [BOB.publicKey.wrap(session), BOB.publicKey.wrap(session)]
    expect([first.length, first.equals(second)]).to.deep.equal([64, false])
    for (const wrapped of [first, second]) expect(textOf(BOB.unwrap(wrapped))).to.equal(textOf(session))
  })

  it('gives another key, always the same one, for what was wrapped for somebody else', () => {
    const wrapped = CAROL.publicKey.wrap(session)
    const other = textOf(BOB.unwrap(smallEnough(wrapped)))
    expect(other).not.to.equal(textOf(session))
    expect(textOf(BOB.unwrap(smallEnough(wrapped)))).to.equal(other)
    expect(textOf(ALICE.unwrap(smallEnough(wrapped)))).not.to.equal(other)
    expect(textOf(NodeKey.parsePem(BOB.exportPem()).unwrap(smallEnough(wrapped)))).to.equal(other)
  })

  it('never throws for a block below its modulus, whatever it decrypts to', () => {
    for (let seed = 1; seed <= 100; seed++) expect(BOB.unwrap(smallEnough(lcg32(seed, 64)))).to.be.instanceOf(FernetKey)
    expect(BOB.unwrap(Buffer.alloc(64))).to.be.instanceOf(FernetKey)
  })

  for (const [what, block] of [
    ['63 bytes', Buffer.alloc(63)],
    ['65 bytes', Buffer.alloc(65)],
    ['no bytes', Buffer.alloc(0)],
    ['a number above the modulus', Buffer.alloc(64, 0xff)],
  ] as const) {
    it(`says of ${what} what it says of an envelope that does not open`, () => {
      const error = caught(() => BOB.unwrap(block))
      expect([error.code, error.detail]).to.deep.equal(['ENVELOPE_REJECTED', { refusal: 'ERR_RSA_DECRYPTION_FAILED' }])
    })
  }

  it('shows nothing of its key', () => {
    expect([Object.keys(BOB), JSON.stringify(BOB)]).to.deep.equal([
      ['publicKey'],
      JSON.stringify({ publicKey: BOB.publicKey }),
    ])
    expect(JSON.stringify(BOB.publicKey)).to.equal(JSON.stringify({ field: BOB.publicKey.field, bits: 512 }))
  })
})

describe('RSA beside a second implementation', () => {
  for (const [name, key] of [
    ['alice', ALICE],
    ['bob', BOB],
  ] as const) {
    it(`opens what node-forge has wrapped for ${name}`, () => {
      const theirs = forge.pki.publicKeyFromPem(key.publicKey.exportPem())
      const wrapped = Buffer.from(theirs.encrypt(textOf(session), 'RSAES-PKCS1-V1_5'), 'latin1')
      expect(textOf(key.unwrap(wrapped))).to.equal(textOf(session))
    })

    it(`wraps for ${name} what node-forge opens`, () => {
      const theirs = forge.pki.privateKeyFromPem(key.exportPem())
      const wrapped = key.publicKey.wrap(session).toString('latin1')
      expect(theirs.decrypt(wrapped, 'RSAES-PKCS1-V1_5')).to.equal(textOf(session))
    })
  }

  it('does not take another message for a session key, though its padding is right', () => {
    const theirs = forge.pki.publicKeyFromPem(BOB.publicKey.exportPem())
    for (const message of ['', 'a', 'x'.repeat(44), 'x'.repeat(53), `${'A'.repeat(43)}A`]) {
      const wrapped = Buffer.from(theirs.encrypt(message, 'RSAES-PKCS1-V1_5'), 'latin1')
      expect(textOf(BOB.unwrap(wrapped)), message).to.equal(textOf(BOB.unwrap(wrapped)))
      expect(textOf(BOB.unwrap(wrapped))).not.to.equal(message)
    }
  })
})

describe('NodePublicKey', () => {
  const spki = createPublicKey(BOB.publicKey.exportPem()).export({ type: 'spki', format: 'pem' }).toString()
  const small = Buffer.from('-----BEGIN RSA PUBLIC KEY-----\nMAYCAQ8CAQM=\n-----END RSA PUBLIC KEY-----\n').toString()
  const FIELDS: readonly (readonly [string, string])[] = [
    ['nothing', ''],
    ['no base64', '!!!'],
    ['base64 of something else', 'AAAA'],
    ['the other form of PEM', fieldOf(spki)],
    ['a private key', fieldOf(BOB.exportPem())],
    ['a key that breaks off', fieldOf(BOB.publicKey.exportPem().replace('MEgC', 'MEkC'))],
    ['something before the key', fieldOf(`x${BOB.publicKey.exportPem()}`)],
    ['two keys', fieldOf(BOB.publicKey.exportPem().repeat(2))],
    ['a key of four bits', fieldOf(small)],
    ['a key of 400 bits', fieldOf(publicPem(400, '65537'))],
    ['a key of 8200 bits', fieldOf(publicPem(8_200, '65537'))],
    ['an exponent of 1', fieldOf(publicPem(1_024, '1'))],
    ['an exponent above 2^32', fieldOf(publicPem(1_024, '4294967297'))],
    ['more characters than any key has', fieldOf(publicPem(30_000, '65537'))],
  ]
  for (const [what, field] of FIELDS) {
    it(`is not to be read from ${what}`, () => {
      const error = caught(() => NodePublicKey.parseField(field))
      expect([error.code, error.fault]).to.deep.equal(['NODE_KEY_INVALID', 'remote'])
    })
  }

  it('has one field, however it was written', () => {
    const crlf = BOB.publicKey.exportPem().replaceAll('\n', '\r\n')
    expect(NodePublicKey.parsePem(crlf).field).to.equal(BOB.publicKey.field)
    expect(NodePublicKey.parsePem(BOB.publicKey.exportPem().trimEnd()).field).to.equal(BOB.publicKey.field)
  })

  it('says so when its modulus is none', () => {
    const even = NodePublicKey.parsePem(publicPem(512, '65537'))
    expect(caught(() => even.wrap(session)).code).to.equal('NODE_KEY_INVALID')
  })
})

describe('PublicKeyCache', () => {
  it('reads a key once, and forgets the one that was not asked for the longest', () => {
    const cache = new PublicKeyCache(2)
    const [alice, bob] = [cache.parseField(ALICE.publicKey.field), cache.parseField(BOB.publicKey.field)]
    expect(cache.parseField(ALICE.publicKey.field)).to.equal(alice)
    cache.parseField(CAROL.publicKey.field)
    expect(cache.parseField(ALICE.publicKey.field)).to.equal(alice)
    expect(cache.parseField(BOB.publicKey.field)).not.to.equal(bob)
  })

  it('keeps nothing of what is no key', () => {
    const cache = new PublicKeyCache(1)
    const bob = cache.parseField(BOB.publicKey.field)
    expect(caught(() => cache.parseField('AAAA')).code).to.equal('NODE_KEY_INVALID')
    expect(cache.parseField(BOB.publicKey.field)).to.equal(bob)
  })
})

/** A block that is below every modulus of 512 bits. */
function smallEnough(block: Uint8Array): Buffer {
  const small = Buffer.from(block)
  small[0] = 1
  return small
}

/** A public key of so many bits whose modulus is 2^(bits-1), so even: good enough to be read. */
function publicPem(bits: number, exponent: string): string {
  const n = new forge.jsbn.BigInteger('2').pow(bits - 1)
  return forge.pki.publicKeyToRSAPublicKeyPem(forge.pki.setRsaPublicKey(n, new forge.jsbn.BigInteger(exponent)))
}
