import { expect } from 'chai'
import { Deadlines, type Watched } from '@/core/deadlines.js'
import { type ConnectionOptions, settingsOf } from '@/core/options.js'
import { HandshakeFraming } from '@/framings/handshake.js'
import { hex } from '../support/hex.js'
import { Recorder } from '../support/recorder.js'

const QUIET: Watched = {
  opening: false,
  heard: false,
  blocked: false,
  working: false,
  seenMessages: 0,
  expectedBytes: 0,
  answeredMessages: 0,
}

/** Deadlines over a real framing that has opened, looked at each 100 ms. */
class Bench {
  readonly framing: HandshakeFraming
  readonly deadlines: Deadlines
  nowMs = 0
  seen: Watched

  constructor(options: ConnectionOptions, opened = true) {
    const context = { role: 'acceptor', writer: new Recorder(), maxMessageBytes: 1_000, windowBytes: 0 } as const
    this.framing = new HandshakeFraming(context)
    const none = { openingTimeoutMs: 0, messageTimeoutMs: 0, answerTimeoutMs: 0, idleTimeoutMs: 0 }
    this.deadlines = new Deadlines(settingsOf({ ...none, ...options }), this.framing, 0)
    this.seen = { ...QUIET, opening: !opened }
    if (opened) this.arrives('ff')
  }

  arrives(digits: string): this {
    this.framing.acceptUpTo = 2 ** 32
    this.framing.push(hex(digits))
    while (this.framing.next() !== undefined);
    return this
  }

  announces(size: number): this {
    this.framing.start(size)
    return this
  }

  /** Looks each 100 ms. @returns the code and the time of what ran out, or undefined */
  pass(ms: number, seen: Partial<Watched> = {}): string | undefined {
    for (const until = this.nowMs + ms; this.nowMs < until; ) {
      this.nowMs += 100
      const late = this.deadlines.check(this.nowMs, { ...this.seen, ...seen })
      if (late !== undefined) return `${late.code} ${this.nowMs}`
    }
    return undefined
  }
}

describe('Deadlines', () => {
  it('give the opening openingTimeoutMs, whatever is heard', () => {
    expect(new Bench({ openingTimeoutMs: 1_000 }, false).pass(5_000, { heard: true })).to.equal('OPENING_TIMEOUT 1000')
    expect(new Bench({}, false).pass(50_000)).to.equal(undefined)
  })

  it('give a started message messageTimeoutMs and what the slowest pace adds', () => {
    const bench = new Bench({ messageTimeoutMs: 1_000, slowestBytesPerSecond: 100 }).arrives('000000c8 61')
    expect(bench.pass(900, { expectedBytes: 200, heard: true })).to.equal(undefined)
    expect(bench.pass(5_000, { expectedBytes: 200, heard: true })).to.equal('MESSAGE_TIMEOUT 3100')
  })

  it('give a started length the same time', () => {
    expect(new Bench({ messageTimeoutMs: 1_000 }).arrives('0000').pass(5_000)).to.equal('MESSAGE_TIMEOUT 1100')
  })

  it('begin anew with each message, so that a long row of them is no delay', () => {
    const bench = new Bench({ messageTimeoutMs: 1_000 }).arrives('00000002 61')
    for (let message = 1; message < 20; message++) {
      expect(bench.pass(900, { seenMessages: message })).to.equal(undefined)
      bench.arrives('62 00000002 61')
    }
  })

  it('do not count the time in which reading is blocked', () => {
    const bench = new Bench({ messageTimeoutMs: 1_000, answerTimeoutMs: 1_000 }).announces(5).arrives('00000002 61')
    expect(bench.pass(50_000, { blocked: true })).to.equal(undefined)
    expect(bench.pass(900)).to.equal(undefined)
    expect(bench.pass(500)).to.match(/COLLISION 5\d{4}/)
  })

  it('give an announced length answerTimeoutMs', () => {
    expect(new Bench({ answerTimeoutMs: 1_000 }).announces(5).pass(5_000, { heard: true })).to.equal(
      'ANSWER_TIMEOUT 1100',
    )
  })

  it('begin anew with each answer', () => {
    const bench = new Bench({ answerTimeoutMs: 1_000 }).announces(5)
    for (let answers = 1; answers < 20; answers++)
      expect(bench.pass(900, { answeredMessages: answers })).to.equal(undefined)
  })

  it('do not count the time in which an answer may be hidden behind a message that is arriving', () => {
    const bench = new Bench({ answerTimeoutMs: 1_000 }).announces(5).arrives('000000ff 61')
    expect(bench.pass(20_000, { heard: true })).to.equal(undefined)
  })

  it('call it a COLLISION when both ends spoke at once', () => {
    const bench = new Bench({ answerTimeoutMs: 1_000 }).announces(5).arrives('00000001 61')
    expect(bench.pass(5_000)).to.equal('COLLISION 1100')
  })

  it('take a lone 00 for a refusal after a second, and not when more follows', () => {
    expect(new Bench({}).announces(5).arrives('00').pass(5_000)).to.equal('MESSAGE_REFUSED 1100')
    const bench = new Bench({}).announces(5).arrives('00')
    expect(bench.pass(900)).to.equal(undefined)
    bench.arrives('0000')
    expect(bench.pass(50_000)).to.equal(undefined)
  })

  it('give silence idleTimeoutMs since something was last heard', () => {
    const bench = new Bench({ idleTimeoutMs: 1_000 })
    expect(bench.pass(900)).to.equal(undefined)
    expect(bench.pass(100, { heard: true })).to.equal(undefined)
    expect(bench.pass(5_000)).to.equal('IDLE_TIMEOUT 2000')
  })

  it('do not call it silence while a hook of ours works for the other end', () => {
    const bench = new Bench({ idleTimeoutMs: 1_000 })
    expect(bench.pass(50_000, { working: true })).to.equal(undefined)
    expect(bench.pass(5_000)).to.equal('IDLE_TIMEOUT 51000')
  })
})
