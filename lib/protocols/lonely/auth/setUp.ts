import type { Auth, AuthScheme } from '@/protocols/lonely/auth/authScheme.js'

/** Both halves, or the one scheme that serves as both. */
const schemesOf = ({ toBroadcaster, toSubscriber }: Auth) => new Set([toBroadcaster, toSubscriber])

/** Sets up the schemes. What has been set up is torn down again if another fails. @throws what that one throws */
export const setUp = async (auth: Auth): Promise<void> => {
  const done: Pick<AuthScheme, 'tearDown'>[] = []
  try {
    for (const scheme of schemesOf(auth)) {
      await scheme.setUp?.()
      done.push(scheme)
    }
  } catch (error) {
    await tearAllDown(done)
    throw error
  }
}

/** Tears down every scheme, whatever another one does. @throws what the first that failed throws */
export const tearDown = async (auth: Auth): Promise<void> => {
  for (const end of await tearAllDown(schemesOf(auth))) if (end.status === 'rejected') throw end.reason
}

const tearAllDown = (schemes: Iterable<Pick<AuthScheme, 'tearDown'>>): Promise<PromiseSettledResult<void>[]> =>
  Promise.allSettled([...schemes].map(async (scheme) => scheme.tearDown?.()))
