import type { Auth } from '@/protocols/lonely/auth/authScheme.js'

/**
 * Sets up both halves, or the one scheme that serves as both. What has been set up is torn down again if the other
 * fails.
 */
export const setUp = async (auth: Auth): Promise<void> => {
  const done: { tearDown?(): void | Promise<void> }[] = []
  try {
    for (const scheme of new Set([auth.toBroadcaster, auth.toSubscriber])) {
      await scheme.setUp?.()
      done.push(scheme)
    }
  } catch (error) {
    for (const scheme of done) await scheme.tearDown?.()
    throw error
  }
}

/** The opposite of `setUp`. */
export const tearDown = async (auth: Auth): Promise<void> => {
  for (const scheme of new Set([auth.toBroadcaster, auth.toSubscriber])) await scheme.tearDown?.()
}
