/**
 * Question: what do the framings themselves cost, without sockets?
 * Unit: messages a second through `push` and `next` (reading), through `start` and `finish` (writing, with its answers).
 * Sizes: 64 B messages, read from chunks of 64 KiB; `json` asks the same of longer JSON values.
 * Baseline: a hand-written loop over the same chunks as the handshake has.
 */
import { type Framing, HandshakeFraming, JsonFraming, LengthFraming, LineFraming, OK } from 'framewright/framings'
import { fillWithPattern, micro, type Micro, type Question } from 'framewright/bench'

const BYTES = 64
const LENGTH_BYTES = 4
const CHUNK_BYTES = 65_536
const SECONDS = { full: 4, quick: 0.4, trial: 0.02 }
const WRITER = { byte: () => {}, u32: () => {}, bytes: () => {} }

export const codecs: Question = {
  name: 'codecs',
  asks: 'What do the framings themselves cost, without sockets?',
  seconds: { full: 25, quick: 6 },
  needs: ['benchmark'],
  answer: async (plan) => ({ figures: await micro(works(), SECONDS[plan.pace], plan), promised: [] }),
}

/** What of a message is looked at, so that no compiler can leave the work out. */
const used = (message: Buffer): number => (message[0] ?? 0) + message.length

/** A stream of framed messages in chunks, and what all of them together come to. */
interface Stream {
  readonly chunks: readonly Buffer[]
  readonly count: number
  readonly sum: number
}

/**
 * Chunks of a whole number of frames would spare the code what is hard, a frame across two chunks: so there are as many
 * chunks as a frame has bytes.
 * @param begin in front of each message @param end behind it
 */
const streamOf = (begin: Buffer, bytes: number, end: Buffer): Stream => {
  const frameBytes = begin.length + bytes + end.length
  const stream = Buffer.alloc(frameBytes * CHUNK_BYTES)
  let sum = 0
  for (let at = 0; at < stream.length; at += frameBytes) {
    begin.copy(stream, at)
    const message = stream.subarray(at + begin.length, at + begin.length + bytes)
    fillWithPattern(message, at)
    end.copy(stream, at + begin.length + bytes)
    sum += used(message)
  }
  const chunks = Array.from({ length: frameBytes }, (_, chunk) =>
    stream.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES),
  )
  return { chunks, count: CHUNK_BYTES, sum }
}

const NOTHING = Buffer.alloc(0)
const works = (): readonly Micro[] => {
  const head = Buffer.alloc(LENGTH_BYTES)
  head.writeUInt32BE(BYTES)
  const prefixed = streamOf(head, BYTES, NOTHING)
  const lines = streamOf(NOTHING, BYTES, Buffer.from('\n'))
  const quote = Buffer.from('"')
  // Of a value, its quotes are part.
  const inside = streamOf(quote, BYTES - 2 * quote.length, quote)
  const values = { ...inside, sum: inside.count * (BYTES + (quote[0] ?? 0)) }
  const limits = { writer: WRITER, maxMessageBytes: CHUNK_BYTES }
  return [
    reading('handshake, push and next', prefixed, () => freshHandshake(0)),
    byHand(prefixed),
    writing(prefixed.count),
    reading('length, push and next', prefixed, () => new LengthFraming(limits)),
    reading('lines, push and next', lines, () => new LineFraming(limits)),
    reading('JSON values, push and next', values, () => new JsonFraming(limits)),
  ]
}

const freshHandshake = (windowBytes: number): HandshakeFraming => {
  const framing = new HandshakeFraming({ role: 'acceptor', writer: WRITER, maxMessageBytes: CHUNK_BYTES, windowBytes })
  framing.open()
  framing.push(Buffer.from([OK]))
  framing.next()
  return framing
}

const reading = (name: string, { chunks, count, sum }: Stream, framingFor: () => Framing): Micro => ({
  name,
  operations: count,
  expected: sum,
  run: () => {
    const framing = framingFor()
    framing.acceptUpTo = CHUNK_BYTES
    let seen = 0
    for (const chunk of chunks) {
      framing.push(chunk)
      for (let step = framing.next(); step !== undefined; step = framing.next()) {
        if (step.do === 'deliver') seen += used(step.message)
        else if (step.do === 'piece')
          seen += step.left + step.bytes.length === step.size ? used(step.bytes) : step.bytes.length
      }
    }
    return seen
  },
})

const byHand = ({ chunks, count, sum }: Stream): Micro => ({
  name: 'a loop by hand',
  operations: count,
  expected: sum,
  run: () => {
    let rest: Buffer = NOTHING
    let seen = 0
    for (const chunk of chunks) {
      const frames = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      for (let end = frameEnd(frames, at); end <= frames.length; end = frameEnd(frames, at)) {
        seen += used(frames.subarray(at + LENGTH_BYTES, end))
        at = end
      }
      rest = frames.subarray(at)
    }
    return seen
  },
})

const frameEnd = (frames: Buffer, at: number): number =>
  frames.length - at < LENGTH_BYTES ? Number.POSITIVE_INFINITY : at + LENGTH_BYTES + frames.readUInt32BE(at)

const ANSWERS = Buffer.alloc(CHUNK_BYTES, OK)
const writing = (count: number): Micro => ({
  name: 'handshake, start and finish',
  operations: count,
  expected: count,
  run: () => {
    const framing = freshHandshake(count * (LENGTH_BYTES + BYTES))
    for (let sent = 0; sent < count; sent++) {
      framing.start(BYTES)
      framing.finish()
    }
    let answered = 0
    while (answered < count) {
      framing.push(ANSWERS.subarray(0, Math.min(ANSWERS.length, count - answered)))
      for (let step = framing.next(); step !== undefined; step = framing.next())
        if (step.do === 'answered') answered += step.count
    }
    return answered
  },
})
