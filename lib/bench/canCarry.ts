import { CARRIER_NEEDS, type Carrier } from '@/bench/carrier.js'
import { carriersOf, type Described } from '@/bench/contender.js'
import type { Plan } from '@/bench/question.js'

/** Whether a contender can be measured here, with messages of so many bytes. If not, a note says why. */
export const canCarry = (contender: Described, carrier: Carrier, bytes: number, plan: Plan): boolean => {
  const { name, needs = [], leastBytes = 0 } = contender
  if (!carriersOf(contender).includes(carrier)) return plan.note(`${name} does not go over ${carrier}`)
  if (bytes < leastBytes) return plan.note(`${name} carries no messages of ${bytes} bytes`)
  return plan.present(name, needs) && plan.present(`${name} over ${carrier}`, CARRIER_NEEDS[carrier])
}
