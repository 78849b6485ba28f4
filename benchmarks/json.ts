/**
 * Question: how fast are JSON values told apart, without sockets, and is a long one as cheap a byte as a short one?
 * Unit: MB a second through `push` and `next`.
 * Sizes: values of 1 KiB, 64 KiB, 1 MiB and 8 MiB (the usual `maxMessageBytes`), nothing between them, in chunks of 64 KiB.
 * Baseline: lines with the same content, whose ends are searched natively; `JSON.parse` on whole values.
 */
import { JsonFraming, LineFraming, type OpenFraming } from 'framewright/framings'
import { type Figure, micro, type Micro, type Question, spreadOf } from 'framewright/bench'

const KIB = 1_024
const MIB = 1_048_576
const CHUNK_BYTES = 64 * KIB
const STREAM_BYTES = 8 * MIB
const SECONDS = { full: 5, quick: 1, trial: 0.02 }
const WRITER = { byte: () => {}, u32: () => {}, bytes: () => {} }

export const json: Question = {
  name: 'json',
  asks: 'How fast are JSON values told apart, and is a long one as cheap a byte as a short one?',
  longOnly: true,
  seconds: { full: 40, quick: 8 },
  needs: ['benchmark'],
  answer: async (plan) => {
    const works = worksOf()
    const measured = await micro(works, SECONDS[plan.pace], plan)
    const figures = measured.map((figure, at) => inMegabytes(figure, works[at]?.valueBytes ?? Number.NaN))
    const [kib = [], long = [], , longest = []] = figures.map(({ samples }) => samples)
    const { median } = spreadOf(long)
    return {
      figures,
      promised: [
        { name: 'values of 1 KiB', goal: { atLeast: 300 }, unit: 'MB/s', samples: kib },
        {
          name: 'a byte of 8 MiB over one of 64 KiB',
          goal: { atLeast: 0.5 },
          unit: '',
          samples: longest.map((rate) => rate / median),
        },
      ],
    }
  },
}

/** Objects and arrays in each other, short strings, a few escapes, numbers: the value a peer or a service would send. */
const valueOf = (bytes: number): Buffer => {
  const rows: string[] = []
  const close = (padding: number): string => `],"padding":"${'p'.repeat(padding)}"}`
  let size = '{"rows":['.length + close(0).length
  for (;;) {
    const id = rows.length
    const row = JSON.stringify({
      id,
      name: `sensor-${id}`,
      values: [1.5, -3, 2e10],
      ok: true,
      note: 'said "hi"\n',
      tags: ['a', 'ż'],
    })
    const more = Buffer.byteLength(row) + (id === 0 ? 0 : 1)
    if (size + more > bytes) break
    rows.push(row)
    size += more
  }
  return Buffer.from(`{"rows":[${rows.join()}${close(bytes - size)}`)
}

interface Work extends Micro {
  readonly valueBytes: number
}

/** Reads a stream of values, each with `end` behind it. */
const reading = (name: string, valueBytes: number, end: string, framingFor: () => OpenFraming): Work => {
  const value = Buffer.concat([valueOf(valueBytes), Buffer.from(end)])
  const operations = STREAM_BYTES / valueBytes
  const stream = Buffer.concat(Array.from({ length: operations }, () => value))
  const chunks: Buffer[] = []
  for (let at = 0; at < stream.length; at += CHUNK_BYTES) chunks.push(stream.subarray(at, at + CHUNK_BYTES))
  return {
    name,
    valueBytes,
    operations,
    expected: operations * (valueBytes + (value[0] ?? 0)),
    run: () => {
      const framing = framingFor()
      let sum = 0
      for (const chunk of chunks) {
        framing.push(chunk)
        for (let step = framing.next(); step !== undefined; step = framing.next())
          if (step.do === 'deliver') sum += step.message.length + (step.message[0] ?? 0)
      }
      return sum
    },
  }
}

const jsonFraming = (): OpenFraming => new JsonFraming({ writer: WRITER, maxMessageBytes: STREAM_BYTES })
const lineFraming = (): OpenFraming => new LineFraming({ writer: WRITER, maxMessageBytes: STREAM_BYTES })

const parsing = (): Work => {
  const text = valueOf(KIB).toString()
  const operations = KIB
  const { length } = Object.keys(JSON.parse(text))
  return {
    name: 'JSON.parse, 1 KiB',
    valueBytes: KIB,
    operations,
    expected: operations * length,
    run: () => {
      let sum = 0
      for (let count = 0; count < operations; count++) sum += Object.keys(JSON.parse(text)).length
      return sum
    },
  }
}

/** Made when they are asked for: the streams are as long as the longest value. */
const worksOf = (): readonly Work[] => [
  reading('json, 1 KiB', KIB, '', jsonFraming),
  reading('json, 64 KiB', 64 * KIB, '', jsonFraming),
  reading('json, 1 MiB', MIB, '', jsonFraming),
  reading('json, 8 MiB', 8 * MIB, '', jsonFraming),
  reading('lines, 1 KiB', KIB, '\n', lineFraming),
  parsing(),
]

const inMegabytes = ({ name, samples }: Figure, valueBytes: number): Figure => ({
  name,
  unit: 'MB/s',
  samples: samples.map((perSecond) => (perSecond * valueBytes) / 1e6),
})
