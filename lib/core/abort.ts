import { setMaxListeners } from 'node:events'
import { TransportError } from '@/errors.js'

/** What an operation fails with when its signal says stop. */
export const abortedBy = ({ reason }: AbortSignal): TransportError =>
  reason instanceof TransportError ? reason : new TransportError('ABORTED', {}, { cause: reason })

/**
 * Calls `stop` if the signal fires before the promise is settled; leaves no listener behind. As many operations as like may
 * wait for one signal, so Node.js is told not to take its eleventh listener for a leak.
 */
export const onAbort = (
  signal: AbortSignal | undefined,
  promise: Promise<unknown>,
  stop: (error: TransportError) => void,
): void => {
  if (signal === undefined) return
  const aborted = (): void => stop(abortedBy(signal))
  const forget = (): void => signal.removeEventListener('abort', aborted)
  setMaxListeners(0, signal)
  signal.addEventListener('abort', aborted, { once: true })
  promise.then(forget, forget)
}

/** Settles as the promise does, or rejects as soon as the signal fires. */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) reject(abortedBy(signal))
    onAbort(signal, promise, reject)
    promise.then(resolve, reject)
  })
