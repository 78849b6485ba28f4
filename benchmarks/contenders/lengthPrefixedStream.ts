import type { Duplex } from 'node:stream'
import type { SocketContender } from 'framewright/bench'
import { written } from './written.js'

/** What of the package is used here; it has no types of its own. */
interface LengthPrefixedStream {
  readonly encode: () => Duplex
  readonly decode: () => Duplex
}
const NAME: string = 'length-prefixed-stream'

const load = async (): Promise<LengthPrefixedStream> => {
  const { default: loaded }: { readonly default: unknown } = await import(NAME)
  if (isPackage(loaded)) return loaded
  throw new Error(`${NAME} is not what it was`)
}

const isPackage = (value: unknown): value is LengthPrefixedStream =>
  typeof value === 'object' && value !== null && 'encode' in value && 'decode' in value

/** `length-prefixed-stream` as its README shows it: lengths of one to ten bytes in front of each message. */
export const lengthPrefixedStream: SocketContender = {
  name: NAME,
  module: import.meta.url,
  needs: [NAME],
  // Empty ones want another mode of the decoder.
  leastBytes: 1,
  attach: async (socket, received) => {
    const { decode, encode } = await load()
    const encoder = encode()
    encoder.pipe(socket)
    socket.pipe(decode()).on('data', received)
    // The encoder passes on the memory it was given, and nothing says when that has left the socket.
    return { send: (message) => written(encoder, Buffer.from(message)) }
  },
}
