import { expect } from 'chai'
import * as fc from 'fast-check'
import { DIALECTS, dialectNamed } from '@/lab/decoders/dialects.js'
import { decode, expectSameForEveryCut } from '../../contracts/decoder.js'
import { caught } from '../../support/caught.js'
import { cutInto } from '../../support/chunkings.js'
import { collectGarbage } from '../../support/garbage.js'
import { hex } from '../../support/hex.js'
import { conversations } from '../../support/lonelyConversations.js'
import { exchangesOf, pnetCases } from '../../support/pnetRecordings.js'
import { recordingsOf, streamOf } from '../../support/replay.js'
import { STP_CASES } from '../../support/stpRecordings.js'
import { turns } from '../../support/turns.js'

const NAMES = DIALECTS.map(({ name }) => name)
const ROLES = ['opener', 'acceptor'] as const
const MIXED = hex('ff 00000002 6869 ff 00000000 ffff 00000005 0a6162ff0a fd 00')

/** A message with its length before it. */
const framed = (message: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  return Buffer.concat([length, message])
}

describe('every decoder', () => {
  for (const name of NAMES) {
    it(`${name}: gives every byte back, and calls it the same, however the stream is cut`, () => {
      for (const role of ROLES) expectSameForEveryCut(name, role, MIXED)
    })

    it(`${name}: does the same with bytes of any kind, and throws nothing`, () => {
      const soup = fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 12 }),
          fc
            .constantFrom('{"', '"a":', '"x"}', '[', ']', '12', ' ', '\n', '|', 'END', '{"encrypted":1}')
            .map((text) => Buffer.from(text)),
          fc.constantFrom('ff', '00000004', '0001 0007', '0000 0006 0001', '0002 0000 0002').map(hex),
        ),
        { maxLength: 20 },
      )
      const cuts = fc.array(fc.nat({ max: 9 }), { maxLength: 30 })
      fc.assert(
        fc.property(soup, cuts, fc.constantFrom(...ROLES), (pieces, sizes, role) => {
          const stream = Buffer.concat(pieces)
          expect(decode(name, role, cutInto(stream, sizes))).to.deep.equal(decode(name, role, [stream]))
        }),
        { numRuns: 50 },
      )
    })
  }

  it('keeps no more than a little of what passes, whatever that is', async () => {
    const held = async (): Promise<number> => {
      // The memory of buffers goes after the objects that were its last users, on another thread.
      for (let pass = 0; pass < 4; pass++) {
        collectGarbage()
        await turns(2)
      }
      const { heapUsed, arrayBuffers } = process.memoryUsage()
      return heapUsed + arrayBuffers
    }
    const starts = [
      '',
      'ff',
      'ff f0ffffff',
      'f0ffffff',
      'ffff ffffffff 7b22',
      '7b22',
      '6e7c',
      'ff f0ffffff 0001 0006 ffff',
    ].map(hex)
    const fills = ['[', '{"a":', '{"user":"', '1', 'a', '|', '"a" ', '\xff', '\x00', '\n'].map((text) =>
      Buffer.from(text, 'latin1'),
    )
    const chunks = fills.map((fill) => Buffer.alloc(32_768, fill))
    const before = await held()
    const decoders = NAMES.flatMap((name) => starts.flatMap((start) => chunks.map((chunk) => ({ name, start, chunk }))))
    const kept = decoders.map(({ name, start, chunk }) => {
      const { opener } = dialectNamed(name).decoders()
      opener.read(Buffer.from(start))
      for (let pass = 0; pass < 2; pass++) opener.read(Buffer.from(chunk))
      return opener
    })
    expect(((await held()) - before) / kept.length).to.be.below(16_384)
    expect(kept).to.have.lengthOf(decoders.length)
  })

  it('has a name, and another one is an error that says which there are', () => {
    const { code, detail } = caught(() => dialectNamed('handshak'))
    expect([code, detail['given'], detail['one']]).to.deep.equal(['OPTION_INVALID', 'handshak', NAMES.join(', ')])
  })
})

describe('the decoders and the recordings of the originals', () => {
  it('understand every conversation of tinyproto, for every cut', () => {
    for (const { name, steps, meta } of recordingsOf<{ readonly kind: string }>('tinyproto')) {
      for (const [side, role] of [
        ['client', 'opener'],
        ['server', 'acceptor'],
      ] as const) {
        const stream = streamOf(steps, side).subarray(0, 4_000)
        expectSameForEveryCut('handshake', role, stream, name)
        expect(meta.kind).not.to.equal('')
      }
    }
  })

  it('understand every packet of stp, for every cut: what the original takes has a header and a body', () => {
    for (const { name, steps, meta } of STP_CASES) {
      const stream = hex(steps[0]?.hex ?? '').subarray(0, 4_000)
      const { fields, end } = expectSameForEveryCut('stp', 'opener', stream, name)
      if (meta.receiver?.accepted !== true || stream.length === 4_000) continue
      expect(end, name).to.equal(undefined)
      expect(fields[2], name).to.match(/^header, \d+ bytes: namespace "/)
      expect(fields.slice(3).join(), name).to.match(/^body, |^sealed body /)
    }
  })

  it('understand every packet of pnet, for every cut: five sections, and the content by its type', () => {
    const cases = pnetCases(/^(node|raw|err)-/).flatMap((recorded) =>
      exchangesOf(recorded).map((exchange) => ({ ...exchange, name: recorded.name })),
    )
    for (const { request, reply, name } of cases) {
      const asked = expectSameForEveryCut('pnet', 'opener', request, name)
      if (reply === undefined) continue
      const { fields } = expectSameForEveryCut('pnet', 'acceptor', reply, name)
      expect(fields, name).to.have.lengthOf(5)
      expect(fields.slice(2).join(', '), name).to.match(
        /^(content, \d+ bytes: .*sealed.*|refusal "ERR_\w+"), .*key.*, END$/,
      )
      if (fields[1] === 'type rsp') expect(asked.fields[1], name).to.equal('type msg')
    }
  })

  it('understand every conversation of lonely, for every cut, and call each message what it is', () => {
    for (const { name, steps } of conversations()) {
      for (const [from, role] of [
        ['subscriber', 'opener'],
        ['broadcaster', 'acceptor'],
      ] as const) {
        const said = steps.filter((step) => step.from === from && step.hex !== undefined && step.hex.length < 8_000)
        const stream = Buffer.concat([hex('ff'), ...said.map((step) => framed(hex(step.hex ?? '')))])
        const { fields } = expectSameForEveryCut('lonely', role, stream, name)
        const told = fields.flatMap((words) => /^[A-Z_]{6,}|^type \d+/.exec(words) ?? [])
        const types = said.map(({ type = '' }) => type.replace(/^UNKNOWN_/, 'type '))
        expect(told, name).to.deep.equal(types)
      }
    }
  })

  it('understand every conversation of pyile, for every cut, and find one of its messages in each value', () => {
    for (const { name, steps } of recordingsOf<unknown>('pyile')) {
      for (const [side, role] of [
        ['client', 'opener'],
        ['server', 'acceptor'],
      ] as const) {
        const { fields } = expectSameForEveryCut('pyile', role, streamOf(steps, side), name)
        for (const words of fields) expect(words, name).to.match(/^[a-z ]+: |^value, |^no JSON: /)
      }
    }
  })
})
