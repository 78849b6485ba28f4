/**
 * Question: what do the messages of the protocol families cost to write and to read, without sockets?
 * Unit: messages a second.
 * Sizes: 256 letters of content in each; RSA keys of 2,048 bits; a file letter as it is.
 * Baseline: `JSON.stringify` and `JSON.parse` on the message of Pyile, which is one JSON object. Others have baselines in
 * questions of their own: plain STP packets in `stpPackets`, NOTIFY of the lonely protocol in `notify256`, whole requests
 * of pnet in `pnet`.
 */
import { FernetKey, NodeKey, decodePacket, encodePacket, openEnvelope, sealEnvelope } from 'framewright/pnet'
import { decodeLetter, encodeLetter } from '@/protocols/files/letters.js'
import { ownMessage, readMessage } from '@/protocols/pyile/message.js'
import { identityFrom, readRemoteKey } from '@/protocols/stp/rsaKeys.js'
import { HYBRID, openBody, sealHybrid } from '@/protocols/stp/sealedBody.js'
import { micro, type Micro, patternAt, type Question } from 'framewright/bench'
import { PNET_KEY } from './contenders/pnetKey.js'
import { repeated } from './repeated.js'

const BYTES = 256
const SECONDS = { full: 4, quick: 0.3, trial: 0.02 }
const CONTENT = patternAt(1, BYTES)

export const families: Question = {
  name: 'families',
  asks: 'What do the messages of the protocol families cost to write and to read?',
  longOnly: true,
  seconds: { full: 60, quick: 6 },
  needs: ['benchmark'],
  answer: async (plan) => {
    const figures = []
    for (const [family, works] of Object.entries({ pyile: pyile(), files: files(), pnet: pnet(), stp: stp() })) {
      plan.progress(family)
      figures.push(...(await micro(works, SECONDS[plan.pace], plan)))
    }
    return { figures, promised: [] }
  },
}

/** One message between peers. */
const pyile = (): readonly Micro[] => {
  const data = CONTENT.toString('latin1')
  const [to, from] = ['Broadcast', ['127.0.0.1', 49_883]] as const
  const { bytes } = ownMessage(data, 'somebody', to, from)
  const members = { data, alias: 'somebody', to, from }
  const text = bytes.toString('latin1')
  const plain = JSON.stringify(members).length
  return [
    repeated('Pyile message, write', bytes.length, () => ownMessage(data, 'somebody', to, from).bytes.length),
    repeated('Pyile message, JSON.stringify', plain, () => JSON.stringify(members).length),
    repeated('Pyile message, read', text.length, () => readMessage(bytes).text.length),
    repeated('Pyile message, JSON.parse', BYTES, () => {
      const { data: found }: { readonly data?: unknown } = JSON.parse(text)
      return typeof found === 'string' ? found.length : 0
    }),
  ]
}

/** The letter that asks for an upload. */
const files = (): readonly Micro[] => {
  const letter = { type: 'upload-request', fileSize: 123_456_789, destinationPath: 'holiday/beach.jpg' } as const
  const bytes = encodeLetter(letter)
  return [
    repeated('file letter, write', bytes.length, () => encodeLetter(letter).length),
    repeated('file letter, read', letter.fileSize, () => {
      const read = decodeLetter(bytes)
      return read.type === 'upload-request' ? read.fileSize : 0
    }),
  ]
}

/** The line that travels, the token of the network layer, and the envelope for one node. */
const pnet = (): readonly Micro[] => {
  const node = NodeKey.parsePem(PNET_KEY)
  const network = FernetKey.generate()
  const packet = { networkId: 'nodes', type: 'msg', content: CONTENT, key: node.publicKey.field }
  const line = encodePacket(packet)
  const token = network.seal(CONTENT)
  const envelope = sealEnvelope(CONTENT, node.publicKey)
  return [
    repeated('pnet line, write', line.length, () => encodePacket(packet).length),
    repeated('pnet line, read', BYTES, () => decodePacket(line).content.length),
    repeated('pnet Fernet token, seal', token.length, () => network.seal(CONTENT).length),
    repeated('pnet Fernet token, open', BYTES, () => network.open(token).length),
    repeated('pnet envelope, seal', envelope.length, () => sealEnvelope(CONTENT, node.publicKey).length),
    single('pnet envelope, open', BYTES, () => openEnvelope(envelope, node).length),
  ]
}

/** A sealed body; it is opened beside the event loop, one after the other here. */
const stp = (): readonly Micro[] => {
  const identity = identityFrom(PNET_KEY)
  const key = readRemoteKey(identity.publicKeyHex)
  if (key === undefined) throw new Error('its own key cannot be read')
  const header = Buffer.from('{"user": "somebody"}')
  const sealed = sealHybrid(CONTENT, header, key)
  return [
    repeated('STP sealed body, seal', sealed.length, () => sealHybrid(CONTENT, header, key).length),
    single('STP sealed body, open', BYTES, async () => (await openBody(sealed, header, identity, HYBRID)).length),
  ]
}

const single = (name: string, expected: number, run: Micro['run']): Micro => ({ name, operations: 1, expected, run })
