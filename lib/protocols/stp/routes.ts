import type { Json, JsonObject } from '@/protocols/stp/jsonText.js'
import type { StpPacket, StpProtocol } from '@/protocols/stp/stpPacket.js'

/** Gets the packets of one namespace. */
export type StpHandler<Data extends Json = Json> = (packet: StpPacket<Data>) => void | Promise<void>

/** Sees every accepted packet, whatever its namespace, before its handlers. */
export type StpMiddleware = (
  data: Json,
  headers: JsonObject,
  sender: string,
  protocol: StpProtocol,
) => void | Promise<void>

/** Calls one of them, so that nothing it does harms the others; settles in any case. */
export type Guarded = (what: string, handler: StpHandler, packet: StpPacket) => void | Promise<void>

/** Who gets which packets. */
export class Routes {
  readonly #guarded: Guarded
  readonly #middlewares: StpHandler[] = []
  readonly #handlers = new Map<string, StpHandler[]>()

  constructor(guarded: Guarded) {
    this.#guarded = guarded
  }

  add(namespace: string, handler: StpHandler): void {
    const handlers = this.#handlers.get(namespace)
    if (handlers === undefined) this.#handlers.set(namespace, [handler])
    else handlers.push(handler)
  }

  addMiddleware(middleware: StpMiddleware): void {
    this.#middlewares.push(({ data, headers, sender, protocol }) => middleware(data, headers, sender, protocol))
  }

  /** All middlewares, then the handlers of this namespace, in the order in which they were added, one after the other. */
  dispatch(packet: StpPacket): void | Promise<void> {
    const { namespace } = packet
    const handlers = namespace === undefined ? undefined : this.#handlers.get(namespace)
    const first = this.#run('middleware', this.#middlewares, packet, 0)
    if (handlers === undefined) return first
    if (first === undefined) return this.#run('handler', handlers, packet, 0)
    return first.then(() => this.#run('handler', handlers, packet, 0))
  }

  /** Goes on at `from`; a promise is made only where one of them has made one. */
  #run(what: string, handlers: readonly StpHandler[], packet: StpPacket, from: number): void | Promise<void> {
    for (let at = from; at < handlers.length; at++) {
      const handler = handlers[at]
      if (handler === undefined) continue
      const work = this.#guarded(what, handler, packet)
      if (work !== undefined) return work.then(() => this.#run(what, handlers, packet, at + 1))
    }
  }
}

/** Says whether data is what a route expects. */
export type DataCheck<Data extends Json> = (data: Json) => data is Data

/** A handler that only gets data of its type. @param refused hears of the other packets */
export const checkedHandler =
  <Data extends Json>(
    check: DataCheck<Data>,
    handler: StpHandler<Data>,
    refused: (packet: StpPacket) => void,
  ): StpHandler =>
  (packet) => {
    const { data } = packet
    return check(data) ? handler({ ...packet, data }) : refused(packet)
  }
