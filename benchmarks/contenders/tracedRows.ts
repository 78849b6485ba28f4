import { dialectNamed, type TraceRow, traceRow } from 'framewright/lab'

const CONVERSATIONS = 20
const OK = Buffer.of(0xff)

interface Said {
  readonly conversation: number
  readonly from: 'opener' | 'acceptor'
  readonly bytes: Buffer
}

/**
 * So many rows of strict connections that send messages of 1 to 500 bytes, each a length, an answer and a payload. What
 * they send is the same each time, and nothing that could be compressed.
 */
export function* tracedRows(count: number): Generator<TraceRow, void, undefined> {
  const ends = Array.from({ length: CONVERSATIONS }, () => dialectNamed('handshake').decoders())
  const told = talk()
  let atMs = 0
  const opened = Math.min(count, CONVERSATIONS)
  for (let conversation = 0; conversation < opened; conversation++) {
    const names = { opener: `10.0.0.${conversation + 1}:40000`, acceptor: '10.0.0.100:4000' }
    yield traceRow({ kind: 'open', conversation, atMs, dialect: 'handshake', ...names }, 0)
  }
  for (let made = opened; made < count; made++) {
    const { value: said } = told.next()
    const { conversation, from, bytes } = said
    const stretches = ends[conversation]?.[from].read(bytes) ?? []
    const meaning = stretches.map((stretch) => stretch.meaning).join('; ')
    atMs += 0.005 + (made % 7) / 100
    const times = { atMs, sentMs: atMs, receivedMs: atMs + 0.02 + (made % 11) / 100 }
    yield traceRow({ kind: 'said', conversation, ...times, from, what: 'bytes', bytes, stretches, meaning }, 0)
  }
}

/** What they say, without end; the payload is to be read before the next is asked for. */
function* talk(): Generator<Said, never, undefined> {
  const payload = Buffer.alloc(500)
  const random = randomBytes()
  for (let conversation = 0; conversation < CONVERSATIONS; conversation++) {
    yield { conversation, from: 'opener', bytes: OK }
    yield { conversation, from: 'acceptor', bytes: OK }
  }
  for (let number = 0; ; number++) {
    const conversation = number % CONVERSATIONS
    const size = 1 + ((number * 7_919) % payload.length)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(size)
    yield { conversation, from: 'opener', bytes: length }
    yield { conversation, from: 'acceptor', bytes: OK }
    const message = payload.subarray(0, size)
    for (let at = 0; at < size; at++) message[at] = random.next().value
    yield { conversation, from: 'opener', bytes: message }
  }
}

function* randomBytes(): Generator<number, never, undefined> {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state >>> 24
  }
}
