import { setImmediate as turn } from 'node:timers/promises'
import type { SendOne } from '@/bench/arrivals.js'
import type { Messages } from '@/bench/messages.js'

/**
 * Goes through the messages so that never more than `messages.ahead` are under way: while one half of those settles,
 * the other is being sent.
 * @param give sends message `first` and those up to `end`, without `end` itself, and says when the last of them has left
 */
export const inHalves = async (
  messages: Messages,
  give: (first: number, end: number) => Promise<unknown>,
): Promise<void> => {
  const half = messages.ahead / 2
  let before: Promise<unknown> | undefined
  for (let first = 0; first < messages.count; first += half) {
    const given = give(first, Math.min(first + half, messages.count))
    // It is waited for later, and may fail before.
    given.catch(() => {})
    await before
    before = given
  }
  await before
}

/** Sends each by itself. After every half the sockets have their turn, whether or not anything says that it must wait. */
export const oneByOne = (messages: Messages, sendOne: SendOne): Promise<void> =>
  inHalves(messages, (first, end) => {
    const leaving: Promise<unknown>[] = [turn()]
    for (let index = first; index < end; index++) {
      const left = sendOne(messages.at(index))
      if (left !== undefined) leaving.push(left)
    }
    return Promise.all(leaving)
  })

/** A promise out of the callback of the last message, for contenders that have only callbacks. */
export const lastLeft = (sendLast: (done: (error?: Error | null) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    sendLast((error) => (error instanceof Error ? reject(error) : resolve()))
  })
