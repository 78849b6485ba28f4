import { deflateRawSync } from 'node:zlib'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { deflate, type DeflateOptions } from '@/core/plugins/deflate.js'
import { TransportError } from '@/errors.js'
import { lcg32 } from '../../support/lcg32.js'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const inHex = (message: Uint8Array): string => Buffer.from(message).toString('hex')

const refusal = (action: () => unknown): TransportError => {
  try {
    action()
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('deflate', () => {
  describe('outbound', () => {
    it('stores the empty message as one byte', () => {
      expect(inHex(deflate().outbound(hex('')))).to.equal('00')
      expect(inHex(deflate({ minBytes: 0 }).outbound(hex('')))).to.equal('00')
    })

    it('stores a message below minBytes and packs one of minBytes', () => {
      const plugin = deflate({ minBytes: 8 })
      expect(inHex(plugin.outbound(Buffer.alloc(7, 'a')))).to.equal('0061616161616161')
      expect(plugin.outbound(Buffer.alloc(8, 'a'))[0]).to.equal(1)
    })

    it('leaves messages below 256 bytes alone unless told otherwise', () => {
      expect(deflate().outbound(Buffer.alloc(255))[0]).to.equal(0)
      expect(deflate().outbound(Buffer.alloc(256))[0]).to.equal(1)
    })

    it('stores a message that would not get smaller', () => {
      const message = lcg32(1, 4_096)
      expect(inHex(deflate().outbound(message))).to.equal(`00${inHex(message)}`)
    })

    it('stores a message above maxOutputBytes, which the other end would not unpack', () => {
      const plugin = deflate({ maxOutputBytes: 1_000 })
      expect(plugin.outbound(Buffer.alloc(1_000))[0]).to.equal(1)
      expect(plugin.outbound(Buffer.alloc(1_001))[0]).to.equal(0)
    })

    it('copies what it stores, so that the sender may reuse its bytes', () => {
      const message = hex('0102')
      const stored = deflate().outbound(message)
      message.fill(0)
      expect(inHex(stored)).to.equal('000102')
    })
  })

  describe('inbound', () => {
    it('reads stored bytes', () => {
      expect(inHex(deflate().inbound(hex('00 616263')) ?? hex(''))).to.equal('616263')
    })

    it('reads packed bytes, written by hand after RFC 1951', () => {
      // a last block of kind "stored", 3 bytes; then a last block of fixed codes
      expect(inHex(deflate().inbound(hex('01 01 0300 fcff 616263')) ?? hex(''))).to.equal('616263')
      expect(inHex(deflate().inbound(hex('01 4b4c4a0600')) ?? hex(''))).to.equal('616263')
    })

    it('reads packed bytes whatever its own minBytes and level are', () => {
      const plugin = deflate({ minBytes: 1_000, level: 0 })
      expect(inHex(plugin.inbound(hex('01 4b4c4a0600')) ?? hex(''))).to.equal('616263')
    })

    const BROKEN: readonly (readonly [what: string, bytes: string, reason: string])[] = [
      ['a message without its first byte', '', 'the first byte is missing'],
      ['an unknown first byte', '02 616263', 'the first byte is neither 0 nor 1'],
      ['packed data that ends early', '01 4b4c4a', 'unexpected end of file'],
      ['packed data of no bytes', '01', 'unexpected end of file'],
      ['bytes after the packed data', '01 4b4c4a0600 00', 'bytes follow the end of the packed data'],
      ['a second packed stream after the first', '01 4b4c4a0600 4b4c4a0600', 'bytes follow the end of the packed data'],
      ['bytes that are not packed data', '01 ffffffff', 'invalid block type'],
      ['a distance before the beginning', '01 030200', 'invalid distance too far back'],
    ]
    for (const [what, bytes, reason] of BROKEN) {
      it(`rejects ${what}`, () => {
        const error = refusal(() => deflate().inbound(hex(bytes)))
        expect(error).to.include({ code: 'PLUGIN_REJECTED', fault: 'remote' })
        expect(error.detail).to.include({ plugin: 'Deflate', reason })
      })
    }

    it('unpacks a message of exactly maxOutputBytes', () => {
      const packed = Buffer.concat([hex('01'), deflateRawSync(Buffer.alloc(1_000))])
      expect(deflate({ maxOutputBytes: 1_000 }).inbound(packed)).to.deep.equal(Buffer.alloc(1_000))
    })

    it('stops a message that would unpack to more than maxOutputBytes, and names the limit', () => {
      const bomb = Buffer.concat([hex('01'), deflateRawSync(Buffer.alloc(1_001))])
      const error = refusal(() => deflate({ maxOutputBytes: 1_000 }).inbound(bomb))
      expect(error.detail).to.include({ reason: 'the message unpacks to more than maxOutputBytes', limit: 1_000 })
    })

    it('holds back 64 MiB packed into 64 KiB after the first 8 MiB', () => {
      const bomb = Buffer.concat([hex('01'), deflateRawSync(Buffer.alloc(64 * 1_048_576))])
      expect(bomb.length).to.be.below(66_000)
      expect(refusal(() => deflate().inbound(bomb)).detail).to.include({ limit: 8_388_608 })
    })
  })

  it('gives back every message, and makes none longer by more than one byte', () => {
    const repeated = fc.tuple(fc.uint8Array({ maxLength: 20 }), fc.nat(60))
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      repeated.map(([piece, times]) => Buffer.concat(Array.from({ length: times }, () => piece))),
    )
    const options = fc.record({ level: fc.integer({ min: 0, max: 9 }), minBytes: fc.nat(300) })
    fc.assert(
      fc.property(message, options, (bytes, numbers) => {
        const travelling = deflate(numbers).outbound(bytes)
        expect(travelling.length).to.be.at.most(bytes.length + 1)
        expect(inHex(deflate(numbers).inbound(travelling) ?? hex('ff'))).to.equal(inHex(bytes))
      }),
    )
  })

  it('answers any bytes with a message or with PLUGIN_REJECTED', () => {
    const plugin = deflate({ maxOutputBytes: 4_096 })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (body) => {
        try {
          expect(plugin.inbound(Buffer.concat([hex('01'), body]))?.length).to.be.at.most(4_096)
        } catch (error) {
          expect(error).to.include({ code: 'PLUGIN_REJECTED' })
        }
      }),
    )
  })

  const WRONG: readonly DeflateOptions[] = [{ level: 10 }, { level: -1 }, { minBytes: 0.5 }, { maxOutputBytes: 0 }]
  for (const options of WRONG) {
    it(`refuses the options ${JSON.stringify(options)}`, () => {
      expect(refusal(() => deflate(options))).to.include({ code: 'OPTION_INVALID' })
    })
  }
})
