import { connect, type Socket } from 'node:net'

/** Largest amount of bytes that Node holds for a bare socket before it says stop, as a connection of ours has it. */
const HIGH_WATER_MARK_BYTES = 2_097_152

/** A bare socket, once it is connected. */
export const connectBare = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', noDelay: true, writableHighWaterMark: HIGH_WATER_MARK_BYTES }
    const socket = connect(options, () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })

/** Ends a bare socket; resolves when it is closed. */
export const endBare = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) return resolve()
    socket.once('close', () => resolve())
    socket.end()
  })
