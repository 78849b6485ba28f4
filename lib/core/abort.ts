import { setMaxListeners } from 'node:events'
import { TransportError } from '@/errors.js'

/** What any operation takes: a signal that gives it up. */
export interface Abortable {
  readonly signal?: AbortSignal
}

/** How long an end in good order may take. A signal that fires cuts what is left, as the deadline does. */
export interface CloseOptions extends Abortable {
  readonly deadlineMs?: number
}

/** What an operation fails with when its signal says stop. */
export const abortedBy = ({ reason }: AbortSignal): TransportError =>
  reason instanceof TransportError ? reason : new TransportError('ABORTED', {}, { cause: reason })

/** Why nothing is begun under this signal, if nothing is: it has fired already, or is no signal. */
export const refusedBy = (signal: AbortSignal | undefined): TransportError | undefined => {
  if (signal === undefined) return undefined
  if (!(signal instanceof AbortSignal)) return noSignal(signal)
  return signal.aborted ? abortedBy(signal) : undefined
}

/** @throws TransportError what `refusedBy` says */
export const throwIfRefused = (signal: AbortSignal | undefined): void => {
  const refusal = refusedBy(signal)
  if (refusal !== undefined) throw refusal
}

/** @throws TransportError OPTION_INVALID for what is no signal */
export const checkSignal = (signal: AbortSignal | undefined): void => {
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw noSignal(signal)
}

const noSignal = (given: unknown): TransportError =>
  new TransportError('OPTION_INVALID', { option: 'signal', given: typeof given, expected: 'an AbortSignal' })

/**
 * Calls `stop` if the signal has fired, or fires before the promise is settled; leaves no listener behind. Any number of
 * operations may wait for one signal, so Node.js is told not to take its eleventh listener for a leak.
 */
export const onAbort = (
  signal: AbortSignal | undefined,
  promise: Promise<unknown>,
  stop: (error: TransportError) => void,
): void => {
  if (signal === undefined) return
  const aborted = (): void => stop(abortedBy(signal))
  if (signal.aborted) return aborted()
  const forget = (): void => signal.removeEventListener('abort', aborted)
  setMaxListeners(0, signal)
  signal.addEventListener('abort', aborted, { once: true })
  promise.then(forget, forget)
}

/** Settles as the promise does, or rejects as soon as the signal fires, if there is one. */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    onAbort(signal, promise, reject)
    promise.then(resolve, reject)
  })
}
