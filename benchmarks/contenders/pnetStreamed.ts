import { AdvancedNode, FernetKey, type FunctionCall, NodeKey } from 'framewright/pnet'
import { Arrivals, type Contender } from 'framewright/bench'
import { portIn } from './fanOut.js'
import { PNET_KEY } from './pnetKey.js'

/** Of the network; it protects nothing either. */
const NETWORK_KEY = FernetKey.parse('JlILDyEU0yRZLoOQYAVRSb82QmInhgq--TH028Fyqk8=')
const common = { key: NodeKey.parsePem(PNET_KEY), networkKey: NETWORK_KEY, advertisePort: 41_834 }

/** Each message is a stream through a function of the other node, and comes back as a stream; both ways are looked at. */
export const pnetStreamed: Contender = {
  name: 'pnet, streamed through a function',
  module: import.meta.url,
  serve: async (arrivals) => {
    const node = new AdvancedNode({ ...common, name: 'server', listen: '127.0.0.1:0' })
    node.register('through', (_call: FunctionCall, input) => watched(input, arrivals))
    await node.serve()
    return { address: { carrier: 'tcp', port: node.address.port }, openConnections: 0, close: () => node.shutdown() }
  },
  connect: async (address) => {
    const node = new AdvancedNode({ ...common, name: 'client' })
    node.addPeer({ name: 'server', host: '127.0.0.1', port: portIn(address), publicKey: common.key.publicKey })
    return {
      send: async (messages) => {
        const back = new Arrivals()
        back.expect(messages, false)
        for (let index = 0; index < messages.count; index++) {
          const source = { sizeBytes: messages.bytes, pieces: () => messages.pieces(index) }
          const answer = await node.send('server', 'through', source)
          if (answer.kind !== 'stream') throw new Error('no stream came back')
          for await (const piece of answer.stream) back.bytes(piece)
          back.ended()
          back.check()
        }
        await back.all()
      },
      close: () => node.shutdown(),
    }
  },
}

async function* watched(input: AsyncIterable<Buffer>, arrivals: Arrivals): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of input) {
    arrivals.bytes(piece)
    yield piece
  }
  arrivals.ended()
}
