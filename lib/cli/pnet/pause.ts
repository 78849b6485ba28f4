/** Resolves after `ms`, or as soon as the signal fires; 0 waits for the signal alone. */
export const pause = (ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = ms === 0 ? undefined : setTimeout(done, ms)
    if (stop.aborted) done()
    else stop.addEventListener('abort', done, { once: true })
  })
