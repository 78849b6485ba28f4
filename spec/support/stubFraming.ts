import type { FrameWriter, Reading, Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'

/** A framing whose steps the spec gives, and which writes a message as it is, with nothing around it. */
export class StubFraming extends OpenFraming {
  readonly name = 'stub'
  override readonly announces: boolean
  readonly steps: Step[] = []
  payloadLeft = 0
  #reading: Reading = 'between'
  /** The answers that were given to offers. */
  readonly verdicts: string[] = []

  constructor(writer: FrameWriter, announces = true) {
    super({ writer, maxMessageBytes: 1_000 })
    this.announces = announces
    this.next()
  }

  protected read(): Step | undefined {
    const step = this.steps.shift()
    this.#reading = step?.do === 'offer' ? 'asked' : 'between'
    return step
  }

  override accept(): void {
    this.verdicts.push('accepted')
    this.#reading = 'between'
  }

  override refuse(): void {
    this.verdicts.push('refused')
    this.#reading = 'refused'
  }

  override get reading(): Reading {
    return this.#reading
  }

  start(): void {}
  override end(): void {}
}
