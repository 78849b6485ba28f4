import type { Contender, Messages, Sending } from 'framewright/bench'
import { handshakePipelined } from './handshakePipelined.js'
import { lengthPrefix } from './lengthPrefix.js'
import { wsBinary } from './wsBinary.js'
import { wsCorked } from './wsCorked.js'

/** Messages given at once, before their promises are awaited. */
export const BATCH_SIZES = [1, 4, 16, 64, 256] as const

/** The same contender, which is given so many messages at once, and the next when all of those have left. */
export interface Batched extends Contender {
  readonly line: string
  readonly batch: number
}

const inBatches = (contender: Contender, batch: number): Batched => ({
  ...contender,
  line: contender.name,
  batch,
  name: `${contender.name}, ${batch} at once`,
  module: import.meta.url,
  connect: async (address, replies) => {
    const sending = await contender.connect(address, replies)
    return { ...sending, send: (messages) => sendInBatches(sending, messages, batch) }
  },
})

const sendInBatches = async ({ sendOne }: Sending, messages: Messages, batch: number): Promise<void> => {
  if (sendOne === undefined) throw new Error('it does not send one message at a time')
  for (let first = 0; first < messages.count; first += batch) {
    const end = Math.min(first + batch, messages.count)
    const leaving: unknown[] = []
    for (let index = first; index < end; index++) leaving.push(sendOne(messages.at(index)))
    await Promise.all(leaving)
  }
}

/** Each of some contenders in each batch size. */
export const BATCHED: readonly Batched[] = [handshakePipelined, lengthPrefix, wsBinary, wsCorked].flatMap((contender) =>
  BATCH_SIZES.map((batch) => inBatches(contender, batch)),
)
