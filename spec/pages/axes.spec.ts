import { expect } from 'chai'
import { array, assert, boolean, constantFrom, double, integer, pre, property } from 'fast-check'
import { quantity, tickLabel } from '@/pages/quantity.js'
import { type Axis, axisTitle, drawable, scaleOf, shownOn } from '@/pages/scale.js'
import { evenTicks, powerTicks } from '@/pages/ticks.js'
import { thinned } from '@/pages/thinned.js'

describe('a quantity', () => {
  for (const [value, unit, text] of [
    [0, 'B', '0 B'],
    [1_023, 'B', '1,023 B'],
    [1_024, 'B', '1 KiB'],
    [16_777_216, 'B', '16 MiB'],
    [-1_536, 'B', '−1.5 KiB'],
    [0, 'ms', '0 ms'],
    [0.000_25, 'ms', '250 ns'],
    [0.012_34, 'ms', '12.3 µs'],
    [59_500, 'ms', '59.5 s'],
    [4_211_000, 'messages/s', '4.21 M messages/s'],
    [9_999, 'messages/s', '9,999 messages/s'],
    [2_412.7, 'MB/s', '2,413 MB/s'],
    [0.941_7, '', '0.942'],
    [4_811, 'B a connection', '4.7 KiB a connection'],
    [0.42, 'ms a request', '420 µs a request'],
    [Number.NaN, 'B', 'n/a'],
    [Number.POSITIVE_INFINITY, '', '∞'],
  ] as const)
    it(`of ${value} in ${unit === '' ? 'no unit' : unit} reads ${text}`, () => {
      expect(quantity(value, unit)).to.equal(text)
    })

  it('is shorter at an axis that says its unit', () => {
    expect([tickLabel(5_000, 'messages/s'), tickLabel(65_536, 'B')]).to.deep.equal(['5 k', '64 KiB'])
  })
})

describe('ticks', () => {
  it('are round, evenly apart, and reach around all values', () => {
    expect(evenTicks(0, 9.3, 5)).to.deep.equal([0, 2, 4, 6, 8, 10])
    expect(evenTicks(-0.13, 0.21, 4)).to.deep.equal([-0.2, -0.1, 0, 0.1, 0.2, 0.3])
    expect(evenTicks(0, 90_000_000, 4, true)).to.deep.equal([0, 33_554_432, 67_108_864, 100_663_296])
  })

  it('of powers leave some out where there are many, and add doubles and fives where there are few', () => {
    expect(powerTicks(3, 2e6, 4, 10)).to.deep.equal([1, 100, 10_000, 1_000_000, 100_000_000])
    expect(powerTicks(1.5, 4, 5, 10)).to.deep.equal([1, 2, 5])
    expect(powerTicks(1, 65_536, 4, 2)).to.deep.equal([1, 16, 256, 4_096, 65_536])
  })

  it('are few, and reach around the values, whatever these are', () => {
    const number = double({ min: -1e149, max: 1e149, noNaN: true })
    assert(
      property(number, number, integer({ min: 1, max: 12 }), boolean(), (a, b, about, binary) => {
        pre(a !== b)
        const ticks = evenTicks(Math.min(a, b), Math.max(a, b), about, binary)
        expect(ticks.length).to.be.within(1, 41)
      }),
    )
    const positive = double({ min: 1e-149, max: 1e149, noNaN: true })
    assert(
      property(positive, positive, integer({ min: 1, max: 12 }), constantFrom<2 | 10>(2, 10), (a, b, about, base) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const ticks = powerTicks(from, to, about, base)
        expect(ticks.length).to.be.within(1, 40)
        expect(ticks[0]).to.be.at.most(from * (1 + 1e-6))
        expect(ticks.at(-1)).to.be.at.least(to * (1 - 1e-6))
      }),
    )
  })
})

