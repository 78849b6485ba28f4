import type { CallInput } from '@/protocols/pnet/callInput.js'
import type { Picklable } from '@/protocols/pnet/pickle/pickleValue.js'

/** What a function is told about its call. */
export interface FunctionCall {
  /** The name of the node that runs it. */
  readonly node: string
  /** Who calls, by his own account: a claim, no proof. */
  readonly originator: string
  /** The connection of the request, as `HOST:PORT`; undefined when it is gone. */
  readonly remote: string | undefined
  /** Fires when nobody waits for the result any more: the peer has gone, or `handlerTimeoutMs` has passed. */
  readonly signal: AbortSignal
}

/** A value, or a stream of bytes, which the peer fetches part by part. */
export type FunctionResult = Picklable | AsyncIterable<Uint8Array>

/**
 * What a node does for its peers. The input can be read until the result has been given, a stream to its end included,
 * or until `signal` fires: nobody waits for the result then, and the input is thrown away.
 * A throw leaves the peer without a reply, and goes to `requestFailed`.
 */
export type NodeFunction = (call: FunctionCall, input: CallInput) => FunctionResult | Promise<FunctionResult>

/** Whether a result is a stream. */
export const isStream = (result: unknown): result is AsyncIterable<Uint8Array> =>
  typeof result === 'object' && result !== null && Symbol.asyncIterator in result

/** Tells a stream that it will not be read, that a file behind it be closed. */
export const discard = (stream: AsyncIterable<Uint8Array>): void => {
  if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy()
}
