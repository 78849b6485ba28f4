import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { LONELY_WIRE, type LonelyMessage } from '@/lab/wire/lonelyWire.js'
import { serialize } from '@/protocols/lonely/index.js'
import { expectSameForEveryCut } from '../../contracts/decoder.js'
import { hex } from '../../support/hex.js'
import { directionOf, lonelyMessages, messageOf } from '../../support/lonelyVectors.js'

/** What is said of each whole field of a stream, but for nothing; it is the same for every cut. */
const fieldsOf = (dialect: string, role: Role, stream: Buffer): readonly string[] =>
  expectSameForEveryCut(dialect, role, stream).fields.filter((words) => words !== '')

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')

describe('the decoder of json', () => {
  it('says what each value is, and how long', () => {
    const stream = ascii('{"a": [1, "}"]}\n"hi"[]  true 12\n-1.5e3 null')
    expect(fieldsOf('json', 'opener', stream)).to.deep.equal([
      ...['object, 15 bytes', 'string, 4 bytes', 'list, 2 bytes', 'word, 4 bytes'],
      ...['number, 2 bytes', 'number, 6 bytes', 'word, 4 bytes'],
    ])
  })

  it('takes two values for one frame where a number stands right before the other', () => {
    const { opener } = dialectNamed('json').decoders()
    const frames = opener
      .read(ascii('12{"a":1}{}'))
      .flatMap(({ bytes, endsFrame }) => (endsFrame ? [String(bytes)] : []))
    expect(frames).to.deep.equal(['{"a":1}', '{}'])
  })

  it('says where a stream stops being JSON and why, what a stranger looks like, and no more', () => {
    expect(fieldsOf('json', 'opener', ascii('{"a":1]....'))).to.deep.equal([
      'no JSON: the brackets do not match; text ("]...")',
    ])
    expect(fieldsOf('json', 'opener', ascii('GET / HTTP/1.1\r\n\r\n'))).to.deep.equal([
      'no JSON: no JSON value begins like this; an HTTP request ("GET ")',
    ])
    expect(fieldsOf('json', 'opener', Buffer.alloc(3_000, '['))).to.deep.equal([
      'no JSON: more than 1024 brackets are open; text ("[[[[")',
    ])
  })

  for (const [text, words] of [
    ['', undefined],
    ['12', undefined],
    ['{}\n', undefined],
    ['{"a', 'it ends inside a value, after 3 bytes'],
    ['{]', 'no JSON: the brackets do not match; text ("]")'],
  ] as const) {
    it(`says of an end behind ${JSON.stringify(text)}: ${words ?? 'nothing'}`, () => {
      const { opener } = dialectNamed('json').decoders()
      opener.read(ascii(text))
      expect(opener.end()).to.equal(words)
    })
  }
})

