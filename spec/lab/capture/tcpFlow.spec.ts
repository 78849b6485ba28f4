import { expect } from 'chai'
import { ipBytes } from '@/lab/capture/ipBytes.js'
import { TcpFlow } from '@/lab/capture/tcpFlow.js'
import { ipPacket, TCP } from '@/lab/capture/tcpSegment.js'
import { hex, toHex } from '../../support/hex.js'

const V4 = { opener: { host: '10.0.0.1', port: 50_000 }, acceptor: { host: '10.0.0.2', port: 80 } }
const NOTHING = Buffer.alloc(0)

/** The ones' complement sum over all of these, which is ffff where the checksum among them is right. */
const sumOf = (bytes: Buffer): number => {
  const even = bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])
  let sum = 0
  for (let at = 0; at < even.length; at += 2) {
    sum += even.readUInt16BE(at)
    if (sum > 0xffff) sum -= 0xffff
  }
  return sum
}

describe('ipPacket', () => {
  it('makes the packet that the RFCs ask for', () => {
    const { opener: from, acceptor: to } = V4
    const words = { sequence: 1_000, acknowledged: 5_001, flags: TCP.psh | TCP.ack, window: 65_535, options: NOTHING }
    const packet = ipPacket({ from, to, ...words, payload: Buffer.from('hi!') })
    expect(toHex(packet.subarray(0, 10))).to.equal(toHex(hex('4500 002b 0000 4000 4006')))
    expect(toHex(packet.subarray(12, 36))).to.equal(
      toHex(hex('0a000001 0a000002 c350 0050 000003e8 00001389 5018 ffff')),
    )
    expect(packet.subarray(40).toString()).to.equal('hi!')
    expect(sumOf(packet.subarray(0, 20))).to.equal(0xffff)
    const pseudo = Buffer.concat([packet.subarray(12, 20), hex('0006'), hex('0017')])
    expect(sumOf(Buffer.concat([pseudo, packet.subarray(20)]))).to.equal(0xffff)
  })

  it('makes an IPv6 one for IPv6 addresses', () => {
    const from = { host: 'fe80::1', port: 1 }
    const to = { host: '2001:db8::2:3', port: 2 }
    const packet = ipPacket({
      from,
      to,
      sequence: 0,
      acknowledged: 0,
      flags: TCP.syn,
      window: 0,
      options: NOTHING,
      payload: NOTHING,
    })
    expect(toHex(packet.subarray(0, 40))).to.equal(
      toHex(hex('60000000 0014 06 40 fe80000000000000 0000000000000001 20010db800000000 0000000000020003')),
    )
    const pseudo = Buffer.concat([packet.subarray(8, 40), hex('00000014 00000006')])
    expect(sumOf(Buffer.concat([pseudo, packet.subarray(40)]))).to.equal(0xffff)
  })
})

describe('ipBytes', () => {
  for (const [host, digits] of [
    ['127.0.0.1', '7f000001'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fe80::', 'fe800000000000000000000000000000'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
  ] as const) {
    it(`has ${host} as ${digits}`, () => {
      expect(toHex(ipBytes(host))).to.equal(digits)
    })
  }
})

describe('a flow', () => {
  /** `FLAGS SEQUENCE/ACKNOWLEDGED PAYLOAD-LENGTH comment` of each packet; the opener's begin with >. */
  const drawn = (act: (flow: TcpFlow) => void): string[] => {
    const lines: string[] = []
    const flow = new TcpFlow((_atMs, packet, comment) => {
      const tcp = packet.subarray(20)
      const flags = Object.entries(TCP).flatMap(([name, bit]) => (((tcp[13] ?? 0) & bit) === 0 ? [] : [name]))
      const head = ((tcp[12] ?? 0) >> 4) * 4
      const arrow = tcp.readUInt16BE(0) === 50_000 ? '>' : '<'
      const numbers = `${tcp.readUInt32BE(4)}/${tcp.readUInt32BE(8)}`
      lines.push(`${arrow} ${flags.join(' ')} ${numbers} ${tcp.length - head} ${comment}`.trim())
    }, V4)
    act(flow)
    return lines
  }

  it('has a handshake, data with the right numbers, and ends', () => {
    const lines = drawn((flow) => {
      flow.open(0, 'begins')
      flow.say('opener', 1, hex('ff00'), 'a')
      flow.say('acceptor', 2, hex('ff'), 'b')
      flow.remark('acceptor', 2, 'c')
      flow.end('opener', 3, 'd')
      flow.say('opener', 3, hex('00'), 'never')
      flow.say('acceptor', 4, hex('00'), 'e')
      flow.end('acceptor', 5, '')
      flow.end('acceptor', 5, 'never')
    })
    expect(lines).to.deep.equal([
      '> syn 1000/0 0 begins',
      '< syn ack 5000/1001 0',
      '> ack 1001/5001 0',
      '> psh ack 1001/5001 2 a',
      '< psh ack 5001/1003 1 b',
      '< ack 5002/1003 0 c',
      '> fin ack 1003/5002 0 d',
      '< ack 5002/1004 0',
      '< psh ack 5002/1004 1 e',
      '< fin ack 5003/1004 0',
      '> ack 1004/5004 0',
    ])
  })

  it('cuts what does not fit into a packet, and acknowledges what is said without an answer', () => {
    const lines = drawn((flow) => flow.say('opener', 0, Buffer.alloc(300_000), 'large'))
    expect(lines).to.deep.equal([
      '> psh ack 1000/5000 65400 large',
      '> psh ack 66400/5000 65400',
      '> psh ack 131800/5000 65400',
      '> psh ack 197200/5000 65400',
      '> psh ack 262600/5000 38400',
      '< ack 5000/301000 0',
    ])
  })

  it('writes nothing behind a reset', () => {
    const lines = drawn((flow) => {
      flow.reset('acceptor', 0, 'gone')
      flow.say('opener', 0, hex('00'), '')
      flow.remark('opener', 0, '')
      flow.reset('opener', 0, '')
      flow.end('opener', 0, '')
      expect(flow.over).to.equal(true)
    })
    expect(lines).to.deep.equal(['< rst ack 5000/1000 0 gone'])
  })
})
