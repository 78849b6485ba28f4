import { expect } from 'chai'
import * as fc from 'fast-check'
import { Assembly } from '@/bytes/assembly.js'
import { cutInto } from '../support/chunkings.js'
import { hex } from '../support/hex.js'
import { lcg32 } from '../support/lcg32.js'

const KIB = 1024

describe('Assembly', () => {
  it('puts the parts together in order', () => {
    const assembly = new Assembly(5, hex('6162'))
    assembly.add(hex('63'))
    assembly.add(hex(''))
    assembly.add(hex('6465'))
    expect(assembly.take()).to.deep.equal(hex('6162636465'))
  })

  it('holds no more than a small message has', () => {
    expect(new Assembly(10, hex('61')).heldBytes).to.equal(10)
  })

  it('holds one byte of a message of 1 GiB of which one byte is here', () => {
    const assembly = new Assembly(1024 ** 3, hex('61'))
    expect([assembly.heldBytes, assembly.size]).to.deep.equal([1, 1024 ** 3])
  })

  it('holds 64 KiB, and no longer each part, once a message of 1 GiB has come in 16 bytes', () => {
    const assembly = new Assembly(1024 ** 3, hex('61'))
    const parts = Array.from({ length: 15 }, (_, index) => Buffer.of(index))
    for (const part of parts) assembly.add(part)
    expect(assembly.heldBytes).to.equal(64 * KIB)
  })

  it('copies each byte of 1 MiB once when it comes in parts of 64 KiB, the first one cut short', () => {
    const message = Buffer.from(lcg32(2, 1024 * KIB))
    const [first = message, ...others] = cutInto(message, [10_000, ...Array<number>(15).fill(64 * KIB)])
    const assembly = new Assembly(message.length, first)
    const held = others.map((part) => {
      assembly.add(part)
      return assembly.heldBytes
    })
    expect(new Set(held)).to.deep.equal(new Set([message.length]))
    expect(assembly.take().equals(message)).to.equal(true)
  })

  it('never holds more than 64 KiB or 16 times what is here', () => {
    const assembly = new Assembly(1024 ** 3, hex('61'))
    const part = Buffer.alloc(10_000)
    for (let have = 1; have < 1_000_000; have += part.length) {
      assembly.add(part)
      expect(assembly.heldBytes).to.be.at.most(Math.max(64 * KIB, 16 * (have + part.length)))
    }
  })

  it('gives memory for what comes next, and takes what was put there without copying it', () => {
    const assembly = new Assembly(6, hex('6162'))
    const rest = assembly.rest()
    rest.set(hex('63646566'))
    assembly.add(rest.subarray(0, 1))
    rest.set(hex('00'))
    expect(assembly.rest().equals(hex('646566'))).to.equal(true)
    assembly.add(rest.subarray(1))
    expect(assembly.take()).to.deep.equal(hex('616200646566'))
  })

  it('copies what was put elsewhere, also within that memory', () => {
    const assembly = new Assembly(6, hex('6162'))
    const rest = assembly.rest()
    rest.set(hex('00636465'))
    assembly.add(rest.subarray(1))
    assembly.add(hex('66'))
    expect(assembly.take()).to.deep.equal(hex('616263646566'))
  })

  it('gives memory as far as it may be held, never none before the message is whole', () => {
    const message = Buffer.from(lcg32(3, 2_000_000))
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 80_000 }), fc.integer({ min: 20_000, max: 500_000 }), (first, most) => {
        const assembly = new Assembly(message.length, message.subarray(0, first))
        for (let have = first; have < message.length; ) {
          const rest = assembly.rest()
          expect(rest.length).to.be.above(0)
          expect(assembly.heldBytes).to.be.at.most(Math.max(64 * KIB, 16 * have))
          const count = message.copy(rest, 0, have, Math.min(have + most, have + rest.length))
          assembly.add(rest.subarray(0, count))
          have += count
        }
        expect(assembly.take().equals(message)).to.equal(true)
      }),
      { numRuns: 30 },
    )
  })

  it('has the size of the message in the end, and the same bytes, however it came', () => {
    const message = Buffer.from(lcg32(1, 300_000))
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 100_000 }), { maxLength: 8 }), (sizes) => {
        const [first = Buffer.alloc(0), ...others] = cutInto(message, sizes)
        const assembly = new Assembly(message.length, first)
        for (const part of others) assembly.add(part)
        expect(assembly.take().equals(message)).to.equal(true)
        expect(assembly.heldBytes).to.be.at.least(message.length)
      }),
      { numRuns: 30 },
    )
  })
})
