import type { Question } from 'framewright/bench'
import { batching } from './batching.js'
import { codecs } from './codecs.js'
import { connections } from './connections.js'
import { delay } from './delay.js'
import { dispatch } from './dispatch.js'
import { families } from './families.js'
import { fanOut } from './fanOut.js'
import { footprint } from './footprint.js'
import { handshake } from './handshake.js'
import { huge } from './huge.js'
import { idle } from './idle.js'
import { json } from './json.js'
import { large } from './large.js'
import { latency } from './latency.js'
import { load } from './load.js'
import { nagle } from './nagle.js'
import { notify256 } from './notify256.js'
import { observing } from './observing.js'
import { pipelined64 } from './pipelined64.js'
import { plugins } from './plugins.js'
import { pnet } from './pnet.js'
import { rate } from './rate.js'
import { slowReader } from './slowReader.js'
import { stpPackets } from './stpPackets.js'
import { strict64 } from './strict64.js'
import { timelinePage } from './timelinePage.js'
import { tls } from './tls.js'

/** Everything that is asked, in the order in which it is answered. A new question is one more entry. */
export const QUESTIONS: readonly Question[] = [
  rate,
  latency,
  load,
  footprint,
  strict64,
  pipelined64,
  handshake,
  delay,
  nagle,
  batching,
  connections,
  slowReader,
  plugins,
  tls,
  large,
  huge,
  idle,
  observing,
  timelinePage,
  codecs,
  json,
  families,
  stpPackets,
  pnet,
  notify256,
  dispatch,
  fanOut,
]
