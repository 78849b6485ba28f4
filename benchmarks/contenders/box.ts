import type { AnyContender } from 'framewright/bench'
import { bareNet } from './bareNet.js'
import { frameStream } from './frameStream.js'
import { handshakePipelined } from './handshakePipelined.js'
import { handshakeBusy } from './handshakeStrict.js'
import { jsonValues } from './jsonValues.js'
import { lengthPrefix } from './lengthPrefix.js'
import { lengthPrefixedStream } from './lengthPrefixedStream.js'
import { lines } from './lines.js'
import { naiveConcat } from './naiveConcat.js'
import { wsBinary } from './wsBinary.js'
import { wsCorked } from './wsCorked.js'

/** The contenders that come with the package, the floor first. Each goes over TCP, unix sockets and TLS. */
export const BOX: readonly AnyContender[] = [
  bareNet,
  handshakePipelined,
  lengthPrefix,
  lines,
  jsonValues,
  handshakeBusy,
  naiveConcat,
  wsBinary,
  wsCorked,
  frameStream,
  lengthPrefixedStream,
]
