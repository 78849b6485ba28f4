import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import type { Stretch, WireKind } from '@/lab/decoders/decoder.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { chunkings, cutInto } from '../support/chunkings.js'
import { lcg32 } from '../support/lcg32.js'

/** What a decoder made of a stream, told so that it is the same however the stream was cut. */
export interface Decoded {
  /** For each byte what kind it is, and whether a field or a frame ends with it. */
  readonly marks: Buffer
  /** What was said of each whole field. */
  readonly fields: readonly string[]
  readonly end: string | undefined
}

const KINDS: readonly WireKind[] = ['opening', 'length', 'answer', 'payload', 'delimiter', 'bytes']
const [ENDS_FIELD, ENDS_FRAME] = [0x10, 0x20]
/** Every cut in two is tried of streams up to this size. */
const SMALL_BYTES = 160
const RANDOM_CUTS = 6
const SEED = 20_260_101

/** `payload, 3 of 3 bytes` is `payload, 3 bytes` that did not come at once; `yes x 2` is twice `yes`. */
const wholeWords = ({ kind, bytes, meaning }: Stretch): readonly string[] =>
  kind === 'answer'
    ? Array.from(bytes, () => meaning.replace(/ x \d+$/, ''))
    : [meaning.replace(/\b(\d+) of \1 (bytes?)\b/, '$1 $2')]

/** Reads chunks along, and checks what holds for each: all of it comes back, as views of it, unchanged. */
export const decode = (dialect: string, role: Role, chunks: readonly Buffer[]): Decoded => {
  const decoder = dialectNamed(dialect).decoders()[role]
  const marks: Buffer[] = []
  const fields: string[] = []
  for (const chunk of chunks) {
    const before = Buffer.from(chunk)
    let at = 0
    for (const stretch of decoder.read(chunk)) {
      const { bytes, kind, endsField, endsFrame, meaning } = stretch
      const isView = bytes.buffer === chunk.buffer && bytes.byteOffset === chunk.byteOffset + at
      if (!isView || bytes.length === 0) expect.fail(`not the bytes at ${at}, or none: "${meaning}"`)
      if (!/^[\x20-\x7e·]*$/.test(meaning)) expect.fail(`not fit for a terminal: ${JSON.stringify(meaning)}`)
      at += bytes.length
      const each = KINDS.indexOf(kind) | (endsField && kind === 'answer' ? ENDS_FIELD : 0)
      const mark = Buffer.alloc(bytes.length, each)
      mark[bytes.length - 1] = each | (endsField ? ENDS_FIELD : 0) | (endsFrame ? ENDS_FRAME : 0)
      marks.push(mark)
      if (endsField) fields.push(...wholeWords(stretch))
    }
    if (at !== chunk.length || !chunk.equals(before)) expect.fail(`${at} of ${chunk.length} bytes, or others`)
  }
  return { marks: Buffer.concat(marks), fields, end: decoder.end() }
}

const isSame = (one: Decoded, other: Decoded): boolean =>
  one.marks.equals(other.marks) && one.end === other.end && one.fields.join('\n') === other.fields.join('\n')

/** The stream in random chunks, and how. */
const randomCuts = (stream: Buffer): (readonly [how: string, chunks: readonly Buffer[]])[] =>
  Array.from({ length: RANDOM_CUTS }, (_, round) => {
    const seed = SEED + round
    const sizes = [...lcg32(seed, 64)].map((byte) => (round % 2 === 0 ? byte % 7 : byte * (round + 1)))
    return [`cut at random, seed ${seed}`, cutInto(stream, sizes)]
  })

/** A decoder says the same of a stream for every cut of it. @returns what it says */
export const expectSameForEveryCut = (dialect: string, role: Role, stream: Buffer, name = ''): Decoded => {
  const whole = decode(dialect, role, [stream])
  const cuts = stream.length <= SMALL_BYTES ? chunkings(stream) : chunkings(stream.subarray(0, 0))
  const byBytes = ['byte by byte', [...stream.keys()].map((at) => stream.subarray(at, at + 1))] as const
  for (const [how, chunks] of [...cuts.slice(2), byBytes, ...randomCuts(stream)]) {
    const cut = decode(dialect, role, chunks)
    // Deep equality of lists of thousands is slow where it holds.
    if (!isSame(cut, whole)) expect(cut, `${dialect} ${name} ${how}`).to.deep.equal(whole)
  }
  return whole
}
