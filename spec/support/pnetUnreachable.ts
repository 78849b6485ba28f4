// Sends to a node that is not there, with nothing else that keeps the process alive.
import { NodeKey, Node } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'

const key = await NodeKey.generate({ bits: 512 })
const node = new Node({ name: 'alice', key, connectAttempts: 2, connectRetryMs: 20 })
node.addPeer({ name: 'bob', host: '127.0.0.1', port: 1, publicKey: key.publicKey })
await node.send('bob', 'hi').catch((error: unknown) => {
  console.log(error instanceof TransportError ? error.code : error)
})
