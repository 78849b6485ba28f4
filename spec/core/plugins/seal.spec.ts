import { createCipheriv, createHmac } from 'node:crypto'
import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Plugin } from '@/core/plugin.js'
import { PluginChain } from '@/core/pluginChain.js'
import { deflate } from '@/core/plugins/deflate.js'
import { seal, type SealOptions } from '@/core/plugins/seal.js'
import { TransportError } from '@/errors.js'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const inHex = (message: Uint8Array | undefined): string => Buffer.from(message ?? hex('99')).toString('hex')
const counting = (from: number): Buffer => Buffer.from(Array.from({ length: 32 }, (_, at) => from + at))

const KEY = counting(0x80)
const A_GREETS = Buffer.concat([hex('01'), counting(0x00)])
const B_GREETS = Buffer.concat([hex('01'), counting(0x20)])
const HI = Buffer.from('hi')
const EMPTY = hex('')

/** Written once by another library after WIRE.md. `a` has the lower greeting. */
const A_SENDS_HI = '00de4a0f4627cbc5758c788cbbbd54b692a98b'
const A_SENDS_EMPTY = '00ff49e18686be2dc49f4dcff5c5a40b9a'
const A_SAYS_FAREWELL = '013ad385807a179be65c4c6dd023c1fded'
const A_SENDS_ALL = [A_SENDS_HI, A_SENDS_EMPTY, A_SAYS_FAREWELL]
const B_SENDS_HI = '001f866f638eb2b920fb22ee3ed8d389eee1a5'
const B_SAYS_FAREWELL = '01d1d19d9140ab6eb50d33ef942ae12a0b'
const A_SAYS_FAREWELL_WITH_CONTENT = '01cef0fc4cc60fa610b46d4ea3a1f6a02922'

const sealing = (options: Partial<SealOptions> = {}): Required<Plugin> => new (seal({ key: KEY, ...options }))()

/** The two ends of a connection that have greeted each other. */
const pair = (options: Partial<SealOptions> = {}): readonly [a: Required<Plugin>, b: Required<Plugin>] => {
  const a = sealing({ ...options, randomBytes: () => counting(0x00) })
  const b = sealing({ ...options, randomBytes: () => counting(0x20) })
  a.greeted(B_GREETS)
  b.greeted(A_GREETS)
  return [a, b]
}

/** The code and the reason of the error that `action` throws. */
const failure = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    return error instanceof TransportError ? `${error.code}: ${error.detail['reason'] ?? ''}` : String(error)
  }
  return 'none'
}

