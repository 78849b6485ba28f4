import type { Plugin } from '@/core/plugin.js'

/** Every byte XOR `key`. */
const xor = (key: number): Plugin => {
  const crossed = (message: Uint8Array): Uint8Array => message.map((byte) => byte ^ key)
  return { outbound: crossed, inbound: crossed }
}

/** `text` in front; taken away again unread, as the recorded peers did. */
const tag = (text: string): Plugin => {
  const bytes = Buffer.from(text, 'ascii')
  return {
    outbound: (message) => Buffer.concat([bytes, message]),
    inbound: (message) => message.subarray(bytes.length),
  }
}

/** The bytes as lower-case hex text. */
const hex: Plugin = {
  outbound: (message) => Buffer.from(Buffer.from(message).toString('hex'), 'ascii'),
  inbound: (message) => {
    const text = Buffer.from(message).toString('latin1')
    if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error('this is not hex')
    return Buffer.from(text, 'hex')
  },
}

/** The last byte first. */
const reverse: Plugin = {
  outbound: (message) => message.toReversed(),
  inbound: (message) => message.toReversed(),
}

/** A plugin as the recordings in `spec/vectors` name it: `xor:K` (decimal), `tag:TEXT`, `hex` or `reverse`. */
export const recordedPlugin = (text: string): Plugin => {
  const [kind, parameter = ''] = text.split(/:(.*)/s)
  if (kind === 'xor') return xor(Number(parameter))
  if (kind === 'tag') return tag(parameter)
  if (kind === 'hex') return hex
  if (kind === 'reverse') return reverse
  throw new Error(`no recording has a plugin called ${text}`)
}
