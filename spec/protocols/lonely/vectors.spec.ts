import { expect } from 'chai'
import { createHash } from 'node:crypto'
import {
  type Direction,
  type LonelyMessage,
  parseToBroadcaster,
  parseToSubscriber,
  serialize,
} from '@/protocols/lonely/index.js'
import { TransportError } from '@/errors.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'
import { directionOf, lonelyMessages, messageOf, type RecordedOutput } from '../../support/lonelyVectors.js'

const parse = (direction: Direction, bytes: Uint8Array): LonelyMessage =>
  direction === 'toBroadcaster' ? parseToBroadcaster(bytes) : parseToSubscriber(bytes)

/** The bytes as far as the recording knows them. */
const asRecorded = (bytes: Buffer, recorded: RecordedOutput): RecordedOutput =>
  typeof recorded === 'string'
    ? toHex(bytes)
    : { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }

const PROBLEMS: Readonly<Record<string, string>> = {
  underflow: 'the message ends too early',
  'unknown-type': 'the type is unknown',
  'missing-header': 'a header is missing',
  'header-name-not-ascii': 'the name of a header is not ASCII',
  'authorization-not-utf8': 'the value is not UTF-8',
  'glob-not-utf8': 'the value is not UTF-8',
  'nonce-length': 'the size of the value is wrong',
  'sha512-length': 'the size of the value is wrong',
  'sha512-mismatch': 'the payload has another digest',
  'compressed-length-mismatch': 'the payload has another length',
  'decompressed-length-mismatch': 'the body is not compressed and has two lengths',
}

/** What our error says in the words of the recording: the gist without the header, and the header if it names one. */
const expectGist = (error: TransportError, gist: string, id: string): void => {
  expect(error.code, id).to.equal('LONELY_MALFORMED')
  expect(error.fault, id).to.equal('remote')
  const [kind = '', header] = gist.split(':')
  if (kind === 'too-long') {
    expect(error.detail['problem'], id).to.be.oneOf(['the number has too many bytes', 'the size of the value is wrong'])
  } else {
    expect(error.detail['problem'], id).to.equal(PROBLEMS[kind])
  }
  if (header !== undefined) expect(error.detail['header'], id).to.equal(header)
}

describe('the messages of the lonely protocol against recordings of the original', () => {
  const { messages, truncations, inputs, edges } = lonelyMessages()

  for (const headers of ['minimal', 'expanded'] as const) {
    it(`writes all of them with ${headers} headers byte for byte, and reads them back`, () => {
      for (const recorded of messages) {
        const direction = directionOf(recorded)
        const message = messageOf(direction, recorded.message)
        const bytes = serialize(message, { headers, verifyDigest: true })
        expect(asRecorded(bytes, recorded[headers]), recorded.id).to.deep.equal(recorded[headers])
        expect(parse(direction, bytes), recorded.id).to.deep.equal(message)
      }
      expect(messages).to.have.lengthOf(372)
    })
  }

  it('takes the first n bytes of a message, for every n, for what the original takes them', () => {
    let cuts = 0
    for (const recorded of truncations) {
      const whole = hex(recorded.hex)
      for (const { from, to, gist } of recorded.prefixes) {
        for (let size = from; size <= to; size++, cuts++) {
          const id = `${recorded.id}, ${size} bytes`
          const read = () => parse(directionOf(recorded), whole.subarray(0, size))
          if (gist === undefined) expect(read, id).to.not.throw()
          else expectGist(caught(read), gist, id)
        }
      }
    }
    expect(truncations).to.have.lengthOf(52)
    expect(cuts).to.equal(4_740)
  })

  it('refuses what the original refuses, for the same reason, and reads what it reads', () => {
    for (const recorded of inputs) {
      const direction = directionOf(recorded)
      const read = () => parse(direction, hex(recorded.hex))
      if (recorded.gist !== undefined) expectGist(caught(read), recorded.gist, recorded.id)
      else if (recorded.message === undefined) throw new Error(`${recorded.id} says nothing`)
      else expect(read(), recorded.id).to.deep.equal(messageOf(direction, recorded.message))
    }
    expect(inputs).to.have.lengthOf(1_296)
  })

  it('refuses to write what the original refuses, and what nobody could read back as it was', () => {
    for (const { id, encoding, ...recorded } of edges) {
      const message = messageOf(directionOf({ id, ...recorded }), recorded.message)
      const write = () => serialize(message, { headers: encoding, verifyDigest: !id.startsWith('custom.sha-mismatch') })
      const emptyAuthorization = id.startsWith('auth.empty-string')
      if (
        recorded.result === 'emitted' &&
        recorded.reparse === 'ok' &&
        (recorded.reparse_equal === true || emptyAuthorization)
      ) {
        const expected = recorded.hex ?? { length: recorded.length ?? 0, sha256: recorded.sha256 ?? '' }
        expect(asRecorded(write(), expected), id).to.deep.equal(expected)
      } else {
        const error = caught(write)
        expect(error.code, id).to.equal('LONELY_UNWRITABLE')
        expect(error.fault, id).to.equal('local')
      }
    }
    expect(edges).to.have.lengthOf(76)
  })
})
