import { connect, type Socket } from 'node:net'

const AT_ONCE = 250

/**
 * Bare sockets that connect, greet, and then say nothing.
 * @param greeting what each sends, and must get back before it counts
 */
export const gatherIdleCrowd = async (port: number, count: number, greeting: readonly number[]): Promise<Socket[]> => {
  const crowd: Socket[] = []
  while (crowd.length < count) {
    const wave = Array.from({ length: Math.min(AT_ONCE, count - crowd.length) }, () =>
      join(port, Buffer.from(greeting)),
    )
    crowd.push(...(await Promise.all(wave)))
  }
  return crowd
}

const join = (port: number, greeting: Buffer): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let missing = greeting.length
    socket.on('connect', () => {
      if (missing > 0) socket.write(greeting)
      else resolve(socket)
    })
    socket.on('data', (chunk) => {
      missing -= chunk.length
      if (missing === 0) resolve(socket)
      if (missing < 0) reject(new Error('an idle connection was sent more than its greeting'))
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('an idle connection was closed')))
  })
