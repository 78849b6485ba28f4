/** A value of a peer as JSON on one line; `$bytes` is hex, `$int` a whole number that JSON would round. */
export const printable = (value: unknown): string => JSON.stringify(plain(value)) ?? 'null'

const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') }
  if (typeof value === 'bigint') return { $int: String(value) }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return { $map: [...value].map(([key, member]) => [plain(key), plain(member)]) }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
