import { connect, createServer, type Server, type Socket } from 'node:net'
import { portOf } from './portOf.js'

/** Two ends of one connection on loopback. */
export class Wire implements AsyncDisposable {
  readonly near: Socket
  readonly far: Socket
  readonly server: Server

  private constructor(server: Server, near: Socket, far: Socket) {
    this.server = server
    this.near = near
    this.far = far
  }

  static async open(): Promise<Wire> {
    const server = createServer()
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const far = connect(portOf(server), '127.0.0.1')
    return new Wire(server, await accepted, far)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.near.destroy()
    this.far.destroy()
    await new Promise((closed) => this.server.close(closed))
  }
}
