import { createPrivateKey, createPublicKey } from 'node:crypto'
import { expect } from 'chai'
import { KeyPin } from '@/protocols/stp/keyPin.js'
import { identityFrom, readRemoteKey, type RemoteKey } from '@/protocols/stp/rsaKeys.js'
import { fitsOneBlock, HYBRID, openBody, sealBlock, sealHybrid } from '@/protocols/stp/sealedBody.js'
import { caught } from '../../support/caught.js'
import { rejection } from '../../support/rejection.js'
import { STP_KEYS } from '../../support/stpRecordings.js'

const { listener, sender } = STP_KEYS
const remote = (hex: string): RemoteKey => {
  const key = readRemoteKey(hex)
  if (key === undefined) throw new Error('no key')
  return key
}
const spki = (pem: string): string => createPublicKey(pem).export({ type: 'spki', format: 'der' }).toString('hex')
const pkcs1 = (pem: string): string => createPublicKey(pem).export({ type: 'pkcs1', format: 'der' }).toString('hex')

describe('STP, keys', () => {
  const plain = spki(listener.private_key_pem)

  it('are published as SubjectPublicKeyInfo in lower-case hex: 324 characters for 1024 bits', () => {
    const identity = identityFrom(listener.private_key_pem)
    expect(identity.publicKeyHex)
      .to.equal(plain)
      .and.match(/^30819f300d06092a864886f70d0101010500[0-9a-f]+$/)
    expect(identity.publicKeyHex).to.have.lengthOf(324)
    expect(identity.modulusBytes).to.equal(128)
    expect(identityFrom(createPrivateKey(listener.private_key_pem)).publicKeyHex).to.equal(plain)
  })

  it('of peers are read in all three forms, and nothing but modulus and exponent is kept', () => {
    for (const published of [
      plain,
      plain.toUpperCase(),
      pkcs1(listener.private_key_pem),
      listener.published_public_key_hex,
    ]) {
      const { key, hex, modulusBytes, exposed } = remote(published)
      expect(hex).to.equal(plain)
      expect(key.type).to.equal('public')
      expect(modulusBytes).to.equal(128)
      expect(exposed).to.equal(published === listener.published_public_key_hex)
    }
  })

  it('that are none are not read', () => {
    const pem = Buffer.from(listener.private_key_pem).toString('hex')
    for (const text of ['', 'zz', '3', '3082', plain.slice(0, -2), `${plain}00`.repeat(60), pem])
      expect(readRemoteKey(text), text.slice(0, 20)).to.equal(undefined)
    // a key on a curve, and an RSA key whose exponent is 2^32 + 1
    const curve = '302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
    expect(readRemoteKey(curve)).to.equal(undefined)
    const huge = plain.replace(/^30819f/, '3081a2').replace('0381 8d00'.replace(' ', ''), '03819000')
    expect(
      readRemoteKey(huge.replace('308189028181', '30818c028181').replace(/0203010001$/, '02050100000001')),
    ).to.equal(undefined)
  })

  it('of our own must be private RSA keys', () => {
    for (const key of ['', 'x', createPublicKey(listener.private_key_pem)]) {
      const error = caught(() => identityFrom(key))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.detail).to.include({ option: 'key' })
    }
  })

  it('are pinned when first seen; the same in another form is the same, another is offered once', () => {
    const pin = new KeyPin()
    expect(pin.see('junk')).to.equal(undefined)
    expect(pin.see(5)).to.equal(undefined)
    expect(pin.key).to.equal(undefined)
    expect(pin.see(pkcs1(listener.private_key_pem))).to.equal(undefined)
    expect(pin.key).to.include({ hex: plain, exposed: false })
    expect(pin.see(plain)).to.equal(undefined)
    expect(pin.see(listener.published_public_key_hex)).to.equal(undefined)
    expect(pin.key, 'whoever has heard it can read what is sealed with it').to.include({ hex: plain, exposed: true })

    const offered = pin.see(sender.published_public_key_hex)
    expect(offered).to.include({ hex: spki(sender.private_key_pem), exposed: true })
    expect(pin.see(sender.published_public_key_hex)).to.equal(undefined)
    expect(pin.see(undefined)).to.equal(undefined)
    expect(pin.key?.hex).to.equal(plain)

    if (offered !== undefined) pin.replace(offered)
    expect(pin.key?.hex).to.equal(spki(sender.private_key_pem))
    expect(pin.see(plain)?.hex).to.equal(plain)
  })
})

describe('STP, sealed bodies', () => {
  const identity = identityFrom(listener.private_key_pem)
  const key = remote(identity.publicKeyHex)
  const header = Buffer.from('{"enc":"hybrid-1"}')

  it('fit one block up to its size less 42 bytes', async () => {
    expect([86, 87].map((bytes) => fitsOneBlock(bytes, key))).to.deep.equal([true, false])
    const sealed = sealBlock(Buffer.alloc(86, 1), key)
    expect(sealed).to.have.lengthOf(128)
    expect(await openBody(sealed, header, identity, undefined)).to.deep.equal(Buffer.alloc(86, 1))
  })

  it('of hybrid-1 are 128 + 12 + plain + 16 bytes, with a fresh key and nonce each time', async () => {
    const plain = Buffer.alloc(1_000, 7)
    const [one, two] = [sealHybrid(plain, header, key), sealHybrid(plain, header, key)]
    expect(one).to.have.lengthOf(128 + 12 + 1_000 + 16)
    expect(one.subarray(128, 140).equals(two.subarray(128, 140))).to.equal(false)
    expect(await openBody(one, header, identity, HYBRID)).to.deep.equal(plain)
    expect(await openBody(sealHybrid(Buffer.alloc(0), header, key), header, identity, HYBRID)).to.have.lengthOf(0)
  })

  it('that were cut, changed, sealed for others or under another header do not open, and all say the same', async () => {
    const sealed = sealHybrid(Buffer.from('a secret'), header, key)
    const changed = (at: number): Buffer => {
      const copy = Buffer.from(sealed)
      copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
      return copy
    }
    const attempts: (readonly [body: Buffer, under: Buffer, scheme: unknown])[] = [
      [changed(5), header, HYBRID],
      [changed(130), header, HYBRID],
      [changed(141), header, HYBRID],
      [changed(sealed.length - 1), header, HYBRID],
      [sealed, Buffer.from('{"enc":"hybrid-1" }'), HYBRID],
      [sealed, header, undefined],
      [sealed, header, 'hybrid-2'],
      [sealed, header, null],
      [sealBlock(Buffer.from('x'), key), header, HYBRID],
      [sealBlock(Buffer.from('x'), remote(spki(sender.private_key_pem))), header, undefined],
      [Buffer.alloc(128), header, undefined],
    ]
    for (let bytes = 0; bytes < sealed.length; bytes += 9) attempts.push([sealed.subarray(0, bytes), header, HYBRID])
    for (const [body, under, scheme] of attempts) {
      const error = await rejection(openBody(body, under, identity, scheme))
      expect(error).to.include({ code: 'PACKET_UNDECRYPTABLE', fault: 'remote' })
      expect(error.cause).to.equal(undefined)
      expect(error.detail).to.deep.equal({ bodyBytes: body.length })
    }
  })
})