describe('seal', () => {
  describe('on the wire', () => {
    it('greets with its version and 32 random bytes', () => {
      expect(inHex(sealing({ randomBytes: () => counting(0x00) }).greeting())).to.equal(inHex(A_GREETS))
    })

    it('writes the records of the end with the lower greeting', () => {
      const [a] = pair()
      expect([a.outbound(HI), a.outbound(EMPTY), a.farewell()].map(inHex)).to.deep.equal(A_SENDS_ALL)
    })

    it('writes the records of the end with the higher greeting under another key', () => {
      const [, b] = pair()
      expect([b.outbound(HI), b.farewell()].map(inHex)).to.deep.equal([B_SENDS_HI, B_SAYS_FAREWELL])
    })

    it('reads what the other end writes', () => {
      const [a, b] = pair()
      expect(inHex(a.inbound(hex(B_SENDS_HI)))).to.equal('6869')
      expect(a.inbound(hex(B_SAYS_FAREWELL))).to.equal(undefined)
      expect(inHex(b.inbound(hex(A_SENDS_HI)))).to.equal('6869')
      expect(inHex(b.inbound(hex(A_SENDS_EMPTY)))).to.equal('')
      expect(b.inbound(hex(A_SAYS_FAREWELL))).to.equal(undefined)
    })

    it('writes what HMAC and AES-256-GCM alone give, put together as WIRE.md says', () => {
      const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer =>
        createHmac('sha256', key).update(Buffer.concat(parts)).digest()
      const info = Buffer.from('framewright seal 1')
      const extracted = hmac(Buffer.concat([A_GREETS, B_GREETS]), KEY)
      const keyA = hmac(extracted, info, hex('01'))
      const keyB = hmac(extracted, keyA, info, hex('02'))
      const prefixes = hmac(extracted, keyB, info, hex('03'))
      const record = (key: Buffer, prefix: Buffer, count: string, kind: string, message: Buffer): string => {
        const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([prefix, hex(count)])).setAAD(hex(kind))
        return kind + inHex(Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]))
      }
      const [prefixA, prefixB] = [prefixes.subarray(0, 4), prefixes.subarray(4, 8)]
      expect(record(keyA, prefixA, '0000000000000000', '00', HI)).to.equal(A_SENDS_HI)
      expect(record(keyA, prefixA, '0000000000000002', '01', EMPTY)).to.equal(A_SAYS_FAREWELL)
      expect(record(keyB, prefixB, '0000000000000001', '01', EMPTY)).to.equal(B_SAYS_FAREWELL)
    })

    it('makes of a passphrase the key that scrypt gives, however its accents are encoded', () => {
      const scrypted = hex('e065cc65fa664eb287bc0a81e0a72826cb32343532bde72ff1e3d0d2b08f7d1b')
      for (const key of ['caf\u00e9 caf\u00e9 caf\u00e9', 'cafe\u0301 cafe\u0301 cafe\u0301', scrypted]) {
        expect(inHex(pair({ key })[0].outbound(HI))).to.equal('005842739e685108e57d4091ea8bd92203b4cb')
      }
    })
  })

  it('gives back all messages of both directions, whatever their contents and order', () => {
    const messages = fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 100 })), { maxLength: 20 })
    fc.assert(
      fc.property(messages, (sent) => {
        const [a, b] = pair()
        for (const [fromA, message] of sent) {
          const [near, far] = fromA ? [a, b] : [b, a]
          expect(inHex(far.inbound(near.outbound(message)))).to.equal(inHex(message))
        }
      }),
    )
  })

  it('makes an instance for each connection, each with a greeting of its own', () => {
    const Seal = seal({ key: KEY })
    expect(inHex(new Seal().greeting())).not.to.equal(inHex(new Seal().greeting()))
  })

  describe('against someone in between', () => {
    const flipped = (bytes: Uint8Array, bit: number): Uint8Array =>
      bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))

    it('notices any one changed bit and any cut of a record', () => {
      const record = hex(A_SENDS_HI)
      const changed = Array.from({ length: record.length * 8 }, (_, bit) => flipped(record, bit))
      const cut = Array.from({ length: record.length }, (_, length) => record.subarray(0, length))
      for (const bytes of [...changed, ...cut]) {
        const [, b] = pair()
        expect(failure(() => b.inbound(bytes))).to.match(/^SEAL_BROKEN/)
      }
    })

    const UNFIT = 'the tag does not fit'
    const ATTACKS: readonly (readonly [what: string, records: readonly string[], reason: string])[] = [
      ['a record that comes twice', [A_SENDS_HI, A_SENDS_HI], UNFIT],
      ['a record left out', [A_SENDS_EMPTY], UNFIT],
      ['a message left out before the farewell', [A_SENDS_HI, A_SAYS_FAREWELL], UNFIT],
      ['a record of its own sent back', [B_SENDS_HI], UNFIT],
      ['a message passed off as a farewell', [`01${A_SENDS_HI.slice(2)}`], UNFIT],
      ['a farewell passed off as a message', [A_SENDS_HI, A_SENDS_EMPTY, `00${A_SAYS_FAREWELL.slice(2)}`], UNFIT],
      ['a kind of record that does not exist', [`02${A_SENDS_HI.slice(2)}`], UNFIT],
      ['a farewell with content', [A_SAYS_FAREWELL_WITH_CONTENT], 'a farewell has no content'],
      ['a record after the farewell', [...A_SENDS_ALL, A_SENDS_EMPTY], 'a record came after the farewell'],
    ]
    for (const [what, records, reason] of ATTACKS) {
      it(`notices ${what}`, () => {
        const [, b] = pair()
        for (const record of records.slice(0, -1)) b.inbound(hex(record))
        expect(failure(() => b.inbound(hex(records.at(-1) ?? '')))).to.equal(`SEAL_BROKEN: ${reason}`)
      })
    }

    it('notices records and the greeting of an earlier connection', () => {
      const b = sealing()
      b.greeted(A_GREETS)
      expect(failure(() => b.inbound(hex(A_SENDS_HI)))).to.equal(`SEAL_BROKEN: ${UNFIT}`)
    })

    it('notices a greeting that was changed on the way', () => {
      const [a, b] = [sealing(), sealing()]
      b.greeted(flipped(a.greeting(), 100))
      a.greeted(b.greeting())
      expect(failure(() => b.inbound(a.outbound(HI)))).to.equal(`SEAL_BROKEN: ${UNFIT}`)
    })

    it('notices its own greeting sent back', () => {
      const a = sealing()
      expect(failure(() => a.greeted(a.greeting()))).to.equal('SEAL_BROKEN: our own greeting was sent back')
    })

    it('notices an end with another key', () => {
      const [[a], [, b]] = [pair({ key: counting(0x81) }), pair()]
      expect(failure(() => b.inbound(a.outbound(HI)))).to.equal(`SEAL_BROKEN: ${UNFIT}`)
    })

    it('reads nothing more after a broken record, not even what would have fitted', () => {
      const [, b] = pair()
      expect(failure(() => b.inbound(hex('00')))).to.equal('SEAL_BROKEN: no record has this size')
      const reason = 'an earlier record or greeting was broken'
      expect(failure(() => b.inbound(hex(A_SENDS_HI)))).to.equal(`SEAL_BROKEN: ${reason}`)
    })
  })

  describe('at the end', () => {
    it('calls an end without a farewell SEAL_TRUNCATED, also after its own farewell', () => {
      const [a, b] = pair()
      b.inbound(a.outbound(HI))
      b.farewell()
      expect(failure(() => b.ended())).to.equal('SEAL_TRUNCATED: ')
    })

    it('reads on after its own farewell, as the other end may still be speaking', () => {
      const [a, b] = pair()
      a.farewell()
      expect(inHex(a.inbound(b.outbound(HI)))).to.equal('6869')
    })

    it('seals neither a message nor a second farewell after the farewell', () => {
      const [a] = pair()
      a.farewell()
      expect(failure(() => a.outbound(EMPTY))).to.equal('PLUGIN_FAILED: the farewell has been said')
      expect(failure(() => a.farewell())).to.equal('PLUGIN_FAILED: the farewell has been said')
    })
  })

  describe('before the greetings', () => {
    it('seals nothing and opens nothing', () => {
      const a = sealing()
      expect(failure(() => a.outbound(EMPTY))).to.equal('PLUGIN_FAILED: no greeting has come yet')
      expect(failure(() => a.farewell())).to.equal('PLUGIN_FAILED: no greeting has come yet')
      expect(failure(() => a.inbound(hex(A_SENDS_HI)))).to.equal('SEAL_BROKEN: a record came before the greeting')
      expect(failure(() => a.ended())).to.equal('SEAL_TRUNCATED: ')
    })

    const GREETINGS: readonly (readonly [what: string, greeting: Uint8Array, reason: string])[] = [
      ['is empty', EMPTY, 'this is no greeting'],
      ['has 32 bytes', A_GREETS.subarray(0, 32), 'this is no greeting'],
      ['has 34 bytes', Buffer.concat([A_GREETS, hex('00')]), 'this is no greeting'],
      ['has version 2', Buffer.concat([hex('02'), counting(0)]), 'unknown version'],
    ]
    for (const [what, greeting, reason] of GREETINGS) {
      it(`rejects a greeting that ${what}, and takes no other after it`, () => {
        const b = sealing()
        expect(failure(() => b.greeted(greeting))).to.equal(`PLUGIN_REJECTED: ${reason}`)
        expect(failure(() => b.greeted(A_GREETS))).to.equal('PLUGIN_REJECTED: a second greeting came')
      })
    }

    it('rejects a second greeting, which would make its nonces begin again', () => {
      const [a] = pair()
      expect(failure(() => a.greeted(B_GREETS))).to.equal('PLUGIN_REJECTED: a second greeting came')
    })
  })

  describe('limits and options', () => {
    it('seals maxMessages messages and the farewell, but not one message more', () => {
      const [a] = pair({ maxMessages: 2 })
      for (const message of [EMPTY, EMPTY]) a.outbound(message)
      expect(failure(() => a.outbound(EMPTY))).to.match(/^PLUGIN_FAILED: maxMessages have been sent/)
      expect(inHex(a.farewell())).to.equal(A_SAYS_FAREWELL)
    })

    it('refuses a message above 1 GiB without using up a record number', () => {
      const [a] = pair()
      const message = new Uint8Array(2 ** 30 + 1)
      expect(failure(() => a.outbound(message))).to.equal('PLUGIN_FAILED: the message is too large to seal')
      expect(inHex(a.outbound(HI))).to.equal(A_SENDS_HI)
    })

    const WRONG: Readonly<Record<string, Partial<SealOptions>>> = {
      'a key of 31 bytes': { key: KEY.subarray(1) },
      'a passphrase of 11 characters': { key: 'hunter2hunt' },
      'maxMessages of 0': { maxMessages: 0 },
      'a random source that gives too few bytes': { randomBytes: () => HI },
    }
    for (const [what, options] of Object.entries(WRONG)) {
      it(`refuses ${what}, and shows no secret`, () => {
        const refused = (): unknown => sealing(options)
        expect(refused)
          .to.throw(TransportError, /^(?!.*hunter)/)
          .with.property('code', 'OPTION_INVALID')
      })
    }

    it('keeps the key as it was when it was given', () => {
      const key = Buffer.from(KEY)
      const a = new (seal({ key, randomBytes: () => counting(0x00) }))()
      key.fill(0)
      a.greeted(B_GREETS)
      expect(inHex(a.outbound(HI))).to.equal(A_SENDS_HI)
    })
  })

  describe('in a chain', () => {
    const DEFLATED_AND_SEALED = [deflate({ minBytes: 0 }), seal({ key: KEY })]
    const SEALED_TWICE = [seal({ key: KEY }), seal({ key: counting(0x01) })]
    const chained = (plugins: typeof DEFLATED_AND_SEALED): readonly [near: PluginChain, far: PluginChain] => {
      const [near, far] = [new PluginChain(plugins), new PluginChain(plugins)]
      near.greetings().forEach((greeting, nth) => far.greeted(nth, greeting))
      far.greetings().forEach((greeting, nth) => near.greeted(nth, greeting))
      return [near, far]
    }

    it('works behind deflate', () => {
      const [near, far] = chained(DEFLATED_AND_SEALED)
      const travelling = near.outbound(Buffer.alloc(10_000, 'a'))
      expect(travelling.length).to.be.below(100)
      expect(far.inbound(travelling)).to.deep.equal(Buffer.alloc(10_000, 'a'))
    })

    for (const [what, plugins] of Object.entries({ deflate: DEFLATED_AND_SEALED, seal: SEALED_TWICE })) {
      it(`says farewell together with ${what}`, () => {
        const [near, far] = chained(plugins)
        for (const farewell of near.farewells()) expect(far.inbound(farewell)).to.equal(undefined)
        expect(() => far.ended()).not.to.throw()
      })
    }
  })
})
