import { expect } from 'chai'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import {
  Compressors,
  type EnableZstdCustom,
  type EnableZstdPreset,
  loadZstd,
  sha512,
  type Zstd,
} from '@/protocols/lonely/index.js'
import { nodeZstd } from '@/protocols/lonely/zstdOfNode.js'
import { wasmZstd } from '@/protocols/lonely/zstdOfWasm.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'

interface Recorded {
  readonly dictionaries: Readonly<Record<string, string>>
  readonly frames: readonly {
    readonly compressorId: number
    readonly decompressedLength: number
    readonly payload: string
    readonly body?: string | { readonly repeat: readonly [count: number, byte: number] }
  }[]
}

const recorded: Recorded = JSON.parse(readFileSync('spec/vectors/lonely-zstd.json', 'utf8'))
const TEXT = Buffer.from('{"username":"gandalf","colour":"grey","at":"the black gate"}'.repeat(20))
const DICTIONARY = Buffer.from('{"username":"frodo","colour":"green","at":"the shire"}'.repeat(3))

describe('zstd', () => {
  const found: Zstd[] = []

  before(async () => {
    for (const zstd of [nodeZstd(), await wasmZstd()]) if (zstd !== undefined) found.push(zstd)
    expect(found, 'the optional dependency is installed for development').to.not.have.lengthOf(0)
  })

  it('is that of Node.js where there is one, else the optional dependency, loaded once', async () => {
    const zstd = await loadZstd()
    expect(zstd?.from).to.equal(nodeZstd() === undefined ? '@bokuweb/zstd-wasm' : 'node:zlib')
    expect(await wasmZstd()).to.equal(await wasmZstd())
  })

  it('decompresses what the originals compressed, with their dictionaries, whichever it is', () => {
    for (const zstd of found) {
      for (const { compressorId, decompressedLength, payload, body } of recorded.frames) {
        const dictionary = recorded.dictionaries[compressorId]
        const bytes = zstd.decompress(
          hex(payload),
          decompressedLength,
          dictionary === undefined ? undefined : hex(dictionary),
        )
        if (body === undefined) expect(() => void JSON.parse(bytes.toString())).to.not.throw()
        else
          expect(bytes).to.deep.equal(
            typeof body === 'string' ? hex(body) : Buffer.alloc(body.repeat[0], body.repeat[1]),
          )
      }
    }
    expect(recorded.frames).to.have.lengthOf(23)
  })

  it('gives back what it compressed, by whichever, with and without a dictionary, at any level', () => {
    const level = fc.constantFrom(-5, 0, 1, 3, 10, 19)
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .tuple(fc.uint8Array({ maxLength: 10 }), fc.nat({ max: 3_000 }))
        .map(([unit, times]) => Buffer.concat(Array.from({ length: times }, () => unit))),
    )
    for (const from of found) {
      for (const to of found) {
        fc.assert(
          fc.property(
            body,
            level,
            fc.option(fc.constant(DICTIONARY), { nil: undefined }),
            (bytes, atLevel, dictionary) => {
              const frame = from.compress(bytes, atLevel, dictionary)
              expect(to.decompress(frame, bytes.length, dictionary)).to.deep.equal(Buffer.from(bytes))
            },
          ),
          { numRuns: 60 },
        )
      }
    }
  })

  it('refuses frames that are cut off, followed by something, of another size, or made with another dictionary', () => {
    for (const zstd of found) {
      const frame = zstd.compress(TEXT, 3)
      const refused = (bytes: Uint8Array, length: number, dictionary?: Uint8Array): void => {
        expect(caught(() => zstd.decompress(bytes, length, dictionary)).code, zstd.from).to.equal('ZSTD_REFUSED')
      }
      for (let size = 0; size < frame.length; size++) refused(frame.subarray(0, size), TEXT.length)
      refused(Buffer.concat([frame, Buffer.from('x')]), TEXT.length)
      refused(Buffer.concat([frame, frame]), TEXT.length)
      for (const length of [0, 1, TEXT.length - 1, TEXT.length + 1, 10_000_000]) refused(frame, length)
      refused(Buffer.from('no frame at all'), 15)
      const trained = hex(recorded.dictionaries['2'] ?? '')
      const [, , , , withDictionary] = recorded.frames
      refused(hex(withDictionary?.payload ?? ''), withDictionary?.decompressedLength ?? 0)
      expect(
        zstd.decompress(hex(withDictionary?.payload ?? ''), withDictionary?.decompressedLength ?? 0, trained),
      ).to.have.lengthOf(130)
    }
  })

  it('refuses a frame that claims a size or a window of gigabytes before it takes memory', () => {
    for (const zstd of found) {
      // single segment with 8 bytes of size: 2^40; window descriptor ff: far above 8 MiB; window of 8 MiB and a little
      for (const [head, problem] of [
        ['28b52ffd e0 0000000000010000', 'the frame has another size than was announced'],
        ['28b52ffd 00 ff', 'the frame wants too large a window'],
        ['28b52ffd 00 69', 'the frame wants too large a window'],
        ['28b52ffd a0 ffffffff', 'the frame has another size than was announced'],
        ['28b52ffd 08 00', 'the frame has a reserved bit set'],
      ] as const) {
        const frame = Buffer.concat([hex(head), hex('010000')])
        const error = caught(() => zstd.decompress(frame, 1_000))
        // Which check it was, since a decompressor that was asked would refuse it, too, when it is too late.
        expect([error.code, error.detail['problem']], `${zstd.from} ${head}`).to.deep.equal(['ZSTD_REFUSED', problem])
      }
    }
  })

  it('throws nothing but typed errors when frames are changed at random', () => {
    for (const zstd of found) {
      const frame = zstd.compress(TEXT, 3, DICTIONARY)
      fc.assert(
        fc.property(
          fc.array(fc.tuple(fc.nat({ max: frame.length - 1 }), fc.nat({ max: 255 })), { maxLength: 5 }),
          (changes) => {
            const changed = Buffer.from(frame)
            for (const [at, value] of changes) changed[at] = value
            try {
              expect(zstd.decompress(changed, TEXT.length, DICTIONARY)).to.have.lengthOf(TEXT.length)
            } catch (error) {
              expect(error).to.have.property('code', 'ZSTD_REFUSED')
            }
          },
        ),
        { numRuns: 300 },
      )
    }
  })
})

