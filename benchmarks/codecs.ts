/**
 * Question: what does the handshake framing itself cost, without sockets?
 * Unit: messages a second through `push` and `next` (reading), through `start` and `finish` (writing).
 * Sizes: 64 B messages, read from chunks of 64 KiB.
 * Baseline: a hand-written loop over the same chunks.
 */
import { HandshakeFraming, OK } from 'framewright/framings'
import { fillWithPattern, micro, type Micro, type Question } from 'framewright/bench'

const BYTES = 64
const LENGTH_BYTES = 4
const FRAME_BYTES = LENGTH_BYTES + BYTES
const CHUNK_BYTES = 65_536
/** Chunks of a whole number of frames would spare the code what is hard: a frame across two chunks. */
const CHUNKS = FRAME_BYTES
const MESSAGES = (CHUNKS * CHUNK_BYTES) / FRAME_BYTES
const SECONDS = { full: 5, quick: 1, trial: 0.02 }

export const codecs: Question = {
  name: 'codecs',
  asks: 'What does the handshake framing itself cost, without sockets?',
  seconds: { full: 20, quick: 4 },
  needs: ['benchmark'],
  answer: async (plan) => ({
    figures: await micro([reading, byHand, writing], SECONDS[plan.pace]),
    promised: [],
  }),
}

const CHUNKED = ((): readonly Buffer[] => {
  const stream = Buffer.alloc(CHUNKS * CHUNK_BYTES)
  for (let at = 0; at < stream.length; at += FRAME_BYTES) {
    stream.writeUInt32BE(BYTES, at)
    fillWithPattern(stream.subarray(at + LENGTH_BYTES, at + FRAME_BYTES), at)
  }
  return Array.from({ length: CHUNKS }, (_, chunk) => stream.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES))
})()

/** Uses what was read, so that no compiler can leave the work out. */
const used = (message: Buffer): number => (message[0] ?? 0) + message.length
const EXPECTED = ((): number => {
  const stream = Buffer.concat(CHUNKED)
  let sum = 0
  for (let at = LENGTH_BYTES; at < stream.length; at += FRAME_BYTES) sum += used(stream.subarray(at, at + BYTES))
  return sum
})()

const WRITER = { byte: () => {}, u32: () => {}, bytes: () => {} }
const freshFraming = (windowBytes: number): HandshakeFraming => {
  const framing = new HandshakeFraming({ role: 'acceptor', writer: WRITER, maxMessageBytes: CHUNK_BYTES, windowBytes })
  framing.open()
  framing.push(Buffer.from([OK]))
  framing.next()
  framing.acceptUpTo = CHUNK_BYTES
  return framing
}

const reading: Micro = {
  name: 'handshake, push and next',
  operations: MESSAGES,
  expected: EXPECTED,
  run: () => {
    const framing = freshFraming(0)
    let sum = 0
    for (const chunk of CHUNKED) {
      framing.push(chunk)
      for (let step = framing.next(); step !== undefined; step = framing.next()) {
        if (step.do === 'deliver') sum += used(step.message)
        else if (step.do === 'piece')
          sum += step.left + step.bytes.length === step.size ? used(step.bytes) : step.bytes.length
      }
    }
    return sum
  },
}

const byHand: Micro = {
  name: 'a loop by hand',
  operations: MESSAGES,
  expected: EXPECTED,
  run: () => {
    let rest: Buffer = Buffer.alloc(0)
    let sum = 0
    for (const chunk of CHUNKED) {
      const frames = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let at = 0
      for (let end = frameEnd(frames, at); end <= frames.length; end = frameEnd(frames, at)) {
        sum += used(frames.subarray(at + LENGTH_BYTES, end))
        at = end
      }
      rest = frames.subarray(at)
    }
    return sum
  },
}

const frameEnd = (frames: Buffer, at: number): number =>
  frames.length - at < LENGTH_BYTES ? Number.POSITIVE_INFINITY : at + LENGTH_BYTES + frames.readUInt32BE(at)

const ANSWERS = Buffer.alloc(CHUNK_BYTES, OK)
const writing: Micro = {
  name: 'handshake, start and finish',
  operations: MESSAGES,
  expected: MESSAGES,
  run: () => {
    const framing = freshFraming(MESSAGES * FRAME_BYTES)
    for (let sent = 0; sent < MESSAGES; sent++) {
      framing.start(BYTES)
      framing.finish()
    }
    let answered = 0
    while (answered < MESSAGES) {
      framing.push(ANSWERS.subarray(0, Math.min(ANSWERS.length, MESSAGES - answered)))
      for (let step = framing.next(); step !== undefined; step = framing.next())
        if (step.do === 'answered') answered += step.count
    }
    return answered
  },
}
