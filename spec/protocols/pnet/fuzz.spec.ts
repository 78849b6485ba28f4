import { expect } from 'chai'
import * as fc from 'fast-check'
import { systemClock } from '@/core/index.js'
import { streamLimitsOf } from '@/protocols/pnet/advancedOptions.js'
import { Desk } from '@/protocols/pnet/desk.js'
import { FunctionDesk } from '@/protocols/pnet/functionDesk.js'
import { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import { SpoolBudget } from '@/protocols/pnet/spool.js'
import { TransportError } from '@/errors.js'
import { ALICE, BOB, recordedNetwork, sealedPacket } from '../../support/pnetRecordings.js'

const streams = streamLimitsOf({})

/** What it gives, or that it failed as it may. */
const settled = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof TransportError) return undefined
    throw error
  }
}

describe('a pnet node that is given anything', () => {
  const desk = new Desk({
    network: recordedNetwork(true),
    key: BOB,
    keys: new PublicKeyCache(),
    clock: systemClock,
    handlerTimeoutMs: 1_000,
    owner: { handle: (value) => value, advertised: () => {}, requestFailed: () => {} },
  })
  const packet = sealedPacket('msg', ['a value', 1, null], ALICE, BOB)

  it('answers a packet of its network, or fails with an error of ours, whatever was changed in a good one', async () => {
    const change = fc.record({
      at: fc.nat({ max: packet.length }),
      cut: fc.nat({ max: 40 }),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc.constantFrom(...['|', '=', 'END', '\n', "b'"].map((word) => Buffer.from(word))),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let bytes = packet
        for (const { at, cut, put } of changes) {
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + cut)])
        }
        const answer = await settled(desk.answer(bytes, undefined, new AbortController()))
        if (Buffer.isBuffer(answer)) expect(answer.toString()).to.match(/^nodes\|(rsp|err)\|[^|\n]+\|[^|\n]*\|END\n$/)
        else expect(answer).to.equal(undefined)
      }),
      { numRuns: 300 },
    )
  })

  it('answers a command, or fails with an error of ours, whatever the command is', async () => {
    const functions = new FunctionDesk({
      name: 'bob',
      limits: streams,
      place: { budget: new SpoolBudget(1e6), maxBytes: 1e6 },
      now: () => 0,
      newId: () => 'id',
      taggedInput: false,
      find: (name) => (name === 'echo' ? (_, input) => input : undefined),
    })
    const piece = fc.constantFrom(
      ...['RAW', 'CHUNKED', 'CHUNKED_REQUEST', 'ERROR', '?', '&', '=', '~'],
      ...[
        'pt=initiator',
        'pt=part',
        'pt=end',
        'fn=echo',
        'og=a',
        'id=id',
        'ln=1',
        'in=0',
        'in=-1',
        'dt=cmF3fGhp',
        'ck=00',
        'ck=',
      ],
    )
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('&').replace('&', '?')),
      fc.string({ maxLength: 40 }),
    )
    await fc.assert(
      fc.asyncProperty(text, async (command) => {
        const request = { remote: undefined, signal: new AbortController().signal }
        const answer = await settled(functions.answer(command, request))
        if (typeof answer === 'string') expect(answer).to.match(/^(RESPONSE|CHUNKED_RESPONSE|ERROR)\?/)
        else expect(answer).to.equal(undefined)
      }),
      { numRuns: 500 },
    )
    await functions.close()
  })
})
