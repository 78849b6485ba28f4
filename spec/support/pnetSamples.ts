import { readFileSync } from 'node:fs'
import { PickleTuple, type PickleValue } from '@/protocols/pnet/index.js'

interface Samples {
  readonly name: string
  readonly meta: { readonly samples?: readonly unknown[]; readonly reject?: readonly unknown[] }
}

const FILE: { readonly cases: readonly Samples[] } = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))

/** The samples of a recorded case, which the caller knows the form of. */
export const samplesOf = <Sample>(name: string, list: 'samples' | 'reject' = 'samples'): readonly Sample[] => {
  const samples = FILE.cases.find((one) => one.name === name)?.meta[list]
  if (samples === undefined || samples.length === 0) throw new Error(`there are no ${list} of ${name}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return samples as readonly Sample[]
}

/** What a recorded value stands for: `$bytes`, `$tuple`, `$int` and `$float` say what JSON cannot. */
export const valueOfSample = (written: unknown): PickleValue => {
  if (Array.isArray(written)) return written.map(valueOfSample)
  if (typeof written === 'object' && written !== null) {
    const [[mark, inner] = []] = Object.entries(written)
    switch (mark) {
      case '$bytes':
        return Buffer.from(String(inner), 'hex')
      case '$tuple':
        return new PickleTuple(Array.isArray(inner) ? inner.map(valueOfSample) : [])
      case '$int':
        return BigInt(String(inner))
      case '$float':
        return Number(inner)
      default:
        return new Map(Object.entries(written).map(([key, value]) => [key, valueOfSample(value)]))
    }
  }
  if (written === null || typeof written === 'boolean' || typeof written === 'number' || typeof written === 'string')
    return written
  throw new Error(`no sample holds a ${typeof written}`)
}