describe('the compressors of a connection', () => {
  let zstd: Zstd

  before(async () => {
    const loaded = await loadZstd()
    if (loaded === undefined) throw new Error('there is no zstd here')
    zstd = loaded
  })

  const preset = (identifier: bigint, changes: Partial<EnableZstdPreset> = {}): EnableZstdPreset => ({
    type: 'ENABLE_ZSTD_PRESET',
    identifier,
    compressionLevel: 3,
    minSize: 100,
    maxSize: 2n ** 64n - 1n,
    ...changes,
  })
  const custom = (identifier: bigint, changes: Partial<EnableZstdCustom> = {}): EnableZstdCustom => ({
    type: 'ENABLE_ZSTD_CUSTOM',
    identifier,
    compressionLevel: 10,
    minSize: 32,
    maxSize: 16_384n,
    sha512: sha512(DICTIONARY),
    dictionary: DICTIONARY,
    ...changes,
  })
  const refusal = (action: () => unknown): unknown => {
    const error = caught(action)
    expect(error.code).to.equal('ZSTD_REFUSED')
    return error.detail['problem']
  }

  it('leave bodies as they are until one is enabled', () => {
    const compressors = new Compressors(zstd)
    expect(compressors.compress(TEXT)).to.deep.equal({ payload: TEXT, compression: undefined })
    expect(compressors.decompress(TEXT, undefined)).to.equal(TEXT)
    const compression = { compressorId: 1n, decompressedLength: 5n }
    expect(refusal(() => compressors.decompress(TEXT, compression))).to.equal('the compressor is not enabled')
  })

  it('are chosen by size, least included and greatest not, and the one enabled last comes first', () => {
    const compressors = new Compressors(zstd)
    const chosen = (size: number): bigint | undefined =>
      compressors.compress(Buffer.alloc(size)).compression?.compressorId
    compressors.enable(preset(1n, { minSize: 100 }))
    compressors.enable(custom(65_536n, { minSize: 32, maxSize: 200n }))
    expect([31, 32, 99, 100, 199, 200, 5_000].map(chosen)).to.deep.equal([
      undefined,
      65_536n,
      65_536n,
      65_536n,
      65_536n,
      1n,
      1n,
    ])
    compressors.enable(custom(65_537n, { minSize: 150, maxSize: 160n }))
    expect([149, 150, 159, 160].map(chosen)).to.deep.equal([65_536n, 65_537n, 65_537n, 65_536n])
  })

  it('read at one end what the other wrote, with a preset dictionary and with one made for the connection', () => {
    const presets = new Map([[7, DICTIONARY]])
    for (const enabled of [preset(1n), preset(7n), custom(65_536n)]) {
      const [writer, reader] = [new Compressors(zstd, presets), new Compressors(zstd, presets)]
      writer.enable(enabled)
      reader.enable(enabled)
      const { payload, compression } = writer.compress(TEXT)
      expect(compression).to.deep.equal({ compressorId: enabled.identifier, decompressedLength: BigInt(TEXT.length) })
      expect(payload.length).to.be.lessThan(TEXT.length / 3)
      expect(reader.decompress(payload, compression)).to.deep.equal(TEXT)
    }
  })

  it('take any level that fits its header and use one that zstd can bear', () => {
    for (const compressionLevel of [-32_768, 0, 22, 32_767]) {
      const compressors = new Compressors(zstd)
      compressors.enable(preset(1n, { compressionLevel }))
      const { payload, compression } = compressors.compress(TEXT)
      expect(compressors.decompress(payload, compression)).to.deep.equal(TEXT)
    }
  })

  it('still read a while what was compressed before it was disabled, of the last two', () => {
    const compressors = new Compressors(zstd)
    const bodies = [65_536n, 65_537n, 65_538n].map((identifier) => {
      compressors.enable(custom(identifier))
      return compressors.compress(TEXT)
    })
    for (const identifier of [65_536n, 65_537n]) compressors.disable(identifier)
    for (const { payload, compression } of bodies)
      expect(compressors.decompress(payload, compression)).to.deep.equal(TEXT)
    compressors.disable(65_538n)
    expect(compressors.compress(TEXT).compression).to.equal(undefined)
    const [first, ...others] = bodies
    expect(refusal(() => compressors.decompress(first?.payload ?? TEXT, first?.compression))).to.equal(
      'the compressor is not enabled',
    )
    for (const { payload, compression } of others)
      expect(compressors.decompress(payload, compression)).to.deep.equal(TEXT)
    expect(refusal(() => compressors.disable(65_538n))).to.equal('the compressor is not enabled')
  })

  it('refuse what may not be enabled, and pass over the preset 0', () => {
    const compressors = new Compressors(zstd, new Map([[2, DICTIONARY]]), {
      maxDictionaryBytes: 200,
      maxCustomDictionaries: 1,
    })
    compressors.enable(preset(0n))
    compressors.enable(preset(1n))
    expect(refusal(() => compressors.enable(preset(1n)))).to.equal('the compressor is enabled already')
    expect(refusal(() => compressors.enable(preset(3n)))).to.equal('the preset is not known')
    expect(refusal(() => compressors.enable(preset(65_538n)))).to.equal('the preset is not known')
    expect(refusal(() => compressors.enable(custom(2n)))).to.equal('the identifier is one of a preset')
    expect(refusal(() => compressors.enable(custom(65_536n, { sha512: sha512(TEXT) })))).to.equal(
      'the dictionary has another digest',
    )
    expect(refusal(() => compressors.enable(custom(65_536n, { dictionary: Buffer.alloc(201) })))).to.equal(
      'the dictionary is larger than maxDictionaryBytes',
    )
    compressors.enable(custom(65_536n))
    expect(refusal(() => compressors.enable(custom(65_537n)))).to.equal('maxCustomDictionaries are enabled already')
    compressors.disable(65_536n)
    compressors.enable(custom(65_537n))
  })

  it('refuse a body above their limit without looking at it, and do not compress one', () => {
    const compressors = new Compressors(zstd, new Map(), { maxBodyBytes: 1_000 })
    compressors.enable(preset(1n))
    const compression = { compressorId: 1n, decompressedLength: 2n ** 64n - 1n }
    expect(refusal(() => compressors.decompress(TEXT, compression))).to.equal('the body is larger than maxBodyBytes')
    expect(compressors.compress(TEXT).compression).to.equal(undefined)
    expect(caught(() => new Compressors(zstd, new Map([[1, DICTIONARY]]))).code).to.equal('OPTION_INVALID')
    expect(caught(() => new Compressors(zstd, new Map(), { maxBodyBytes: 0 })).code).to.equal('OPTION_INVALID')
  })
})
