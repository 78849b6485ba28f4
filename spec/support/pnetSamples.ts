import { readFileSync } from 'node:fs'
import { PickleTuple, type PickleValue } from '@/protocols/pnet/index.js'

/** What each case of samples is made of. */
interface Forms {
  readonly 'pickle-accept': { readonly protocol: number; readonly hex: string; readonly value: unknown }
  readonly 'pickle-reject': { readonly what: string; readonly hex: string }
  readonly 'pickle-minimal-writer': { readonly hex: string; readonly value: unknown }
  readonly 'universal-encoding': { readonly value: unknown; readonly kind: string; readonly encoded: string }
  readonly fernet: {
    readonly key: string
    readonly timestamp: number
    readonly iv: string
    readonly plaintext: string
    readonly token: string
  }
  readonly envelope: {
    readonly to: string
    readonly envelope: string
    readonly session_key: string
    readonly value: unknown
  }
}

/** A token that no key opens. */
interface WrongToken {
  readonly what: string
  readonly key: string
  readonly token: string
}

/** The samples of a recorded case. */
export const samplesOf = <Name extends keyof Forms>(name: Name): readonly Forms[Name][] => {
  const file: {
    readonly cases: readonly { readonly name: string; readonly meta: { readonly samples?: Forms[Name][] } }[]
  } = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))
  const samples = file.cases.find((one) => one.name === name)?.meta.samples
  if (samples === undefined || samples.length === 0) throw new Error(`there are no samples of ${name}`)
  return samples
}

/** The recorded tokens that no key opens. */
export const wrongTokens = (): readonly WrongToken[] => {
  const file: { readonly cases: readonly { readonly meta: { readonly reject?: readonly WrongToken[] } }[] } =
    JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))
  return file.cases.flatMap(({ meta }) => meta.reject ?? [])
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
  if (typeof written === 'number' && Number.isInteger(written) && !Number.isSafeInteger(written)) return BigInt(written)
  if (written === null || typeof written === 'boolean' || typeof written === 'number' || typeof written === 'string')
    return written
  throw new Error(`no sample holds a ${typeof written}`)
}
