import type { Listed } from '@/cli/command.js'

/** Everything the program can do, in the order in which it is listed. A new command is one more entry. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'listen',
    summary: 'receives messages and prints their sizes and SHA-256',
    load: async () => (await import('@/cli/listen.js')).listen,
  },
  {
    name: 'send',
    summary: 'sends messages and, if asked to, checks what comes back',
    load: async () => (await import('@/cli/send.js')).send,
  },
  {
    name: 'chat listen',
    summary: 'opens a chat room: passes on what each participant says to all others',
    load: async () => (await import('@/cli/chat.js')).chatListen,
  },
  {
    name: 'chat join',
    summary: 'joins a chat room: each line typed is a message to it',
    load: async () => (await import('@/cli/chat.js')).chatJoin,
  },
  {
    name: 'files serve',
    summary: 'serves the files of one folder, to original tpft clients too',
    load: async () => (await import('@/cli/filesServe.js')).filesServe,
  },
  {
    name: 'files put',
    summary: 'sends a file to a "files serve", or to an original tpft server',
    load: async () => (await import('@/cli/filesMove.js')).filesPut,
  },
  {
    name: 'files get',
    summary: 'fetches a file from a "files serve", or from an original tpft server',
    load: async () => (await import('@/cli/filesMove.js')).filesGet,
  },
  {
    name: 'stp listen',
    summary: 'hears the packets of STP peers, and is found by them',
    load: async () => (await import('@/cli/stpListen.js')).stpListen,
  },
  {
    name: 'stp broadcast',
    summary: 'sends one packet to all STP peers at once, in the clear',
    load: async () => (await import('@/cli/stpBroadcast.js')).stpBroadcast,
  },
  {
    name: 'stp send',
    summary: 'sends one packet to an STP peer, sealed so that nobody else can read it',
    load: async () => (await import('@/cli/stpSend.js')).stpSend,
  },
  {
    name: 'stp peers',
    summary: 'asks all STP peers who they are',
    load: async () => (await import('@/cli/stpPeers.js')).stpPeers,
  },
  {
    name: 'pyile host',
    summary: 'owns a Pyile network: lets peers in by a password, and talks with them',
    load: async () => (await import('@/cli/pyile.js')).pyileHost,
  },
  {
    name: 'pyile join',
    summary: 'joins a Pyile network, an original one too, and talks with its peers',
    load: async () => (await import('@/cli/pyile.js')).pyileJoin,
  },
  {
    name: 'pnet serve',
    summary: 'a pnet node that others find by its name and call, original ones too',
    load: async () => (await import('@/cli/pnet/serve.js')).pnetServe,
  },
  {
    name: 'pnet call',
    summary: 'calls a function of a pnet node, of several, or of all',
    load: async () => (await import('@/cli/pnet/call.js')).pnetCall,
  },
  {
    name: 'pnet peers',
    summary: 'lists the nodes of a pnet network that tell of themselves',
    load: async () => (await import('@/cli/pnet/peers.js')).pnetPeers,
  },
  {
    name: 'lonely serve',
    summary: 'hands notifications to all who have subscribed to their topics',
    load: async () => (await import('@/cli/lonely/serve.js')).lonelyServe,
  },
  {
    name: 'lonely subscribe',
    summary: 'prints what is notified on topics, or on all that match a glob',
    load: async () => (await import('@/cli/lonely/subscribe.js')).lonelySubscribe,
  },
  {
    name: 'lonely notify',
    summary: 'notifies everybody who is subscribed to a topic',
    load: async () => (await import('@/cli/lonely/notify.js')).lonelyNotify,
  },
  {
    name: 'trace',
    summary: 'stands between two TCP ends, shows what they say, and makes things go wrong',
    load: async () => (await import('@/cli/trace.js')).trace,
  },
  {
    name: 'replay',
    summary: 'plays one end of a recorded conversation against a live other end, and shows what differs',
    load: async () => (await import('@/cli/replay.js')).replay,
  },
  {
    name: 'lab list',
    summary: 'lists the experiments of the socket lab, each with its question',
    load: async () => (await import('@/cli/lab/labList.js')).labList,
  },
  {
    name: 'lab run',
    summary: 'runs one experiment on real sockets, and compares what was foretold with what came',
    load: async () => (await import('@/cli/lab/labRun.js')).labRun,
  },
  {
    name: 'lab all',
    summary: 'runs all experiments of the socket lab, one after the other',
    load: async () => (await import('@/cli/lab/labAll.js')).labAll,
  },
  {
    name: 'lab dissector',
    summary: 'writes a dissector for Wireshark and tshark, a Lua script, on stdout',
    load: async () => (await import('@/cli/lab/labDissector.js')).labDissector,
  },
  {
    name: 'bench',
    summary: 'measures what framing costs, on this machine',
    load: async () => (await import('@/cli/bench/bench.js')).bench,
  },
  {
    name: 'bench compare',
    summary: 'says what changed between two runs of bench, beyond the noise',
    load: async () => (await import('@/cli/bench/benchCompare.js')).benchCompare,
  },
  {
    name: 'tour',
    summary: 'shows what framewright does, in two processes, in some ten seconds',
    load: async () => (await import('@/cli/tour/tour.js')).tour,
  },
  {
    name: 'tour-peer',
    summary: 'the other end of the tour; stops when its input ends',
    hidden: true,
    load: async () => (await import('@/cli/tour/tourPeer.js')).tourPeer,
  },
]
