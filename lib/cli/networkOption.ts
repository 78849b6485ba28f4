import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { UsageError } from '@/cli/usageError.js'

/** A network of this machine, by its name or its IPv4 address, as it was typed. @throws UsageError when it has none like it */
export const interfaceFrom = (text: string): string => {
  const known = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => ({ name, address })),
  )
  // Every address of the loopback is one of this machine, although only one of them is listed.
  const isOwn = isIPv4(text) && text.startsWith('127.')
  if (isOwn || known.some(({ name, address }) => text === name || text === address)) return text
  const names = [...new Set(known.map(({ name }) => name))].join(', ')
  throw new UsageError(
    `--interface wants a network of this machine, not ${JSON.stringify(text)}`,
    `give one of ${names}, or its IPv4 address`,
  )
}

/** An IPv4 address, as it was typed. @throws UsageError */
export const ipv4From = (text: string, option: string, such: string): string => {
  if (isIPv4(text)) return text
  throw new UsageError(`${option} wants an IPv4 address, not ${JSON.stringify(text)}`, `such as ${such}`)
}
