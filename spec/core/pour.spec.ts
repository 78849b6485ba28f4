import { expect } from 'chai'
import { pour } from '@/core/pour.js'
import { TransportError } from '@/errors.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'

const bytes = (text: string): Uint8Array => Buffer.from(text)

/** Pours and collects. */
const poured = async (source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, size: number): Promise<string> => {
  let got = ''
  await pour(source, size, (piece) => void (got += Buffer.from(piece).toString()))
  return got
}

describe('pour', () => {
  it('puts the pieces of an iterable or an async iterable in order, empty ones too', async () => {
    expect(await poured([bytes('ab'), bytes(''), bytes('c')], 3)).to.equal('abc')
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('ab')
      await turns()
      yield bytes('c')
    }
    expect(await poured(source(), 3)).to.equal('abc')
    expect(await poured([], 0)).to.equal('')
  })

  it('takes no piece while put has not let the one before through', async () => {
    const taken: string[] = []
    let goOn = (): void => {}
    const source = function* (): Generator<Uint8Array> {
      for (const text of ['a', 'b']) {
        taken.push(text)
        yield bytes(text)
      }
    }
    const put = (): Promise<void> =>
      new Promise((resolve) => {
        goOn = resolve
      })
    const over = pour(source(), 2, put)
    await turns(3)
    expect(taken).to.deep.equal(['a'])
    goOn()
    await turns()
    expect(taken).to.deep.equal(['a', 'b'])
    goOn()
    await over
  })

  it('is a SOURCE_MISMATCH with numbers when there is too little or too much, and puts nothing of the too much', async () => {
    let put = 0
    const little = pour([bytes('ab')], 3, () => void put++)
    expect(await rejection(little)).to.deep.include({ code: 'SOURCE_MISMATCH', detail: { size: 3, given: 2 } })
    const much = pour([bytes('ab'), bytes('cd')], 3, () => void put++)
    expect(await rejection(much)).to.deep.include({ code: 'SOURCE_MISMATCH', detail: { size: 3, given: 4 } })
    expect(put).to.equal(2)
  })

  it('is SOURCE_FAILED with its cause when the source throws, and NOT_BYTES when it gives something else', async () => {
    const cause = new Error('the disk is gone')
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('a')
      throw cause
    }
    expect(await rejection(poured(failing(), 3))).to.include({ code: 'SOURCE_FAILED', cause })
    const wrong: Iterable<never> = JSON.parse('["text"]')
    expect(await rejection(poured(wrong, 4))).to.have.property('code', 'NOT_BYTES')
  })

  it('ends with what put throws, and closes the source', async () => {
    const closed: string[] = []
    const one = function* (): Generator<Uint8Array> {
      try {
        for (;;) yield bytes('a')
      } finally {
        closed.push('one')
      }
    }
    const other = async function* (): AsyncGenerator<Uint8Array> {
      yield* one()
      await turns()
    }
    const reason = new TransportError('CLOSED')
    const put = (): never => {
      throw reason
    }
    expect(await rejection(pour(one(), 5, put))).to.equal(reason)
    expect(await rejection(pour(other(), 5, put))).to.equal(reason)
    expect(closed).to.deep.equal(['one', 'one'])
  })

  it('puts what an iterable has at hand at once', () => {
    let got = ''
    void pour([bytes('a'), bytes('b')], 2, (piece) => void (got += Buffer.from(piece).toString()))
    expect(got).to.equal('ab')
  })
})