describe('the decoder of stp', () => {
  const PLAIN = hex('0011 00000009 7b226e616d657370616365223a222f227d 7b226d7367223a317d')
  const packet = (header: string, body: Buffer): Buffer => {
    const sizes = Buffer.alloc(6)
    sizes.writeUInt16BE(header.length)
    sizes.writeUInt32BE(body.length, 2)
    return Buffer.concat([sizes, ascii(header), body])
  }

  it('tells the sizes, what the header says, and the body', () => {
    expect(fieldsOf('stp', 'opener', PLAIN)).to.deep.equal([
      ...['header size 17', 'body size 9', 'header, 17 bytes: namespace "/"', 'body, 9 bytes: {"msg":1}'],
    ])
  })

  it('names what a body is sealed with, and does not show it', () => {
    const rsa = packet('{"encrypted":true,"user":"ada"}', Buffer.alloc(128, '!'))
    expect(fieldsOf('stp', 'opener', rsa).slice(2)).to.deep.equal([
      'header, 31 bytes: user "ada", encrypted true',
      'sealed body (RSA), 128 bytes',
    ])
    const hybrid = packet('{ "enc" : "hybrid-1" , "encrypted" : 1 }', Buffer.alloc(300))
    expect(fieldsOf('stp', 'opener', hybrid).slice(2)).to.deep.equal([
      'header, 40 bytes: encrypted 1, enc "hybrid-1"',
      'sealed body (hybrid-1), 300 bytes',
    ])
    expect(fieldsOf('stp', 'opener', packet('{"encrypted":[]}', ascii('{}'))).at(-1)).to.equal('body, 2 bytes: {}')
  })

  it('takes only members of the header itself, and the last of those that come twice', () => {
    const header = '{"x":{"user":"no"},"y":"\\"user\\":1","user":"one","user":"two","userx":"no"}'
    expect(fieldsOf('stp', 'opener', packet(header, Buffer.alloc(0))).at(-1)).to.match(/: user "two"$/)
  })

  it('knows that one packet is all, and that the other end says nothing', () => {
    const { opener, acceptor } = dialectNamed('stp').decoders()
    const told = [...opener.read(Buffer.concat([PLAIN, ascii('xy')])), ...opener.read(ascii('z'))]
    expect(told.slice(-2).map(({ kind, meaning }) => `${kind} ${meaning}`)).to.deep.equal([
      ...['bytes behind the one packet', 'bytes '],
    ])
    expect(told.filter(({ endsFrame }) => endsFrame).map(({ bytes }) => String(bytes))).to.deep.equal(['{"msg":1}'])
    expect(acceptor.read(ascii('ok')).map(({ meaning }) => meaning)).to.deep.equal(['content of no meaning'])
    expect([opener.end(), acceptor.end()]).to.deep.equal([undefined, undefined])
  })

  for (const [bytes, words] of [
    [0, 'it ends without a packet'],
    [1, 'it ends inside its sizes, after 1 of 2 bytes'],
    [9, 'it ends inside the header, after 3 of 17 bytes'],
    [31, 'it ends inside the body, after 8 of 9 bytes'],
  ] as const) {
    it(`says of an end behind ${bytes} bytes: ${words}`, () => {
      const { opener } = dialectNamed('stp').decoders()
      opener.read(PLAIN.subarray(0, bytes))
      expect(opener.end()).to.equal(words)
    })
  }

  it('over the handshake framing says what stands behind a packet, and where it is cut off', () => {
    const framed = (bytes: Buffer): Buffer => Buffer.concat([hex('ff 000000'), Buffer.from([bytes.length]), bytes])
    expect(fieldsOf('stp-handshake', 'opener', framed(Buffer.concat([PLAIN, ascii('!')]))).slice(-2)).to.deep.equal([
      ...['body, 9 bytes: {"msg":1}', 'bytes behind the packet'],
    ])
    expect(fieldsOf('stp-handshake', 'opener', framed(PLAIN.subarray(0, 30))).at(-1)).to.equal(
      'the message ends inside the body, after 7 of 9 bytes',
    )
  })
})

describe('the decoder of pnet', () => {
  it('tells the sections, and how the content is sealed', () => {
    expect(fieldsOf('pnet', 'opener', ascii('nodes|msg|QUJD|S0VZ|END\n'))).to.deep.equal([
      'network "nodes"',
      'type msg',
      'content, 4 bytes: envelope, sealed with RSA and Fernet',
      'key of the sender, 4 bytes',
      'END',
    ])
    expect(fieldsOf('pnet', 'acceptor', ascii('nodes|rsp|Z0FBQUFBQQ==||END\r\n')).slice(2)).to.deep.equal([
      'content, 12 bytes: sealed with the network key, Fernet',
      'no key',
      'END',
    ])
  })

  it('shows what is not sealed: refusals and advertisements', () => {
    expect(fieldsOf('pnet', 'acceptor', ascii('nodes|err|ERR_PACKET_TYPE||END\n'))[2]).to.equal(
      'refusal "ERR_PACKET_TYPE"',
    )
    expect(fieldsOf('pnet', 'opener', ascii('nodes|adv|alice@127.0.0.1:3423||END\n'))[2]).to.equal(
      'advertisement "alice@127.0.0.1:3423"',
    )
  })

  it('passes over blank lines of a server only, and over what is behind the packet', () => {
    const stream = ascii(' \r\n\nn|err|X||END\nmore\nand more')
    expect(fieldsOf('pnet', 'acceptor', stream)).to.deep.equal([
      'network "n"',
      'type err',
      'refusal "X"',
      'no key',
      'END',
    ])
    expect(fieldsOf('pnet', 'opener', ascii('\nmore'))).to.deep.equal(['network "", which is the last section'])
  })

  it('says when there are too few sections, too many, or no END', () => {
    expect(fieldsOf('pnet', 'opener', ascii('nodes|msg\n')).at(-1)).to.equal('type msg, which is the last section')
    expect(fieldsOf('pnet', 'opener', ascii('n|msg|c|k|END|and|so on\n')).slice(-2)).to.deep.equal([
      ...['END', 'too many sections, 9 bytes'],
    ])
    expect(fieldsOf('pnet', 'opener', ascii('n|msg|c|k|FIN\n')).at(-1)).to.equal('"FIN" instead of END')
  })

  it('says of an end that it ends a packet, where there is no newline', () => {
    const { opener, acceptor } = dialectNamed('pnet').decoders()
    opener.read(ascii('n|msg|c|k|END'))
    acceptor.read(ascii('\n'))
    expect([opener.end(), acceptor.end()]).to.deep.equal(['so the packet has no newline', undefined])
  })

  it('over the handshake framing reads one packet in each message', () => {
    const message = hex('ff 0000000d 6e7c6572727c587c7c454e440a21')
    expect(fieldsOf('pnet-handshake', 'acceptor', message).slice(2)).to.deep.equal([
      ...['network "n"', 'type err', 'refusal "X"', 'no key', 'END'],
    ])
  })
})

