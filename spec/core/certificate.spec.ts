import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { expect } from 'chai'
import { type SelfSigned, type SelfSignedOptions, selfSigned } from '@/core/certificate.js'
import { TransportError } from '@/errors.js'

const rejection = async (options: SelfSignedOptions): Promise<TransportError> => {
  try {
    await selfSigned(options)
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
  throw new Error('a certificate was made')
}

const told = async (socket: TLSSocket): Promise<string> => {
  let text = ''
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk)
  return text
}

/** Serves TLS with the certificate at 127.0.0.1, connects as `options` say, and gives the text served or the error's code. */
const handshake = async ({ key, cert }: SelfSigned, options: ConnectionOptions): Promise<string> => {
  const server = createServer({ key, cert }, (socket) => socket.on('error', () => {}).end('served'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const socket = connect({ host: '127.0.0.1', port, ...options })
  try {
    return await told(socket)
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    socket.destroy()
    server.close()
    await once(server, 'close')
  }
}

describe('selfSigned', () => {
  let made: SelfSigned
  let other: SelfSigned
  const startedMs = Date.now()

  before(async () => {
    made = await selfSigned()
    other = await selfSigned({ hosts: ['*.example.org', '10.0.0.1', '[2001:db8::1]'], days: 825, commonName: 'Zoë' })
  })

  it('is good for localhost, 127.0.0.1 and ::1 unless told otherwise', () => {
    const certificate = new X509Certificate(made.cert)
    expect(certificate.subjectAltName).to.equal('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect(certificate.checkHost('localhost')).to.equal('localhost')
    expect(certificate.checkIP('::1')).to.equal('::1')
    expect(certificate.checkHost('example.org')).to.equal(undefined)
  })

  it('is good for the hosts that were asked for, with their wildcard, and for no others', () => {
    const certificate = new X509Certificate(other.cert)
    expect(certificate.subjectAltName).to.equal(
      'DNS:*.example.org, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1',
    )
    expect(certificate.checkHost('a.example.org')).to.equal('*.example.org')
    expect(certificate.checkHost('localhost')).to.equal(undefined)
  })

  it('is good for as many days as were asked for, 30 by default, from a minute before', () => {
    for (const [signed, days] of [
      [made, 30],
      [other, 825],
    ] as const) {
      const { validFrom, validTo } = new X509Certificate(signed.cert)
      expect(Date.parse(validTo) - Date.parse(validFrom)).to.equal(days * 86_400_000)
      expect(Date.parse(validFrom)).to.be.within(startedMs - 61_000, Date.now() - 60_000)
    }
  })

  it('names its owner in any script', () => {
    expect(new X509Certificate(made.cert).subject).to.equal('CN=framewright development')
    expect(new X509Certificate(other.cert).subject).to.equal('CN=Zoë')
  })

  it('vouches for itself, and cannot vouch for others', () => {
    const certificate = new X509Certificate(made.cert)
    expect(certificate.verify(certificate.publicKey)).to.equal(true)
    expect(certificate.ca).to.equal(false)
  })

  it('comes with its own key, RSA of 2048 bits, and never the same twice', () => {
    const key = createPrivateKey(made.key)
    expect(key.asymmetricKeyDetails).to.include({ modulusLength: 2_048 })
    expect(new X509Certificate(made.cert).checkPrivateKey(key)).to.equal(true)
    expect(new X509Certificate(other.cert).checkPrivateKey(key)).to.equal(false)
    expect(new X509Certificate(other.cert).serialNumber).not.to.equal(new X509Certificate(made.cert).serialNumber)
  })

  it('tells the fingerprint that TLS shows', () => {
    expect(made.fingerprint256).to.match(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(made.fingerprint256).to.equal(new X509Certificate(made.cert).fingerprint256)
  })

  it('serves a client that trusts it and wants 127.0.0.1', async () => {
    expect(await handshake(made, { ca: made.cert })).to.equal('served')
  })

  it('serves a client that trusts it and wants localhost', async () => {
    expect(await handshake(made, { ca: made.cert, servername: 'localhost' })).to.equal('served')
  })

  it('is refused by a client that wants another name', async () => {
    const verdict = await handshake(made, { ca: made.cert, servername: 'example.org' })
    expect(verdict).to.equal('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('is refused by a client that wants an address it is not for', async () => {
    expect(await handshake(other, { ca: other.cert })).to.equal('ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('is refused by a client that trusts another one', async () => {
    expect(await handshake(made, { ca: other.cert })).to.match(/SELF_SIGNED_CERT/)
  })

  const WRONG: readonly (readonly [option: string, options: SelfSignedOptions])[] = [
    ['days', { days: 0 }],
    ['days', { days: 826 }],
    ['days', { days: 1.5 }],
    ['hosts', { hosts: [] }],
    ['hosts', { hosts: [''] }],
    ['hosts', { hosts: ['localhost', 'two words'] }],
    ['hosts', { hosts: ['localhost:80'] }],
    ['hosts', { hosts: ['1.2.3'] }],
    ['hosts', { hosts: ['256.0.0.1'] }],
    ['hosts', { hosts: ['fe80::1%eth0'] }],
    ['hosts', { hosts: ['a*.example.org'] }],
    ['hosts', { hosts: [`${'a'.repeat(64)}.org`] }],
    ['commonName', { commonName: '' }],
    ['commonName', { commonName: 'x'.repeat(65) }],
    ['commonName', { commonName: 'a\0b' }],
    ['commonName', { commonName: '\ud800' }],
  ]
  for (const [option, options] of WRONG) {
    it(`refuses the options ${JSON.stringify(options)}`, async () => {
      const error = await rejection(options)
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.detail).to.include({ option })
    })
  }
})
