import { X509Certificate } from 'node:crypto'
import { createSecureContext, type ConnectionOptions as TlsClientOptions, type TlsOptions } from 'node:tls'
import type { Options } from '@/cli/arguments.js'
import type { Report } from '@/cli/report.js'
import { textFile, writeTextFile } from '@/cli/textFile.js'
import { UsageError } from '@/cli/usageError.js'
import { type ConnectionDetails, selfSigned } from '@/core/index.js'

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
    const pem = { cert: await textFile(cert), key: await textFile(key) }
    const { fingerprint256 } = certificateIn(pem.cert, '--cert', cert)
    assertGoTogether(pem, cert, key)
    return { tls: pem, fingerprint256 }
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

/** What a client needs for TLS. Without --tls, nothing. @throws UsageError, or FILE_FAILED */
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
  const { ca: path, insecure } = values
  if (path !== undefined && insecure === true)
    throw new UsageError('--ca trusts some and --insecure anybody', 'give one of them')
  if (insecure === true) return { tls: { rejectUnauthorized: false } }
  if (path === undefined) return { tls: {} }
  const ca = await textFile(path)
  certificateIn(ca, '--ca', path)
  return { tls: { ca } }
}

const certificateIn = (pem: string, option: string, path: string): X509Certificate => {
  try {
    return new X509Certificate(pem)
  } catch {
    throw new UsageError(`${option} wants a file with a certificate, PEM, and ${JSON.stringify(path)} holds none`)
  }
}

const assertGoTogether = (pem: { readonly cert: string; readonly key: string }, cert: string, key: string): void => {
  try {
    createSecureContext(pem)
  } catch {
    const what = `the key of ${JSON.stringify(cert)}, PEM and without a passphrase`
    throw new UsageError(`--key wants ${what}, and ${JSON.stringify(key)} is not that`)
  }
}
