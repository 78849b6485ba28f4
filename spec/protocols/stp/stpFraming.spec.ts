import { expect } from 'chai'
import type { Role, Step } from '@/framings/framing.js'
import { StpFraming } from '@/protocols/stp/index.js'
import { caught } from '../../support/caught.js'
import { chunkings } from '../../support/chunkings.js'
import { hex } from '../../support/hex.js'
import { Recorder } from '../../support/recorder.js'

/** Header `{}`, body `{"msg":1}`. */
const PACKET = hex('0002 00000009 7b7d 7b226d7367223a317d')

const opened = (role: Role = 'acceptor', maxMessageBytes = 4_096_000): StpFraming => {
  const framing = new StpFraming({ role, writer: new Recorder(), maxMessageBytes })
  expect(framing.reading).to.equal('opening')
  expect(framing.next()).to.deep.equal({ do: 'opened' })
  framing.acceptUpTo = 1_000
  return framing
}
const steps = (framing: StpFraming): Step[] => {
  const all: Step[] = []
  for (let step = framing.next(); step !== undefined; step = framing.next()) all.push(step)
  return all
}
const bytesIn = (all: readonly Step[]): string =>
  Buffer.concat(
    all.map((step) => (step.do === 'deliver' ? step.message : step.do === 'piece' ? step.bytes : Buffer.alloc(0))),
  ).toString('hex')

describe('the STP framing at the listening end', () => {
  for (const [how, chunks] of chunkings(PACKET)) {
    it(`reads the one packet, sizes included, when its bytes come ${how}`, () => {
      const framing = opened()
      const all = chunks.flatMap((chunk) => {
        framing.push(chunk)
        return steps(framing)
      })
      expect(bytesIn(all)).to.equal(PACKET.toString('hex'))
      const last = all.at(-1)
      expect(last?.do === 'deliver' || (last?.do === 'piece' && last.left === 0)).to.equal(true)
      expect(framing.reading).to.equal('between')
      framing.end()
    })
  }

  it('reads the largest packet and announces it, and refuses one byte more at its sizes', () => {
    const largest = opened()
    largest.push(hex('0000 003e7ffa'))
    expect(steps(largest)).to.deep.equal([{ do: 'offer', size: 4_096_000 }])
    const larger = opened()
    larger.push(hex('0000 003e7ffb'))
    const error = caught(() => larger.next())
    expect(error).to.include({ code: 'MESSAGE_TOO_LARGE' })
    expect(error.detail).to.deep.equal({ size: 4_096_001, limit: 4_096_000 })
    const small = opened('acceptor', 16)
    small.push(PACKET)
    expect(caught(() => small.next()).detail).to.deep.equal({ size: 17, limit: 16 })
  })

  it('goes on after consent and reads nothing after a refusal', () => {
    for (const accepted of [true, false]) {
      const framing = opened()
      framing.acceptUpTo = 1
      framing.push(PACKET)
      expect(steps(framing)).to.deep.equal([{ do: 'offer', size: 17 }])
      expect(framing.reading).to.equal('asked')
      if (accepted) framing.accept()
      else framing.refuse()
      expect(bytesIn(steps(framing))).to.equal(accepted ? PACKET.toString('hex') : '')
      expect(framing.reading).to.equal(accepted ? 'between' : 'refused')
      framing.push(Buffer.from('more'))
      if (accepted) expect(caught(() => framing.next()).code).to.equal('FRAME_MALFORMED')
      else expect(framing.next()).to.equal(undefined)
      framing.end()
    }
  })

  it('delivers nothing when something stands behind the packet, and reads no second one', () => {
    const spoiled = opened()
    spoiled.push(Buffer.concat([PACKET, Buffer.from('z')]))
    expect(caught(() => steps(spoiled))).to.include({ code: 'FRAME_MALFORMED', fault: 'remote' })
    const second = opened()
    second.push(PACKET)
    expect(steps(second)).to.have.lengthOf(1)
    second.push(PACKET)
    expect(caught(() => second.next()).detail).to.include({ bytes: 17 })
  })

  it('complains of an end before the packet is whole, with what there is and what is missing', () => {
    for (const have of [0, 5, 6, 16]) {
      const framing = opened()
      framing.push(PACKET.subarray(0, have))
      steps(framing)
      expect(framing.reading).to.equal(have === 0 ? 'between' : 'inside')
      const error = caught(() => framing.end())
      expect(error.code).to.equal('FRAME_TRUNCATED')
      expect(error.detail).to.deep.equal({ have, need: have < 6 ? 6 : 17 })
    }
  })

  it('says nothing', () => {
    expect(opened().objection(17, PACKET)).to.include({ problem: 'the listening end answers nothing' })
  })
})

describe('the STP framing at the end that connects', () => {
  it('writes a packet as it is, and objects to one whose sizes are wrong and to a stream', () => {
    const framing = opened('opener')
    expect(framing.canStart(17)).to.equal(true)
    expect(framing.objection(17, PACKET)).to.equal(undefined)
    expect(framing.objection(16, PACKET.subarray(0, 16))).to.include({ size: 16, says: 17 })
    expect(framing.objection(2, PACKET.subarray(0, 2))).to.include({ says: 0 })
    expect(framing.objection(17, undefined)).to.have.property('problem')
  })

  it('takes one piece of content, of at most 1024 bytes, and an end with or without it', () => {
    const framing = opened('opener')
    framing.end()
    framing.push(Buffer.alloc(2_000, 1))
    expect(bytesIn(steps(framing))).to.have.lengthOf(2_048)
    framing.push(Buffer.from('more'))
    expect(steps(framing)).to.deep.equal([])
    expect(framing.waiting).to.equal(0)
    framing.end()
  })
})