describe('the decoder of pyile', () => {
  it('tells which message each value is, and its members', () => {
    const stream = ascii(
      '{"banned": false}{"shadow": "pw"}{"<3": true}{"distro": [["127.0.0.1", 1]]}' +
        '{"data": "hello", "alias": "one", "to": "Broadcast", "from": ["127.0.0.2", 2]}' +
        '{"data": {"data": "hello", "to": 1}, "alias": "admin"}{"other":1}[]',
    )
    expect(fieldsOf('pyile', 'acceptor', stream)).to.deep.equal([
      'banned or not: banned false',
      'password: shadow "pw"',
      'heartbeat: <3 true',
      'list of peers: distro [["127.0.0.1", 1]]',
      'message: data "hello", alias "one", to "Broadcast", from ["127.0.0.2", 2]',
      'receipt: data {"data": "hello", "to": 1}, alias "admin"',
      'value, 11 bytes: an object that is none of the messages',
      'value, 2 bytes: no JSON object, perhaps sealed',
    ])
  })

  it('over the handshake framing reads one value in each message, sealed ones as what they are', () => {
    const stream = hex('ff 0000000c 7b223c33223a20747275657d 00000002 0001')
    expect(fieldsOf('pyile-handshake', 'opener', stream)).to.deep.equal([
      ...['opening: yes', 'length 12', 'heartbeat: <3 true', 'length 2'],
      'value, 2 bytes: no JSON object, perhaps sealed',
    ])
  })
})

