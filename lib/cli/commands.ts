import { bench } from '@/cli/bench/bench.js'
import { benchCompare } from '@/cli/bench/benchCompare.js'
import { chatJoin, chatListen } from '@/cli/chat.js'
import type { Command } from '@/cli/command.js'
import { filesGet, filesPut } from '@/cli/filesMove.js'
import { filesServe } from '@/cli/filesServe.js'
import { labAll } from '@/cli/lab/labAll.js'
import { labDissector } from '@/cli/lab/labDissector.js'
import { labList } from '@/cli/lab/labList.js'
import { labRun } from '@/cli/lab/labRun.js'
import { listen } from '@/cli/listen.js'
import { pyileHost, pyileJoin } from '@/cli/pyile.js'
import { pnetCall } from '@/cli/pnet/call.js'
import { pnetPeers } from '@/cli/pnet/peers.js'
import { pnetServe } from '@/cli/pnet/serve.js'
import { lonelyNotify } from '@/cli/lonely/notify.js'
import { lonelyServe } from '@/cli/lonely/serve.js'
import { lonelySubscribe } from '@/cli/lonely/subscribe.js'
import { replay } from '@/cli/replay.js'
import { send } from '@/cli/send.js'
import { stpBroadcast } from '@/cli/stpBroadcast.js'
import { stpListen } from '@/cli/stpListen.js'
import { stpPeers } from '@/cli/stpPeers.js'
import { stpSend } from '@/cli/stpSend.js'
import { tour } from '@/cli/tour/tour.js'
import { tourPeer } from '@/cli/tour/tourPeer.js'
import { trace } from '@/cli/trace.js'

/** Everything the program can do, in the order in which it is listed. A new command is one more entry. */
export const COMMANDS: readonly Command[] = [
  listen,
  send,
  chatListen,
  chatJoin,
  filesServe,
  filesPut,
  filesGet,
  stpListen,
  stpBroadcast,
  stpSend,
  stpPeers,
  pyileHost,
  pyileJoin,
  pnetServe,
  pnetCall,
  pnetPeers,
  lonelyServe,
  lonelySubscribe,
  lonelyNotify,
  trace,
  replay,
  labList,
  labRun,
  labAll,
  labDissector,
  bench,
  benchCompare,
  tour,
  tourPeer,
]
