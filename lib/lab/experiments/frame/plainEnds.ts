import { Client, Connection, Server } from '@/core/index.js'

/** A connection with nothing of its own: what arrives waits for `receive()`. */
export class Plain extends Connection {}
export class PlainClient extends Client<Plain> {}
/** Keeps for each connection what it ended with. */
export class PlainServer<C extends Connection = Plain> extends Server<C> {
  readonly causes: (Error | undefined)[] = []

  protected override connShutdown(_id: string, _connection: C, cause: Error | undefined): void {
    this.causes.push(cause)
  }
}
