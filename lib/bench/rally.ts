import { asError } from '@/bench/asError.js'
import type { Arrivals } from '@/bench/arrivals.js'
import type { Sending } from '@/bench/contender.js'
import type { Messages } from '@/bench/messages.js'
import { nowMs } from '@/bench/nowMs.js'

/** Sends every message back on the connection on which it came. */
export const answerEach = (arrivals: Arrivals): void => {
  arrivals.each = (_index, message, answer) => {
    if (answer === undefined) return arrivals.fail(new Error('it gave no way to answer a message'))
    try {
      answer(message)?.catch((error: unknown) => arrivals.fail(asError(error)))
    } catch (error) {
      arrivals.fail(asError(error))
    }
  }
}

/**
 * Closed loop: sends one message, waits until it has come back, and sends the next from the same turn. A stall delays
 * one message here and hides those that would have been sent meanwhile; `paced` shows them.
 * @param replies is told of what comes back, and must expect nothing else
 * @returns nanoseconds from each message's sending to its return
 */
export const rally = (sending: Sending, replies: Arrivals, messages: Messages): Promise<Float64Array> => {
  const { sendOne } = sending
  if (sendOne === undefined) return Promise.reject(new Error('it does not send one message at a time'))
  const timesNs = new Float64Array(messages.count)
  return new Promise((resolve, reject) => {
    const failed = (error: unknown): void => reject(asError(error))
    let index = 0
    let sentMs = 0
    const next = (): void => {
      sentMs = nowMs()
      try {
        sendOne(messages.at(index))?.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
    replies.each = () => {
      timesNs[index++] = (nowMs() - sentMs) * 1e6
      if (index < messages.count) next()
      else resolve(timesNs)
    }
    replies.all().catch(failed)
    next()
  })
}
