import type { KeywordArguments } from '@/protocols/pnet/commandFunction.js'
import type { Outcome } from '@/protocols/pnet/outcome.js'

/** Arguments with names, as the last argument of a call: `node.target<Api>('b').add(1, keywords({ y: 5 }))`. */
export class Keywords {
  constructor(readonly values: KeywordArguments) {}
}

/** Marks the last argument of a call as arguments with names. */
export const keywords = (values: KeywordArguments): Keywords => new Keywords(values)

/** A tuple, and what is left of it as its last items go one by one. */
type Shortened<Items extends readonly unknown[]> = Items extends readonly [...infer Rest, unknown]
  ? Items | Shortened<Rest>
  : Items

/** The arguments of a function; those left out at the end may be given by name. */
export type RemoteArguments<Args extends readonly unknown[]> = Args | [...Shortened<Required<Args>>, Keywords]

/** The functions of `Api` as they are called at one peer. */
export type Remote<Api extends object> = {
  readonly [Name in keyof Api]: Api[Name] extends (...args: infer Args) => infer Result
    ? (...args: RemoteArguments<Args>) => Promise<Awaited<Result>>
    : never
}

/** The functions of `Api` as they are called at several peers: a map with a result or an error of each. */
export type RemoteMany<Api extends object> = {
  readonly [Name in keyof Api]: Api[Name] extends (...args: infer Args) => infer Result
    ? (...args: RemoteArguments<Args>) => Promise<ReadonlyMap<string, Outcome<Awaited<Result>>>>
    : never
}
