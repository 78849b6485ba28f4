import { expect } from 'chai'
import { reportLimits } from '@/core/limitsReport.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { settingsOf } from '@/core/options.js'
import { PlainClient, PlainServer } from '../support/pair.js'
import { Bare } from '../support/witness.js'

const MIB = 1_048_576

describe('describeLimits', () => {
  it('says what one connection and all together can hold at worst, as numbers and as text', () => {
    const settings = settingsOf({ maxMessageBytes: MIB, maxInboxBytes: MIB, maxOutboxBytes: 2 * MIB })
    const report = reportLimits(settings, new MemoryBudget(100 * MIB, 500), 10)
    const chunks = 258_048
    expect(report).to.include({
      connections: 10,
      inboundBytesPerConnection: 7 * MIB + chunks,
      outboundBytesPerConnection: 2.5 * MIB + 65_536,
      inboundBytes: 10 * (7 * MIB + chunks) + 10 * chunks,
    })
    expect(String(report).split('\n')).to.deep.equal([
      'connections                     10',
      'inbound, one connection         7.2 MiB',
      'inbound, all together           74.9 MiB (budget 100.0 MiB, 500 messages)',
      'outbound, one connection        2.6 MiB',
    ])
  })

  it('is bounded by the budget, however many connections there are', () => {
    const report = reportLimits(settingsOf({}), new MemoryBudget(10 * MIB, 500), 1_000)
    expect(report.inboundBytes).to.equal(10 * MIB + 1_000 * 258_048)
    expect(report.inboundBytesPerConnection).to.equal(10 * MIB + 258_048)
  })

  it('of a server counts its connectionLimit, of a client its connections, at least one', () => {
    const server = new PlainServer({ handler: Bare, connectionLimit: 7 })
    expect(server.describeLimits().connections).to.equal(7)
    expect(new PlainClient({ handler: Bare }).describeLimits().connections).to.equal(1)
  })
})
