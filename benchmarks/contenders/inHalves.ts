import type { Messages } from 'framewright/bench'

/**
 * Goes through the messages so that never more than `messages.ahead` are under way: while one half of those settles,
 * the other is being sent.
 * @param give sends message `first` and those up to `end`, without `end` itself, and says when the last of them has left
 */
export const inHalves = async (
  messages: Messages,
  give: (first: number, end: number) => Promise<void>,
): Promise<void> => {
  const half = messages.ahead / 2
  let before: Promise<void> | undefined
  for (let first = 0; first < messages.count; first += half) {
    const given = give(first, Math.min(first + half, messages.count))
    await before
    before = given
  }
  await before
}

/** A promise out of the callback of the last message, for contenders that have only callbacks. */
export const lastLeft = (sendLast: (done: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    sendLast((error) => (error instanceof Error ? reject(error) : resolve()))
  })
