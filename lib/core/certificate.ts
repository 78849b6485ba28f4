import { generateKeyPair, randomBytes, X509Certificate } from 'node:crypto'
import { isIP, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { promisify } from 'node:util'
import { checkRanges } from '@/core/options.js'
import { TransportError, wordsOf } from '@/errors.js'

/** For whom a development certificate is good, and how long. */
export interface SelfSignedOptions {
  /** Names (`*.example.org` too) and IP addresses it is good for; at least one. @default localhost, 127.0.0.1, ::1 */
  readonly hosts?: readonly string[]
  /** How long it is good, from a minute ago. 1 to 825. @default 30 */
  readonly days?: number
  /** Its owner, for people; programs look at `hosts`. 1 to 64 characters. @default 'framewright development' */
  readonly commonName?: string
}

/** PEM text for `tls.key` and `tls.cert`; the other end names `cert` as its `ca`. */
export interface SelfSigned {
  readonly key: string
  readonly cert: string
  /** SHA-256 over the certificate, as `getPeerCertificate().fingerprint256` writes it. */
  readonly fingerprint256: string
}

const HOSTS = ['localhost', '127.0.0.1', '::1']
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const HOST_NAME = /^(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** The kinds of `GeneralName` in RFC 5280 that are used here. */
const DNS_NAME = 2
const IP_ADDRESS = 7

/**
 * Makes a certificate for development: a new RSA key that vouches for itself and for nobody else. Takes some 0.1 to
 * 1 s, most of it off the event loop. Nothing is stored. `node-forge` is loaded by the first call, not before.
 * @throws TransportError OPTION_INVALID, CERTIFICATE_FAILED
 */
export const selfSigned = async (options: SelfSignedOptions = {}): Promise<SelfSigned> => {
  const { days } = checkRanges<{ days: number }>({ days: options.days }, { days: [30, 1, 825] })
  const altNames = hostsOf(options.hosts ?? HOSTS).map(altNameOf)
  const commonName = checkCommonName(options.commonName ?? 'framewright development')
  try {
    const { default: forge } = await import('node-forge')
    const pair = await newKeyPair()
    const certificate = forge.pki.createCertificate()
    certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
    certificate.serialNumber = serialNumber()
    const begin = Math.floor((Date.now() - MINUTE_MS) / 1_000) * 1_000
    certificate.validity.notBefore = new Date(begin)
    certificate.validity.notAfter = new Date(begin + days * DAY_MS)
    const owner = { name: 'commonName', value: commonName }
    // forge wants a Type here, its declarations a Class
    Reflect.set(owner, 'valueTagClass', forge.asn1.Type.UTF8)
    certificate.setSubject([owner])
    certificate.setIssuer([owner])
    certificate.setExtensions([
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames },
      { name: 'subjectKeyIdentifier' },
    ])
    certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create())
    const cert = forge.pki.certificateToPem(certificate)
    return { key: pair.privateKey, cert, fingerprint256: new X509Certificate(cert).fingerprint256 }
  } catch (cause) {
    throw new TransportError('CERTIFICATE_FAILED', { reason: wordsOf(cause) }, { cause })
  }
}

/** By Node's own crypto, in its thread pool: forge would take seconds, and hold up the event loop. */
const newKeyPair = () =>
  promisify(generateKeyPair)('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

/** 16 bytes in hex, positive and without a zero in front, as DER wants it. */
const serialNumber = (): string => {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes.toString('hex')
}

const hostsOf = (hosts: unknown): readonly unknown[] => {
  if (Array.isArray(hosts) && hosts.length > 0) return hosts
  throw new TransportError('OPTION_INVALID', { option: 'hosts', given: String(hosts), expected: 'a list of hosts' })
}

const altNameOf = (host: unknown) => {
  if (typeof host === 'string') {
    const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
    // forge reads IPv6 addresses only in the form that URL writes: no IPv4 at their end
    if (isIPv6(bare) && !bare.includes('%')) {
      return { type: IP_ADDRESS, ip: new URL(`http://[${bare}]`).hostname.slice(1, -1) }
    }
    if (isIP(host) === 4) return { type: IP_ADDRESS, ip: host }
    const name = host.startsWith('*.') ? `*.${domainToASCII(host.slice(2))}` : domainToASCII(host)
    // a short form such as 1.2.3 has become an address
    if (name.length <= 253 && HOST_NAME.test(name) && isIP(name) === 0) return { type: DNS_NAME, value: name }
  }
  const expected = 'a host name or an IP address'
  throw new TransportError('OPTION_INVALID', { option: 'hosts', given: String(host), expected })
}

const checkCommonName = (name: unknown): string => {
  if (typeof name === 'string' && /^[^\p{Cc}\p{Cs}]{1,64}$/u.test(name)) return name
  const expected = '1 to 64 characters, none of them control characters'
  throw new TransportError('OPTION_INVALID', { option: 'commonName', given: String(name), expected })
}
