import { inHalves } from 'framewright/bench'
import type { Way } from './ourEnds.js'

/** Each message is awaited before the next is given. */
export const awaited: Way = async (sendOne, messages) => {
  for (let index = 0; index < messages.count; index++) await sendOne(messages.at(index))
}

/** One message always waits behind the one under way. */
export const oneWaiting: Way = async (sendOne, messages) => {
  let before: Promise<void> | undefined
  for (let index = 0; index < messages.count; index++) {
    const next = sendOne(messages.at(index))
    await before
    before = next
  }
  await before
}

/** Half of `messages.ahead` is given at a time, a promise a message, then one of these promises is awaited. */
export const manyWaiting: Way = (sendOne, messages) =>
  inHalves(messages, (first, end) => {
    let last = Promise.resolve()
    for (let index = first; index < end; index++) last = sendOne(messages.at(index))
    return last
  })
