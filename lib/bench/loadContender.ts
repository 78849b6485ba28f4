import type { Socket } from 'node:net'
import type { Arrivals, SendOne } from '@/bench/arrivals.js'
import { asError } from '@/bench/asError.js'
import { connectBare, endBare, listenBare } from '@/bench/bareSockets.js'
import { contenderFault } from '@/bench/contenderFault.js'
import {
  type AnyContender,
  type Attached,
  carriersOf,
  type Contender,
  type Described,
  type SocketContender,
} from '@/bench/contender.js'
import { oneByOne } from '@/bench/inHalves.js'

/** Which contender, for a process that has to load it. */
export type ContenderRef = Pick<Described, 'name' | 'module'>

/** @throws Error when the module cannot be loaded or exports no such contender */
export const loadContender = async (ref: ContenderRef): Promise<Contender> => {
  for (const contender of await exportedBy(ref.module))
    if (contender.name === ref.name) return 'attach' in contender ? onSockets(contender) : contender
  throw new Error(`${ref.module} exports no contender "${ref.name}"`)
}

/**
 * What is known of all contenders that a module exports, wherever it lies.
 * @param module its URL @throws Error when it cannot be loaded, exports none, or one that cannot be right
 */
export const describeContenders = async (module: string): Promise<readonly Described[]> => {
  const found = await exportedBy(module)
  if (found.length === 0)
    throw new Error(`${module} exports no contender: an object with a name and attach(), or serve() and connect()`)
  return found.map((contender) => {
    const { name, needs = [], leastBytes = 0 } = contender
    const fault = contenderFault(contender)
    if (fault !== undefined)
      throw new Error(`${module} exports a contender called ${JSON.stringify(name.slice(0, 80))}: ${fault}`)
    return { name, module, needs, carriers: carriersOf(contender), leastBytes }
  })
}

/** Also those in lists, as a module exports them that makes several alike. */
const exportedBy = async (module: string): Promise<AnyContender[]> => {
  const exported: Readonly<Record<string, unknown>> = await import(module)
  // One may be exported by its name and as the default.
  return [...new Set(Object.values(exported).flat().filter(isContender))]
}

const isContender = (value: unknown): value is AnyContender =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  ('attach' in value || ('serve' in value && 'connect' in value))

/** Begins on a socket. @throws Error when it gives nothing that sends */
const attachTo = async (
  contender: SocketContender,
  socket: Socket,
  received: (message: Buffer) => void,
): Promise<Attached> => {
  const attached: unknown = await contender.attach(socket, received)
  if (isAttached(attached)) return attached
  throw new Error('attach() must return an object with send(message)')
}

const isAttached = (value: unknown): value is Attached =>
  typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function'

/** What is no Buffer cannot be looked at; what a contender does wrong is told, and does not end its process. */
const telling =
  (arrivals: Arrivals, answer?: SendOne) =>
  (message: Buffer): void => {
    try {
      arrivals.message(message, answer)
    } catch (error) {
      arrivals.fail(
        Buffer.isBuffer(message) ? asError(error) : new Error('received() was given something that is no Buffer'),
      )
    }
  }

/** A contender whose ends are alike, as one with two ends. */
const onSockets = (contender: SocketContender): Contender => ({
  ...contender,
  carriers: carriersOf(contender),
  serve: (arrivals, berth) => {
    const begin = async (socket: Socket): Promise<void> => {
      let attached: Attached | undefined
      const answer = (message: Buffer): Promise<unknown> | void => attached?.send(message)
      attached = await attachTo(contender, socket, telling(arrivals, answer))
    }
    return listenBare(arrivals, berth, (socket) => {
      begin(socket).catch((error: unknown) => arrivals.fail(asError(error)))
    })
  },
  connect: async (address, replies) => {
    const socket = await connectBare(address)
    socket.on('error', (error) => replies.fail(error))
    const attached = await attachTo(contender, socket, telling(replies))
    const sendOne = (message: Buffer): Promise<unknown> | void => attached.send(message)
    return {
      send: async (messages) => attached.sendAll?.(messages) ?? oneByOne(messages, sendOne),
      sendOne,
      close: () => endBare(socket),
    }
  },
})