describe('the decoder of lonely', () => {
  const framed = (bytes: Buffer): Buffer => Buffer.concat([hex('000000'), Buffer.from([bytes.length]), bytes])
  const inLength = (role: Role, digits: string): readonly string[] =>
    fieldsOf('lonely-length', role, framed(hex(digits))).slice(1)

  it('tells message and headers, over the handshake framing and over a length alone', () => {
    const message = framed(hex('0001 0002 0000 0000 0007 666f6f2f626172'))
    expect(fieldsOf('lonely', 'opener', Buffer.concat([hex('ff'), message, hex('ff')]))).to.deep.equal([
      ...['opening: yes', 'length 17', 'SUBSCRIBE_EXACT', 'x-topic "foo/bar"', 'yes'],
    ])
    expect(fieldsOf('lonely-length', 'opener', message)).to.deep.equal([
      ...['length 17', 'SUBSCRIBE_EXACT', 'x-topic "foo/bar"'],
    ])
  })

  it('tells what the two directions call by the same number apart', () => {
    expect(inLength('acceptor', '0001 0007 0002 6964 0000 0000 0000')).to.deep.equal([
      ...['CONTINUE_NOTIFY', 'x-identifier 6964', 'x-part-id 0'],
    ])
    expect(inLength('opener', '0001 0007 0000 0000 0002 6964 0001 01 2121')).to.deep.equal([
      ...['NOTIFY_STREAM', 'x-identifier 6964', 'x-part-id 1', 'part, 2 bytes'],
    ])
  })

  it('reads the start of a body in part 0 only, and says whether it is compressed', () => {
    const sha = 'aa'.repeat(64)
    expect(
      inLength('opener', `0001 0007 0000 0000 0001 31 0001 00 0001 74 0001 01 0001 02 0001 09 0040 ${sha} 4142`),
    ).to.deep.equal([
      ...['NOTIFY_STREAM', 'x-identifier 31', 'x-part-id 0', 'x-topic "t"', 'x-compressor 1'],
      ...['x-compressed-length 2', 'x-decompressed-length 9', 'x-compressed-sha512 aaaaaaaaaaaaaaaa ..'],
      'compressed part, 2 bytes',
    ])
  })

  it('reads numbers of any width, with and without a sign, and flags', () => {
    const nonce = '00'.repeat(32)
    expect(inLength('opener', `0001 0001 0020 ${nonce} 0001 01 0002 0101 0002 0100 0000 0000`)).to.deep.equal([
      ...['CONFIGURE', 'x-subscriber-nonce 0000000000000000 ..', 'x-enable-zstd yes', 'x-enable-training no'],
      'x-initial-dict 256',
    ])
    expect(
      inLength('acceptor', '0001 0009 0008 ffffffffffffffff 0001 ff 0000 0009 010000000000000000 0000 0000'),
    ).to.deep.equal([
      ...['ENABLE_ZSTD_PRESET', 'x-identifier 18446744073709551615', 'x-compression-level -1', 'x-min-size 0'],
      'x-max-size, a number of 9 bytes',
    ])
  })

  it('reads expanded headers in any case and order, those it does not know too', () => {
    const header = (name: string, value: string): string =>
      [name, value].map((text) => Buffer.from([0, text.length, ...ascii(text)]).toString('hex')).join('')
    const headers = header('X-Topic', 'a') + header('x-what', '123') + header('authorization', 'Bearer t')
    expect(inLength('opener', `0000 0004 0003 ${headers}`)).to.deep.equal([
      'UNSUBSCRIBE_EXACT, expanded headers: 3',
      'x-topic "a"',
      'header "x-what", 3 bytes',
      'authorization "Bearer t"',
    ])
    expect(inLength('acceptor', '0000 000c 0000 21')).to.deep.equal([
      'MISSED, expanded headers: 0',
      'bytes that nobody looks at, 1 byte',
    ])
  })

  it('says where a message is cut off, and what it does not know', () => {
    expect(inLength('opener', '0001 0002 0000 0000 0007 66')).to.deep.equal([
      ...['SUBSCRIBE_EXACT', 'the message ends inside x-topic'],
    ])
    expect(inLength('opener', '0001 0002 0000 00')).to.deep.equal([
      ...['SUBSCRIBE_EXACT', 'the message ends inside x-tracing'],
    ])
    expect(inLength('opener', '0001')).to.deep.equal(['the message ends inside flags and type'])
    expect(inLength('opener', '0001 00ff 0102')).to.deep.equal([
      ...['type 255, which is unknown', 'bytes of an unknown type, 2 bytes'],
    ])
  })

  it('has the catalogue of the protocol: every message, with its headers in their order', () => {
    const found = new Map<string, readonly string[]>()
    for (const recorded of lonelyMessages().messages) {
      const direction = directionOf(recorded)
      const message = messageOf(direction, recorded.message)
      const names = headerNames(serialize(message, { headers: 'expanded' }))
      const before = found.get(message.type) ?? []
      if (names.length >= before.length) found.set(message.type, names)
    }
    const described = [LONELY_WIRE.opener, LONELY_WIRE.acceptor].flatMap((catalogue) =>
      Object.entries<LonelyMessage>(catalogue).map(
        ([, { name, headers, inFirstPart = [] }]) =>
          [name, [...headers, ...inFirstPart].map((header) => header.name)] as const,
      ),
    )
    expect(Object.fromEntries(described)).to.deep.equal(Object.fromEntries(found))
  })
})

/** The names of expanded headers, in their order. */
const headerNames = (message: Buffer): string[] => {
  const names: string[] = []
  let at = 6
  for (let left = message.readUInt16BE(4); left > 0; left--) {
    const end = at + 2 + message.readUInt16BE(at)
    names.push(message.toString('latin1', at + 2, end))
    at = end + 2 + message.readUInt16BE(end)
  }
  return names
}
