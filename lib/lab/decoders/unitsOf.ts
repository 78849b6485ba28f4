import type { Stretch } from '@/lab/decoders/decoder.js'

/** What a fault that counts frames takes for one: the fields of a payload as the payload that they are. */
export const unitsOf = (stretches: readonly Stretch[]): readonly Pick<Stretch, 'kind' | 'bytes' | 'endsFrame'>[] => {
  const units: Pick<Stretch, 'kind' | 'bytes' | 'endsFrame'>[] = []
  for (const { kind, bytes, endsFrame } of stretches) {
    const before = units.at(-1)
    const goesOn = before?.kind === 'payload' && kind === 'payload' && !before.endsFrame
    if (before !== undefined && goesOn)
      units[units.length - 1] = { kind, bytes: joined(before.bytes, bytes), endsFrame }
    else units.push({ kind, bytes, endsFrame })
  }
  return units
}

/** Two views of one chunk that stand side by side, as one. */
const joined = (one: Buffer, next: Buffer): Buffer => Buffer.from(one.buffer, one.byteOffset, one.length + next.length)
