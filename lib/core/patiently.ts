import type { Clock } from '@/core/clock.js'
import { hookError } from '@/core/hookLoop.js'
import { TransportError } from '@/errors.js'

/**
 * Runs one of the last hooks, and waits for it no longer than `limitMs`: an end must come, whatever a hook does.
 * @throws TransportError HOOK_FAILED, HOOK_TIMEOUT
 */
export const patiently = (
  hook: string,
  run: () => void | Promise<void>,
  limitMs: number,
  clock: Clock,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const late = (): void => reject(new TransportError('HOOK_TIMEOUT', { hook, limitMs }))
    const cancel = clock.after(limitMs, late, true)
    const running = async (): Promise<void> => run()
    running()
      .finally(cancel)
      .then(resolve, (error: unknown) => reject(hookError(hook, error)))
  })
