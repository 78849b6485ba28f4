/** The three parts of an hmac authorization. */
export interface HmacHeader {
  /** Whole seconds since the epoch. */
  readonly timestamp: number
  /** 0 to 255 bytes of UTF-8, without a colon. */
  readonly nonce: string
  /** 64 bytes */
  readonly code: Buffer
}

const PREFIX = 'X-HMAC '
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/
/** 64 bytes in standard base64; the bits that stand for nothing are zero. */
const CODE = /^[A-Za-z0-9+/]{85}[AQgw](?:==)?$/

/** @see WIRE.md, "hmac" */
export const formatHmacHeader = (timestamp: number, nonce: string, code: string): string =>
  `${PREFIX}${timestamp}:${nonce}:${code}`

/** Undefined when the text is no such authorization. What no writer produces is not read either. */
export const parseHmacHeader = (text: string): HmacHeader | undefined => {
  if (!text.startsWith(PREFIX)) return undefined
  const first = text.indexOf(':', PREFIX.length)
  const second = text.indexOf(':', first + 1)
  if (first < 0 || second < 0) return undefined
  const timestamp = text.slice(PREFIX.length, first)
  const code = text.slice(second + 1)
  if (!DECIMAL.test(timestamp) || !CODE.test(code)) return undefined
  return { timestamp: Number(timestamp), nonce: text.slice(first + 1, second), code: Buffer.from(code, 'base64') }
}
