import { expect } from 'chai'
import * as fc from 'fast-check'
import { type Detail, TransportError } from '@/errors.js'
import type { Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { itKeepsTheFramingContract } from '../contracts/framing.js'
import { hex } from '../support/hex.js'
import { Recorder } from '../support/recorder.js'

/** A framing as somebody else would write it: a byte with the size, then the payload. */
class ByteFraming extends OpenFraming {
  readonly name = 'byte'
  readonly announces = false

  protected read(): Step | undefined {
    const size = this.input.peek()
    if (size === undefined) return undefined
    if (size > this.maxMessageBytes) throw new TransportError('MESSAGE_TOO_LARGE', { size })
    const frame = this.input.take(1 + size)
    if (frame !== undefined) return { do: 'deliver', message: frame.subarray(1) }
    return undefined
  }

  start(size: number): void {
    this.writer.byte(size)
  }

  override objection(size: number): Detail | undefined {
    return size > 255 ? { size } : undefined
  }
}

/** The least that a framing can be. */
class NoFraming extends OpenFraming {
  readonly name = 'none'
  readonly announces = false

  protected read(): Step | undefined {
    const message = this.input.takeSome(8)
    return message === undefined ? undefined : { do: 'deliver', message }
  }
  start(): void {}
}

describe('OpenFraming', () => {
  describe('extended', () => {
    itKeepsTheFramingContract({
      create: (writer, maxMessageBytes) => new ByteFraming({ writer, maxMessageBytes }),
      opening: '',
      frames: [
        ['6869', '02 6869'],
        ['', '00'],
        ['00ff', '02 00ff'],
      ],
      anyMessage: fc.uint8Array({ maxLength: 255 }),
      three: '03 616263',
      four: '04 61626364',
    })
  })

  it('has no opening, no answers and no objections of its own', () => {
    const recorder = new Recorder()
    const framing = new NoFraming({ writer: recorder, maxMessageBytes: 8 })
    framing.open()
    framing.turnAway()
    framing.accept()
    framing.refuse()
    framing.finish()
    expect(recorder.taken()).to.equal('')
    expect(framing).to.include({
      answered: false,
      pipelined: true,
      payloadAllowed: true,
      holding: false,
      unanswered: 0,
    })
    expect(framing.objection(1_000, hex('61'))).to.equal(undefined)
    expect(framing.collided).to.equal(false)
  })
})
