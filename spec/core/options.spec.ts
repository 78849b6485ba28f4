import { expect } from 'chai'
import * as fc from 'fast-check'
import { CLIENT_RANGES } from '@/core/client.js'
import { HOST_RANGES } from '@/core/host.js'
import { checkRanges, CONNECTION_RANGES, settingsOf } from '@/core/options.js'
import { SERVER_RANGES } from '@/core/serverOptions.js'
import { caught } from '../support/caught.js'
import { PlainClient, PlainServer } from '../support/pair.js'
import { Bare } from '../support/witness.js'

type Ranges = Readonly<Record<string, readonly [fallback: number, min: number, max: number]>>
const TABLES: Readonly<Record<string, Ranges>> = {
  connection: CONNECTION_RANGES,
  host: HOST_RANGES,
  server: SERVER_RANGES,
  client: CLIENT_RANGES,
}

for (const [table, ranges] of Object.entries(TABLES)) {
  describe(`the ${table} options`, () => {
    for (const [option, [fallback, min, max]] of Object.entries(ranges)) {
      it(`${option} is ${min} to ${max}, ${fallback} unless given`, () => {
        const check = (value: unknown): unknown =>
          checkRanges<Record<string, unknown>>({ [option]: value }, ranges)[option]
        expect([check(undefined), check(min), check(max)]).to.deep.equal([fallback, min, max])
        const wrong = fc.oneof(
          fc.constantFrom(min - 1, max + 1, min + 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
          fc.integer({ max: min - 1 }),
          fc.double({ min: max + 1, noNaN: true }),
          fc.constantFrom('1', '', true, false, {}, [], [min], 1n, () => min),
        )
        fc.assert(
          fc.property(wrong, (given) => {
            const error = caught(() => check(given))
            expect(error).to.include({ code: 'OPTION_INVALID', fault: 'local' })
            expect(error.detail).to.include({ option, min, max })
          }),
          { seed: 1 },
        )
      })
    }
  })
}

describe('settingsOf', () => {
  it('takes pipeline as false, true or a window of 1024 to 2^30 bytes', () => {
    const windowOf = (pipeline?: boolean | number): number =>
      settingsOf(pipeline === undefined ? {} : { pipeline }).windowBytes
    expect([windowOf(), windowOf(false), windowOf(true), windowOf(1_024), windowOf(2 ** 30)]).to.deep.equal([
      0, 0, 4_194_304, 1_024, 1_073_741_824,
    ])
    for (const given of [0, 1_023, 2 ** 30 + 1, 1.5])
      expect(caught(() => windowOf(given)).detail).to.include({ option: 'pipeline', given: String(given) })
  })

  it('takes a framing by its name or a function, and nothing else', () => {
    for (const framing of ['handshake', 'length', 'line', 'json'] as const)
      expect(settingsOf({ framing }).framing).to.equal(framing)
    for (const framing of ['Handshake', 'http', 7, {}]) {
      const options: object = { framing }
      expect(caught(() => settingsOf(options))).to.have.property('code', 'OPTION_INVALID')
    }
  })

  it('takes lists as lists, and one thing alone not for a list of it', () => {
    for (const [option, given] of [
      ['plugins', 'seal'],
      ['plugins', { outbound: (m: Uint8Array) => m, inbound: (m: Uint8Array) => m }],
      ['listen', '4000'],
      ['listen', 4_000],
    ] as const) {
      const options: object = { [option]: given }
      const error = caught(() => new PlainServer(options))
      expect(error).to.have.property('code', 'OPTION_INVALID')
      expect(error.detail).to.include({ option, given: typeof given })
    }
  })

  it('copies the list of plugins', () => {
    const plugins = [{ outbound: (m: Uint8Array) => m, inbound: (m: Uint8Array) => m }]
    const settings = settingsOf({ plugins })
    plugins.pop()
    expect(settings.plugins).to.have.length(1)
  })
})

describe('what takes options', () => {
  it('refuses a wrong one in its constructor, naming it', () => {
    expect(caught(() => new PlainServer({ handler: Bare, connectionLimit: 0 })).detail).to.include({
      option: 'connectionLimit',
    })
    expect(caught(() => new PlainServer({ handler: Bare, maxMemoryBytes: 1 })).detail).to.include({
      option: 'maxMemoryBytes',
    })
    expect(caught(() => new PlainServer({ handler: Bare, tickMs: 0 })).detail).to.include({ option: 'tickMs' })
    expect(caught(() => new PlainClient({ handler: Bare, connectTimeoutMs: -1 })).detail).to.include({
      option: 'connectTimeoutMs',
    })
    expect(caught(() => new PlainServer({ handler: Bare, listen: ['nowhere'] }))).to.have.property(
      'code',
      'ADDRESS_INVALID',
    )
  })
})
