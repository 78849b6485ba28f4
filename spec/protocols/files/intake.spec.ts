import { expect } from 'chai'
import { type Destination, Intake } from '@/protocols/files/intake.js'

/** Takes so many writes, then fails. */
class Failing implements Destination {
  readonly log: string[] = []

  constructor(private writes: number) {}

  async write(bytes: Uint8Array): Promise<void> {
    this.log.push(`write ${bytes.length}`)
    if (this.writes-- === 0) throw new Error('no space')
  }

  async commit(): Promise<void> {
    this.log.push('commit')
  }

  async discard(): Promise<void> {
    this.log.push('discard')
  }
}

describe('the intake of a file', () => {
  it('counts what was offered and what has come, each for itself', async () => {
    const intake = new Intake(new Failing(9), 5)
    expect([intake.offer(2), intake.open, intake.wants]).to.deep.equal([true, true, true])
    expect([intake.offer(3), intake.open, intake.wants]).to.deep.equal([true, false, true])
    await intake.take(Buffer.alloc(2))
    await intake.take(Buffer.alloc(3))
    expect([intake.takenBytes, intake.wants, intake.failure]).to.deep.equal([5, false, undefined])
  })

  it('after a failed write throws the file away once, keeps counting, and says no to further chunks', async () => {
    const file = new Failing(1)
    const intake = new Intake(file, 6)
    for (let chunk = 0; chunk < 2; chunk++) intake.offer(2)
    for (let chunk = 0; chunk < 2; chunk++) await intake.take(Buffer.alloc(2))
    expect(intake.failure).to.be.an('error').with.property('message', 'no space')
    expect(intake.offer(2)).to.equal(false)
    await intake.take(Buffer.alloc(2))
    expect(intake.wants).to.equal(false)
    expect(file.log).to.deep.equal(['write 2', 'write 2', 'discard'])
  })
})
