import { expect } from 'chai'
import * as fc from 'fast-check'
import { ConnectionDetails } from '@/core/details.js'
import { TransportError } from '@/errors.js'

/** What the error of `action` says about it, so that a spec can match code and advice at once. */
const refusal = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    if (error instanceof TransportError) return `${error.code}: ${String(error.detail['problem'])}`
    throw error
  }
  return 'accepted'
}

describe('ConnectionDetails', () => {
  const READINGS: readonly (readonly [text: string, host: string, port: number, path: string | undefined])[] = [
    ['example.org:80', 'example.org', 80, undefined],
    ['8080', '127.0.0.1', 8080, undefined],
    [':8080', '::', 8080, undefined],
    ['[::1]:443', '::1', 443, undefined],
    ['[fe80::1%eth0]:443', 'fe80::1%eth0', 443, undefined],
    ['10.0.0.1:0', '10.0.0.1', 0, undefined],
    ['tcp://localhost:65535', 'localhost', 65_535, undefined],
    ['tcp://[::1]:1', '::1', 1, undefined],
    ['unix:/run/app.sock', '', 0, '/run/app.sock'],
    ['unix:my socket', '', 0, 'my socket'],
  ]
  for (const [text, host, port, path] of READINGS) {
    it(`reads ${text} as host "${host}", port ${port} and path ${String(path)}`, () => {
      expect(ConnectionDetails.parse(text)).to.include({ host, port, path })
    })
  }

  const REFUSED: readonly (readonly [text: string, problem: string])[] = [
    ['', 'it has no port'],
    ['localhost', 'it has no port'],
    ['localhost:', 'it has no port'],
    ['localhost:http', 'it has no port'],
    ['localhost:-1', 'it has no port'],
    ['localhost:1.5', 'it has no port'],
    ['localhost:65536', 'the port is out of range'],
    ['99999', 'the port is out of range'],
    ['::1:80', 'it is not clear where its host ends'],
    ['[::1]', 'it has no port'],
    ['[::g]:80', 'a host cannot contain "["'],
    ['http://localhost:80', 'a host cannot contain ":"'],
    ['two words:80', 'a host cannot contain " "'],
    ['tab\t:80', 'a host cannot contain "\\t"'],
    ['user@localhost:80', 'a host cannot contain "@"'],
    ['unix:', 'it is not the path of a socket'],
    ['unix:/a\0b', 'it is not the path of a socket'],
  ]
  for (const [text, problem] of REFUSED) {
    it(`refuses ${JSON.stringify(text)} because ${problem}`, () => {
      expect(refusal(() => ConnectionDetails.parse(text))).to.equal(`ADDRESS_INVALID: ${problem}`)
    })
  }

  it('takes an IPv6 address with and without brackets, and keeps it without', () => {
    expect(new ConnectionDetails('[::1]', 80).host).to.equal('::1')
    expect(new ConnectionDetails('::1', 80).host).to.equal('::1')
  })

  for (const port of [-1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses the port ${port}`, () => {
      expect(refusal(() => new ConnectionDetails('localhost', port))).to.equal(
        'ADDRESS_INVALID: the port is out of range',
      )
    })
  }

  it('refuses an empty host', () => {
    expect(refusal(() => new ConnectionDetails('', 80))).to.equal('ADDRESS_INVALID: the host is empty')
  })

  it('takes a unix path of 103 bytes and refuses one of 108', () => {
    expect(ConnectionDetails.unix('/'.padEnd(103, 'x')).path).to.have.lengthOf(103)
    expect(refusal(() => ConnectionDetails.unix('/'.padEnd(108, 'x')))).to.equal(
      'ADDRESS_INVALID: the path has 108 bytes',
    )
  })

  it('counts a unix path in bytes, not in characters', () => {
    expect(refusal(() => ConnectionDetails.unix('é'.repeat(54)))).to.equal('ADDRESS_INVALID: the path has 108 bytes')
  })

  it('says in the error what to write instead', () => {
    expect(() => ConnectionDetails.parse('::1:80')).to.throw('write [::1]:80')
    expect(() => ConnectionDetails.parse('localhost')).to.throw('write HOST:PORT')
  })

  it('connects to every port but 0, and to a unix path', () => {
    expect(refusal(() => new ConnectionDetails('localhost', 0).assertConnectable())).to.equal(
      'ADDRESS_INVALID: port 0 is for listening only',
    )
    expect(refusal(() => new ConnectionDetails('localhost', 1).assertConnectable())).to.equal('accepted')
    expect(refusal(() => ConnectionDetails.unix('/run/app.sock').assertConnectable())).to.equal('accepted')
  })

  it('is made from text, a port, its parts, a path, or itself', () => {
    const details = new ConnectionDetails('127.0.0.1', 80)
    expect(ConnectionDetails.from(details)).to.equal(details)
    expect(ConnectionDetails.from('127.0.0.1:80')).to.deep.equal(details)
    expect(ConnectionDetails.from(80)).to.deep.equal(details)
    expect(ConnectionDetails.from({ host: '127.0.0.1', port: 80 })).to.deep.equal(details)
    expect(ConnectionDetails.from({ path: '/x' })).to.deep.equal(ConnectionDetails.unix('/x'))
  })

  it('cannot be changed once made', () => {
    expect(Object.isFrozen(new ConnectionDetails('localhost', 80))).to.equal(true)
  })

  it('writes the host "unix" so that it is not read as a path', () => {
    const details = new ConnectionDetails('unix', 80)
    expect(String(details)).to.equal('tcp://unix:80')
    expect(ConnectionDetails.parse('tcp://unix:80')).to.deep.equal(details)
  })

  it('reads back whatever it has written', () => {
    const name = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.constantFrom('unix', 'tcp', 'localhost', '::'))
    const tcp = fc.tuple(name, fc.nat(65_535)).map(([host, port]) => new ConnectionDetails(host, port))
    const path = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    const unix = path
      .filter((text) => !text.includes('\0') && Buffer.byteLength(text) <= 103)
      .map((text) => ConnectionDetails.unix(text))
    fc.assert(
      fc.property(fc.oneof(tcp, unix), (details) => {
        expect(ConnectionDetails.parse(String(details))).to.deep.equal(details)
      }),
    )
  })

  it('answers any text with details or with ADDRESS_INVALID', () => {
    const piece = fc.constantFrom('unix:', 'tcp://', '[', ']', ':', '::1', '80', 'a', ' ', '\n', '-')
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          expect(refusal(() => ConnectionDetails.parse(text))).to.match(/^accepted$|^ADDRESS_INVALID: /u)
        },
      ),
    )
  })
})