describe('a scale', () => {
  const LINEAR: Axis = { title: 'delay', unit: 'ms' }
  const LOG: Axis = { title: 'size', unit: 'B', scale: 'log' }
  const PERCENTILE: Axis = { title: 'percentile', scale: 'percentile' }

  it('has room for every value that it shows', () => {
    const values = array(double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1, maxLength: 20 })
    assert(
      property(values, constantFrom<Axis>(LINEAR, LOG, { ...LINEAR, fromZero: true }), (all, axis) => {
        const { place } = scaleOf(axis, all, 5)
        for (const value of all) expect(place(value)).to.be.within(-1e-6, 1 + 1e-6)
      }),
    )
  })

  it('of powers gives 0 a place of its own before the rest, and none to what is below', () => {
    const { place, ticks } = scaleOf(LOG, [0, 16, 4_096], 4)
    expect([place(0), place(4_096), ticks[0]]).to.deep.equal([0, 1, 0])
    expect(place(16)).to.be.within(0.1, 0.4)
    expect(drawable(-1, LOG)).to.equal(false)
  })

  it('of percentiles gives each nine the same room', () => {
    const { place, ticks } = scaleOf(PERCENTILE, [50, 99.95, 100], 5)
    expect(ticks).to.deep.equal([0, 50, 90, 99, 99.9, 99.99, 99.999])
    expect(place(90)).to.be.closeTo(0.2, 1e-9)
    expect(place(99.9)).to.be.closeTo(0.6, 1e-9)
    expect(place(100)).to.equal(1)
    expect(shownOn(PERCENTILE, 99.999)).to.equal('99.999 %')
  })

  it('of percentiles has all its nines for what is beyond the last of them, also when 100 is shown', () => {
    for (const values of [[99.999999], [99.999999, 100]])
      expect(scaleOf(PERCENTILE, values, 5).ticks.at(-1)).to.equal(99.99999)
  })

  it('can be made from nothing, from one value, and from values that are no numbers', () => {
    for (const axis of [LINEAR, LOG, PERCENTILE, { ...LINEAR, fromZero: true }])
      for (const values of [
        [],
        [7],
        [0],
        [-3],
        [5e-324, 0],
        [1e15, 1e15 + 0.125],
        [Number.NaN, Number.POSITIVE_INFINITY, 1e300],
      ]) {
        const { place, ticks } = scaleOf(axis, values, 5)
        expect(ticks.length, JSON.stringify([axis, values])).to.be.at.least(2)
        for (const value of values.filter((one) => drawable(one, axis)))
          expect(place(value)).to.be.within(-1e-6, 1 + 1e-6)
      }
  })

  it('is named with its unit where the ticks do not say it, and says that it is one of powers', () => {
    expect(axisTitle(LINEAR)).to.equal('delay')
    expect(axisTitle({ title: 'rate', unit: 'messages/s', scale: 'log' })).to.equal('rate (messages/s, log scale)')
  })
})

describe('points that are thinned', () => {
  it('keep the first, the last, the lowest and the highest', () => {
    const points = Array.from({ length: 10_000 }, (_, x) => ({
      x,
      y: x === 5_001 ? -9 : x === 7_777 ? 99 : Math.sin(x),
    }))
    const kept = thinned(points, 200)
    expect(kept.length).to.be.at.most(200)
    for (const x of [0, 5_001, 7_777, 9_999]) expect(kept).to.include(points[x])
    expect(kept.map(({ x }) => x)).to.deep.equal(kept.map(({ x }) => x).toSorted((a, b) => a - b))
  })

  it('keep the lowest and the highest of a stretch that begins with a gap, too', () => {
    const points = Array.from({ length: 400 }, (_, x) => ({
      x,
      y: x % 40 === 0 ? Number.NaN : x === 57 ? -9 : x === 66 ? 9 : 0,
    }))
    const kept = thinned(points, 40)
    for (const x of [57, 66]) expect(kept).to.include(points[x])
  })
})
