import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { clockDifference, parseNotifyTrace, serializeNotifyTrace, type TraceEvent } from '@/protocols/lonely/index.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'

interface Recorded {
  readonly id: string
  readonly bytes?: string
  readonly sha256?: string
  readonly length?: number
  readonly record_count?: number
  readonly decoded?: {
    readonly truncated: boolean
    readonly records: readonly { readonly name: string; readonly extra: string; readonly occurred_at: number }[]
    readonly request_received_ns: string
    readonly response_sent_ns: string
  }
}

/** For a recording, whose names and extras belong together. */
const eventOf = (name: string, extra: string, occurredAt: number): TraceEvent => {
  const event: TraceEvent = JSON.parse(JSON.stringify({ name, extra: JSON.parse(extra), occurredAt }))
  return event
}

describe('the tracing of a notification', () => {
  const { vectors }: { vectors: Recorded[] } = JSON.parse(readFileSync('spec/vectors/lonely-tracing.json', 'utf8'))

  for (const { id, bytes = '', decoded } of vectors.filter(({ decoded: known }) => known !== undefined)) {
    if (decoded === undefined) throw new Error('filtered')
    const times = {
      requestReceivedNs: BigInt(decoded.request_received_ns),
      responseSentNs: BigInt(decoded.response_sent_ns),
    }

    it(`is read as the original wrote it: ${id}`, () => {
      const events = decoded.records.map(({ name, extra, occurred_at }) => ({
        name,
        extra: JSON.parse(extra) as unknown,
        occurredAt: occurred_at,
      }))
      expect(parseNotifyTrace(hex(bytes))).to.deep.equal({ truncated: decoded.truncated, events, ...times })
    })

    it(`is written as the original writes it: ${id}`, () => {
      const events = decoded.records.map(({ name, extra, occurred_at }) => eventOf(name, extra, occurred_at))
      expect(toHex(serializeNotifyTrace({ events, ...times }))).to.equal(bytes)
    })

    it(`is refused when it is cut off anywhere: ${id}`, () => {
      const whole = hex(bytes)
      for (let size = 0; size < whole.length; size++)
        expect(caught(() => parseNotifyTrace(whole.subarray(0, size))).code, String(size)).to.equal('LONELY_MALFORMED')
    })
  }

  it('leaves out what would make it too long, exactly as the original', () => {
    const truncated = vectors.find(({ id }) => id === 'truncated')
    let now = 1_700_000_000_000_000_000n
    const tick = (): number => Number((now += 1_500_000n)) / 1e9
    const events: TraceEvent[] = [
      { name: 'auth_tentatively_accepted', extra: {}, occurredAt: tick() },
      { name: 'auth_accepted', extra: {}, occurredAt: tick() },
    ]
    for (let number = 0; number < 2_000; number++) {
      const url = `http://example.test/${String(number).padStart(4, '0')}`
      events.push({ name: 'exact_subscriber_found', extra: { url }, occurredAt: tick() })
    }
    events.push({ name: 'no_more_subscribers', extra: {}, occurredAt: tick() })
    tick()
    const bytes = serializeNotifyTrace({ events, requestReceivedNs: 1_700_000_000_000_000_000n, responseSentNs: now })
    expect(bytes).to.have.lengthOf(truncated?.length ?? 0)
    expect(createHash('sha256').update(bytes).digest('hex')).to.equal(truncated?.sha256)
    const read = parseNotifyTrace(bytes)
    expect(read.truncated).to.equal(true)
    expect(read.events).to.have.lengthOf(truncated?.record_count ?? 0)
  })

  it('drops an event that alone is too long, and everything behind it', () => {
    const events: TraceEvent[] = [
      { name: 'exact_subscriber_found', extra: { url: 'x'.repeat(70_000) }, occurredAt: 1 },
      { name: 'auth_accepted', extra: {}, occurredAt: 1 },
    ]
    const bytes = serializeNotifyTrace({ events, requestReceivedNs: 1n, responseSentNs: 2n })
    expect(toHex(bytes)).to.equal('01000000000000000000010000000000000002')
  })

  it('takes every first byte but 00 for truncated, and refuses what is not JSON or goes on', () => {
    const times = '0000000000000001 0000000000000002'
    expect(parseNotifyTrace(hex(`07 0000 ${times}`)).truncated).to.equal(true)
    const broken = [
      `00 0001 0001 61 0001 7b 3ff0000000000000 ${times}`,
      `00 0001 0001 ff 0002 7b7d 3ff0000000000000 ${times}`,
      `00 0000 ${times} 00`,
    ]
    for (const bytes of broken)
      expect(caught(() => parseNotifyTrace(hex(bytes))).code, bytes).to.equal('LONELY_MALFORMED')
    const events: TraceEvent[] = [{ name: 'auth_accepted', extra: {}, occurredAt: Number.NaN }]
    const trace = { events, requestReceivedNs: 1n, responseSentNs: 2n }
    expect(caught(() => serializeNotifyTrace(trace)).code).to.equal('LONELY_UNWRITABLE')
    expect(caught(() => serializeNotifyTrace({ ...trace, events: [], responseSentNs: -1n })).code).to.equal(
      'LONELY_UNWRITABLE',
    )
  })

  it('tells how the clocks differ and how long the way took', () => {
    // sent at 100, received at 1_110 by a clock that is 1_000 ahead, answered at 1_130, back at 140
    const times = { requestReceivedNs: 1_110n, responseSentNs: 1_130n }
    expect(clockDifference(times, 100n, 140n)).to.deep.equal({ offsetNs: 1_000n, roundTripNs: 20n })
  })
})
