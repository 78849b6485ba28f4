import { expect } from 'chai'
import type { Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { codeOf } from '../support/codeOf.js'
import { connectedPair } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { Witness } from '../support/witness.js'

/** What a member of a framing of somebody's own does not know how to deal with. */
const UNKNOWN = 7

/** Bytes as they come, by a framing one of whose members throws at messages of a certain size. */
class Faulty extends OpenFraming {
  readonly name = 'faulty'
  readonly announces = false
  faultyMember: 'objection' | 'start' | 'finish' = 'objection'
  #size = 0

  protected read(): Step | undefined {
    const message = this.input.takeSome(1_000)
    return message === undefined ? undefined : { do: 'deliver', message }
  }

  override objection(size: number): undefined {
    this.#throwAt('objection', size)
  }

  start(size: number): void {
    this.#size = size
    this.#throwAt('start', size)
  }

  override finish(): void {
    this.#throwAt('finish', this.#size)
  }

  #throwAt(member: string, size: number): void {
    if (member === this.faultyMember && size === UNKNOWN) throw new RangeError(`${member} cannot count to ${size}`)
  }
}

const pairOf = (faultyMember: Faulty['faultyMember']) =>
  connectedPair({
    serves: Witness,
    connects: Witness,
    both: {
      framing: (context) => {
        const framing = new Faulty(context)
        framing.faultyMember = faultyMember
        return framing
      },
    },
  })

describe('a framing of somebody else', () => {
  it('whose objection throws cannot carry that message, whole or streamed, and the connection goes on', async () => {
    await using ends = await pairOf('objection')
    const { connected, served } = ends
    for (const sent of [
      connected.transmit(Buffer.alloc(UNKNOWN)),
      connected.transmit(Buffer.alloc(UNKNOWN), { signal: new AbortController().signal }),
      connected.transmitStream([Buffer.alloc(UNKNOWN)], UNKNOWN),
    ]) {
      const error = await rejection(sent)
      expect([error.code, error.cause]).to.deep.equal([
        'MESSAGE_UNSENDABLE',
        new RangeError('objection cannot count to 7'),
      ])
    }
    await connected.transmit(Buffer.from('ok'))
    expect(String((await served.arrived(1))[0])).to.equal('ok')
  })

  for (const member of ['start', 'finish'] as const)
    for (const how of ['at once', 'behind others', 'from a source'] as const)
      it(`whose ${member} throws for a message sent ${how} ends its connection, and every promise is kept`, async () => {
        await using ends = await pairOf(member)
        const { connected } = ends
        const { signal } = new AbortController()
        const before = how === 'behind others' ? connected.transmit(Buffer.from('first'), { signal }) : undefined
        const sent =
          how === 'from a source'
            ? connected.transmitStream([Buffer.alloc(UNKNOWN)], UNKNOWN)
            : connected.transmit(Buffer.alloc(UNKNOWN), how === 'behind others' ? { signal } : {})
        const later = connected.transmit(Buffer.from('later'))
        expect((await rejection(sent)).code).to.equal('MESSAGE_UNSENDABLE')
        expect((await rejection(later)).code).to.equal('MESSAGE_UNSENDABLE')
        await before?.catch(() => {})
        expect(codeOf(await connected.over)).to.equal('MESSAGE_UNSENDABLE')
      })
})
