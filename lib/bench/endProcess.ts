import { End } from '@/bench/end.js'
import type { Order } from '@/bench/remoteEnd.js'
import { wordsOf } from '@/errors.js'

/** The program of both processes of a contender: its ends do what they are told until nobody is there to tell them more. */
const ends = new Map<number, End>()

const endNumbered = (number: number): End => {
  const end = ends.get(number) ?? new End()
  ends.set(number, end)
  return end
}

const obey = async (order: Order): Promise<object> => {
  try {
    const end = endNumbered(order.end)
    const act: (...args: never[]) => unknown = end[order.act]
    const result = await Reflect.apply(act, end, order.args)
    return { id: order.id, result }
  } catch (error) {
    return { id: order.id, error: wordsOf(error) }
  }
}

process.on('message', (order: Order) => {
  // Whoever gave the order may have gone by then.
  void obey(order).then((reply) => process.send?.(reply, undefined, undefined, () => {}))
})
process.on('disconnect', () => process.exit())
