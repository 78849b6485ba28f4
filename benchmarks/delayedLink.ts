import { type Address, placeOf, type Through } from 'framewright/bench'
import { latency, Proxy } from 'framewright/lab'

/** Enough for everything that a window lets be under way. */
const HELD_BYTES = 2 ** 28

/** A relay of the lab between both ends, in this process, that hands on every byte so much later, each way. */
export const delayedBy =
  (ms: number): Through =>
  async (target) => {
    const proxy = new Proxy({
      listen: '127.0.0.1:0',
      target: placeOf(target),
      maxHeldBytes: HELD_BYTES,
      faults: [latency({ ms })],
    })
    await proxy.start()
    const { port } = proxy.address
    const address: Address = target.carrier === 'tls' ? { ...target, port } : { carrier: 'tcp', port }
    return { address, [Symbol.asyncDispose]: () => proxy.close() }
  }
