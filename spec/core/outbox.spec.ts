import { expect } from 'chai'
import * as fc from 'fast-check'
import { BY_REFERENCE_BYTES, Outbox, type Taken } from '@/core/outbox.js'
import { SLAB_BYTES, SlabPool } from '@/core/slabPool.js'
import { lcg32 } from '../support/lcg32.js'
import { ScriptedSink } from '../support/scriptedSink.js'

/** A pool that counts the slabs that are out. */
class CountedSlabs extends SlabPool {
  out = 0
  override acquire(): Buffer {
    this.out++
    return super.acquire()
  }
  override release(slab: Buffer): void {
    this.out--
    super.release(slab)
  }
}

/** Flushes, and drains as often as there is something to drain. */
const drain = (outbox: Outbox): void => {
  outbox.flush()
  while (outbox.waitingBytes > 0) outbox.drained()
}

describe('Outbox', () => {
  it('gathers small writes and offers them as one', () => {
    const sink = new ScriptedSink()
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.u32(0x01020304)
    outbox.byte(0xff)
    outbox.byte(0xee, 3)
    outbox.bytes(Buffer.from('abc'))
    outbox.bytes(Buffer.alloc(0))
    expect(sink.offers).to.deep.equal([])
    outbox.flush()
    expect(sink.offers.map((offer) => offer.toString('hex'))).to.deep.equal(['01020304ffeeeeee616263'])
    expect(outbox).to.include({ writtenBytes: 11, waitingBytes: 0, blocked: false })
  })

  it('offers nothing when nothing was written', () => {
    const sink = new ScriptedSink()
    new Outbox(new SlabPool(), sink).flush()
    expect([sink.offers, sink.corks]).to.deep.equal([[], 0])
  })

  it('offers the rest, never the whole, after the sink took only a part', () => {
    const sink = new ScriptedSink([2, 0, 1])
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('abcdef'))
    outbox.flush()
    outbox.drained()
    outbox.drained()
    outbox.drained()
    expect(sink.offers.map(String)).to.deep.equal(['abcdef', 'cdef', 'cdef', 'def'])
    expect(sink.taken.toString()).to.equal('abcdef')
  })

  it('waits for drained after a partial write: flush alone offers nothing more', () => {
    const sink = new ScriptedSink([1])
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('ab'))
    outbox.flush()
    outbox.bytes(Buffer.from('cd'))
    outbox.flush()
    expect(sink.offers).to.have.length(1)
    outbox.drained()
    expect(sink.taken.toString()).to.equal('abcd')
  })

  it('keeps the order also when a sink takes a part and says that more may follow', () => {
    const sink = new ScriptedSink([{ bytes: 3, more: true }])
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('head'))
    outbox.bytes(Buffer.alloc(BY_REFERENCE_BYTES, 0x62))
    outbox.bytes(Buffer.from('tail'))
    drain(outbox)
    expect(sink.taken.toString()).to.equal(`head${'b'.repeat(BY_REFERENCE_BYTES)}tail`)
  })

  it('keeps the order also when a sink leads back to it within an offer', () => {
    let times = 0
    class Leading extends ScriptedSink {
      override offer(bytes: Buffer): Taken {
        const taken = super.offer(bytes)
        if (times++ < 3) {
          outbox.bytes(Buffer.from(`later ${times} `))
          outbox.flush()
        }
        return taken
      }
    }
    const sink = new Leading()
    const outbox: Outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('first '))
    outbox.bytes(Buffer.alloc(BY_REFERENCE_BYTES, 0x2e))
    outbox.flush()
    expect(sink.taken.toString()).to.equal(`first ${'.'.repeat(BY_REFERENCE_BYTES)}later 1 later 2 later 3 `)
    expect(outbox.waitingBytes).to.equal(0)
  })

  it('stops offering when the sink took all but wants no more', () => {
    const sink = new ScriptedSink([{ bytes: 4, more: false }])
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('head'))
    outbox.bytes(Buffer.alloc(BY_REFERENCE_BYTES))
    outbox.flush()
    expect(outbox).to.include({ blocked: true, waitingBytes: BY_REFERENCE_BYTES })
    expect(sink.offers).to.have.length(1)
  })

  it(`copies less than ${BY_REFERENCE_BYTES} bytes at once, and passes as many by reference`, () => {
    const sink = new ScriptedSink()
    const outbox = new Outbox(new SlabPool(), sink)
    const copied = Buffer.alloc(BY_REFERENCE_BYTES - 1, 1)
    const referred = Buffer.alloc(BY_REFERENCE_BYTES, 1)
    outbox.bytes(copied)
    outbox.bytes(referred)
    copied.fill(2)
    referred.fill(2)
    outbox.flush()
    expect(sink.taken[0]).to.equal(1)
    expect(sink.taken.at(-1)).to.equal(2)
  })

  it('corks several pieces, so that they may leave in one write, and not a single one', () => {
    const sink = new ScriptedSink()
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('one'))
    outbox.flush()
    expect([sink.corks, sink.uncorks]).to.deep.equal([0, 0])
    outbox.u32(1)
    outbox.bytes(Buffer.alloc(BY_REFERENCE_BYTES))
    outbox.flush()
    expect([sink.corks, sink.uncorks]).to.deep.equal([1, 1])
  })

  it('uses a slab until its bytes have settled, and gives every slab back', () => {
    const slabs = new CountedSlabs()
    const sink = new ScriptedSink()
    const outbox = new Outbox(slabs, sink)
    for (let filled = 0; filled <= 2 * SLAB_BYTES; filled += 10_000) outbox.bytes(Buffer.alloc(10_000))
    expect(slabs.out).to.equal(3)
    outbox.flush()
    outbox.settle()
    expect([slabs.out, outbox.settledBytes]).to.deep.equal([3, 0])
    sink.pendingBytes = 50_000
    outbox.settle()
    expect(slabs.out).to.equal(2)
    sink.pendingBytes = 20_000
    outbox.settle()
    expect(slabs.out).to.equal(1)
    sink.settle()
    outbox.settle()
    expect(slabs.out).to.equal(0)
    outbox.byte(1)
    expect(slabs.out).to.equal(1)
  })

  it('takes a run of bytes longer than a slab', () => {
    const sink = new ScriptedSink()
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.byte(0xff, 2 * SLAB_BYTES + 5)
    outbox.flush()
    expect(sink.taken.equals(Buffer.alloc(2 * SLAB_BYTES + 5, 0xff))).to.equal(true)
  })

  it('after drop holds nothing and offers nothing', () => {
    const sink = new ScriptedSink([0])
    const outbox = new Outbox(new SlabPool(), sink)
    outbox.bytes(Buffer.from('lost'))
    outbox.flush()
    outbox.drop()
    outbox.flush()
    expect(outbox.waitingBytes).to.equal(0)
    expect(sink.offers).to.have.length(1)
  })

  it('brings any writes through any sink as the same bytes in the same order', () => {
    const write = fc.oneof(
      fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255), count: fc.constantFrom(1, 2, 70_000) }),
      fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffff_ffff), count: fc.constant(1) }),
      fc.record({
        kind: fc.constant('bytes' as const),
        value: fc.nat(99),
        count: fc.constantFrom(0, 1, 100, 16_383, 16_384, 60_000),
      }),
      fc.record({ kind: fc.constant('flush' as const), value: fc.nat(1), count: fc.constant(0) }),
    )
    const taking: fc.Arbitrary<number | Taken> = fc.oneof(
      fc.constantFrom(0, 1, 3, 1_000, 20_000, Number.POSITIVE_INFINITY),
      fc.record({ bytes: fc.constantFrom(1, 5, 16_384), more: fc.boolean() }),
    )
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), fc.array(taking, { maxLength: 40 }), (writes, script) => {
        const slabs = new CountedSlabs()
        const sink = new ScriptedSink(script)
        const outbox = new Outbox(slabs, sink)
        const expected: Uint8Array[] = []
        for (const { kind, value, count } of writes) {
          if (kind === 'flush') {
            if (value === 0) outbox.flush()
            else outbox.drained()
          } else if (kind === 'byte') {
            outbox.byte(value, count)
            expected.push(Buffer.alloc(count, value))
          } else if (kind === 'u32') {
            outbox.u32(value)
            expected.push(Buffer.of(value >>> 24, value >>> 16, value >>> 8, value))
          } else {
            const bytes = lcg32(value, count)
            outbox.bytes(bytes)
            expected.push(bytes)
          }
        }
        drain(outbox)
        sink.settle()
        outbox.settle()
        expect(sink.taken.equals(Buffer.concat(expected))).to.equal(true)
        expect([slabs.out, outbox.settledBytes]).to.deep.equal([0, sink.taken.length])
      }),
      { numRuns: 300, seed: 4 },
    )
  })
})
