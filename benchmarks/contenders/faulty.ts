import type { Arrivals, Contender, Messages } from 'framewright/bench'
import { byHand } from './byHand.js'

/** Which of these messages really leave, and in which order. */
type Fault = (messages: readonly Buffer[]) => readonly Buffer[]

/** Contenders that do one thing wrong each: a run with any of them must fail. */
const faulty = (name: string, fault: Fault, settles = true): Contender =>
  byHand({
    name,
    module: import.meta.url,
    receive: (socket, arrivals) => socket.on('data', cutter(arrivals)),
    sender: (socket) => {
      socket.resume()
      return {
        send: async (messages) => {
          for (const message of fault(copiesOf(messages))) socket.write(message)
          if (!settles) await new Promise(() => {})
        },
      }
    },
  })

const copiesOf = (messages: Messages): Buffer[] =>
  Array.from({ length: messages.count }, (_, index) => Buffer.from(messages.at(index)))

/** All faults are shown with messages of this size, so no framing is needed. */
export const FAULTY_BYTES = 64

const cutter = (arrivals: Arrivals): ((chunk: Buffer) => void) => {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= FAULTY_BYTES; rest = rest.subarray(FAULTY_BYTES))
      arrivals.message(rest.subarray(0, FAULTY_BYTES))
  }
}

const altered = (message: Buffer): Buffer =>
  Buffer.from(message.map((byte, at) => (at === FAULTY_BYTES / 2 ? byte ^ 1 : byte)))

export const faultless = faulty('faultless', (messages) => messages)
export const losingOne = faulty('loses one', (messages) => messages.filter((_, index) => index !== 3))
export const losingLast = faulty('loses the last', (messages) => messages.slice(0, -1))
export const doubling = faulty('doubles the last', (messages) => [...messages, ...messages.slice(-1)])
export const swapping = faulty('swaps', ([first, second, ...others]) =>
  [second, first, ...others].filter((one) => one !== undefined),
)
export const altering = faulty('alters', (messages) => messages.map(altered))
export const unsettled = faulty('never settles', (messages) => messages, false)

/** Without a fault, but sends no more than one sample on a connection. */
export const brief: Contender = {
  ...faultless,
  name: 'brief',
  connect: async (address, replies) => {
    const sending = await faultless.connect(address, replies)
    let samples = 0
    return {
      ...sending,
      send: async (messages) => {
        if (samples++ > 0) throw new Error('one sample was enough')
        await sending.send(messages)
      },
    }
  },
}

let hermits = 0
/** Without a fault, but serves only where no other one does so in the same process. */
const hermit = (name: string): Contender => {
  const alone = faulty(name, (messages) => messages)
  return {
    ...alone,
    serve: async (arrivals, berth) => {
      if (hermits++ > 0) throw new Error('somebody lives here already')
      return alone.serve(arrivals, berth)
    },
  }
}
export const hermitA = hermit('hermit')
export const hermitB = hermit('another hermit')
