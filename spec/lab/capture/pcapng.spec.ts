import { expect } from 'chai'
import { pcapngPacket, pcapngStart } from '@/lab/capture/pcapng.js'
import { hex, toHex } from '../../support/hex.js'

describe('a pcapng file', () => {
  it('begins with a section header and one interface of raw IP with nanoseconds', () => {
    const section = '0a0d0d0a 28000000 4d3c2b1a 0100 0000 ffffffffffffffff 0400 0200 6677 0000 0000 0000 28000000'
    const description = '01000000 28000000 6500 0000 00000000 0200 0200 6677 0000 0900 0100 09000000 0000 0000 28000000'
    expect(toHex(pcapngStart('fw'))).to.equal(toHex(hex(section + description)))
  })

  it('has for each packet its time in two halves, its length twice, itself, and the comment', () => {
    const packet = pcapngPacket(0x1_0000_0002n, hex('4500aa'), 'hi!!')
    expect(toHex(packet)).to.equal(
      toHex(
        hex(
          '06000000 30000000 00000000 01000000 02000000 03000000 03000000 4500aa00 0100 0400 68692121 0000 0000 30000000',
        ),
      ),
    )
  })

  it('has no options where there is no comment', () => {
    expect(toHex(pcapngPacket(0n, hex('45'), ''))).to.equal(
      toHex(hex('06000000 24000000 00000000 00000000 00000000 01000000 01000000 45000000 24000000')),
    )
  })

  it('cuts a comment that is too long between two characters', () => {
    const packet = pcapngPacket(0n, hex(''), 'é'.repeat(40_000))
    expect(packet.readUInt16LE(30)).to.equal(65_534)
    expect(packet.subarray(32, 32 + 65_534).toString()).to.equal('é'.repeat(32_767))
  })
})
