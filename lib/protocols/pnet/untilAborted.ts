import { TransportError } from '@/errors.js'

/**
 * What the work gives, unless the signal fires first.
 * @param late gets what the work gives when nobody waits for it any more; what it throws then is passed over
 * @throws TransportError what the signal fired with, or ABORTED; or what the work throws
 */
export const untilAborted = <T>(work: Promise<T>, signal: AbortSignal, late: (value: T) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => {
      const { reason } = signal
      reject(reason instanceof TransportError ? reason : new TransportError('ABORTED', {}, { cause: reason }))
      work.then(late, ignore)
    }
    if (signal.aborted) return aborted()
    signal.addEventListener('abort', aborted, { once: true })
    const forget = (): void => signal.removeEventListener('abort', aborted)
    work.finally(forget).then(resolve, reject)
  })

const ignore = (): void => {}
