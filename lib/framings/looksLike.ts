const VERBS = ['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'TRAC']

/**
 * What the first bytes of a stream resemble, for an error that helps: strangers often knock at the wrong port.
 * @param start up to the first four bytes
 * @returns a phrase such as `an HTTP request ("GET ")`, or undefined when nothing known
 */
export const looksLike = (start: Uint8Array): string | undefined => {
  const text = Buffer.from(start.subarray(0, 4)).toString('latin1')
  if (text.length === 0) return undefined
  const quoted = JSON.stringify(text)
  if (text.length > 1 && VERBS.some((verb) => verb.startsWith(text))) return `an HTTP request (${quoted})`
  if (text.startsWith('HTTP')) return `an HTTP response (${quoted})`
  if (text.startsWith('SSH-')) return `an SSH greeting (${quoted})`
  if (text === 'PRI ') return `an HTTP/2 preface (${quoted})`
  if (start[0] === 0x16 && (start.length === 1 || start[1] === 0x03)) return 'a TLS hello'
  if (start[0] === 0x15 && start[1] === 0x03) return 'a TLS alert'
  return /^[\x20-\x7e\r\n\t]+$/.test(text) ? `text (${quoted})` : undefined
}
