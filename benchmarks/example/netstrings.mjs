/**
 * A contender of one's own, in one file without any import: netstrings, such as `5:hello,`. Compare it with the others by
 *
 *   framewright bench rate latency --contender ./netstrings.mjs
 *
 * The same function begins at both ends, over TCP, unix sockets or TLS. It is given a connected socket, calls `received`
 * with each message that comes, whole and in order, and returns what sends one.
 */
export const netstrings = {
  name: 'netstrings',
  attach(socket, received) {
    let rest = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      for (;;) {
        const colon = rest.indexOf(':')
        if (colon < 0) return
        const end = colon + 1 + Number(rest.toString('latin1', 0, colon))
        if (rest.length <= end) return
        received(rest.subarray(colon + 1, end))
        rest = rest.subarray(end + 1)
      }
    })
    return {
      // A promise tells when the memory of the message may be used again, and so how much may be under way.
      send: (message) =>
        new Promise((resolve, reject) => {
          socket.cork()
          socket.write(`${message.length}:`)
          socket.write(message)
          socket.write(',', (error) => (error ? reject(error) : resolve()))
          socket.uncork()
        }),
    }
  },
}
