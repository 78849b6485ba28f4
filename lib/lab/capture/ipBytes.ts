import { isIPv6 } from 'node:net'

/** An IP address as its 4 or 16 bytes. @param host as `node:net` knows it, without a zone */
export const ipBytes = (host: string): Buffer => {
  if (!isIPv6(host)) return Buffer.from(host.split('.').map(Number))
  const [left = '', right] = host.split('::')
  const before = groups(left)
  const after = right === undefined ? [] : groups(right)
  const zeros = new Array<number>(16 - before.length - after.length).fill(0)
  return Buffer.from([...before, ...zeros, ...after])
}

/** The bytes of groups such as `fe80:1` or, as in a mapped address, `ffff:127.0.0.1`. */
const groups = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (group.includes('.')) return group.split('.').map(Number)
        const value = Number.parseInt(group, 16)
        return [value >> 8, value & 0xff]
      })
