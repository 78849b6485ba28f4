/**
 * Finds bytes that one end has sent in what the other end has read, by their place in the stream.
 * @param reads what was read, in order, each with when
 * @returns when the byte at a place had been read, counted from 1; undefined when it never was. Places never go back.
 */
export const foundWhen = (
  reads: readonly { readonly atMs: number; readonly bytes: number }[],
): ((place: number) => number | undefined) => {
  let next = 0
  let found = 0
  return (place) => {
    for (let read = reads[next]; found < place && read !== undefined; read = reads[next]) {
      found += read.bytes
      next++
    }
    return found < place ? undefined : reads[next - 1]?.atMs
  }
}
