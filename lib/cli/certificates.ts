import { X509Certificate } from 'node:crypto'
import type { ConnectionOptions as TlsClientOptions, TlsOptions } from 'node:tls'
import type { Options } from '@/cli/arguments.js'
import type { Report } from '@/cli/report.js'
import { textFile, writeTextFile } from '@/cli/textFile.js'
import { UsageError } from '@/cli/usageError.js'
import { type ConnectionDetails, selfSigned } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** The options of a command that listens. */
export const SERVER_TLS = {
  tls: { type: 'boolean', help: 'TLS; with a new certificate for this run unless --cert and --key are given' },
  cert: { type: 'string', value: 'FILE', help: 'certificate to show, PEM' },
  key: { type: 'string', value: 'FILE', help: 'its key, PEM' },
  'save-cert': {
    type: 'string',
    value: 'FILE',
    help: 'writes the new certificate there, for the --ca of the other end',
  },
} as const satisfies Options

/** The options of a command that connects. */
export const CLIENT_TLS = {
  tls: { type: 'boolean', help: 'TLS' },
  ca: { type: 'string', value: 'FILE', help: 'trusts the certificates in this file, PEM, and no others' },
  insecure: { type: 'boolean', help: 'trusts any certificate: whoever is in between can read and change everything' },
} as const satisfies Options

interface ServerValues {
  readonly tls?: boolean
  readonly cert?: string
  readonly key?: string
  readonly 'save-cert'?: string
}

/** What a server needs for TLS, and by what its certificate is recognised. */
interface Secured {
  readonly tls: TlsOptions
  readonly fingerprint256: string
}

/** Without --tls, nothing. @throws UsageError, or FILE_FAILED */
export const serverTls = async (values: ServerValues, address: ConnectionDetails): Promise<Secured | undefined> => {
  const { cert, key, 'save-cert': saved } = values
  if (values.tls !== true) {
    const alone = ['cert', 'key', 'save-cert'].find((name) => Object.hasOwn(values, name))
    if (alone !== undefined) throw new UsageError(`--${alone} makes sense with --tls only`)
    return undefined
  }
  if (cert !== undefined && key !== undefined) {
    const pem = await textFile(cert)
    return { tls: { cert: pem, key: await textFile(key) }, fingerprint256: fingerprintOf(pem, cert) }
  }
  if (cert !== undefined || key !== undefined) throw new UsageError('--cert and --key go together')
  const own = ['localhost', '127.0.0.1', '::1']
  const { host } = address
  const made = await selfSigned({ hosts: host === '' || host === '::' || own.includes(host) ? own : [...own, host] })
  if (saved !== undefined) await writeTextFile(saved, made.cert)
  return { tls: { cert: made.cert, key: made.key }, fingerprint256: made.fingerprint256 }
}

/** By what clients can recognise the server, if it speaks TLS. */
export const tellCertificate = (secured: Secured | undefined, report: Report): void => {
  if (secured === undefined) return
  const { fingerprint256 } = secured
  report.tell('certificate', { fingerprint256 }, `certificate SHA-256 ${fingerprint256}`)
}

/** What a client needs for TLS. Without --tls, nothing. */
export const clientTls = async (values: {
  readonly tls?: boolean
  readonly ca?: string
  readonly insecure?: boolean
}): Promise<{ readonly tls?: TlsClientOptions }> => {
  if (values.tls !== true) {
    if (values.ca !== undefined || values.insecure === true)
      throw new UsageError('--ca and --insecure make sense with --tls only')
    return {}
  }
  if (values.insecure === true) return { tls: { rejectUnauthorized: false } }
  return { tls: values.ca === undefined ? {} : { ca: await textFile(values.ca) } }
}

const fingerprintOf = (pem: string, path: string): string => {
  try {
    return new X509Certificate(pem).fingerprint256
  } catch (cause) {
    throw new TransportError('FILE_FAILED', { path, says: 'it holds no certificate' }, { cause })
  }
}
