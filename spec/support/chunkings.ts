/** The same bytes in other chunks: whole, byte by byte, and cut in two at every place. */
export const chunkings = (bytes: Buffer): (readonly [how: string, chunks: readonly Buffer[]])[] => {
  const each = [...bytes.keys()]
  const inTwo = each.slice(1).map((at) => [`cut in two at ${at}`, [bytes.subarray(0, at), bytes.subarray(at)]] as const)
  return [['whole', [bytes]], ['byte by byte', each.map((at) => bytes.subarray(at, at + 1))], ...inTwo]
}

/** The bytes in chunks of these sizes; what is left over is the last chunk. */
export const cutInto = (bytes: Buffer, sizes: readonly number[]): Buffer[] => {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}
