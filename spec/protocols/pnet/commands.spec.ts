import { expect } from 'chai'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { TransportError } from '@/errors.js'
import {
  decodeNodeReply,
  decodeNodeRequest,
  decodePart,
  encodeNodeReply,
  encodeNodeRequest,
  encodePart,
  type NodeReply,
  type NodeRequest,
  splitUniversal,
  TotalChecksum,
} from '@/protocols/pnet/index.js'
import { checkAdvancedName } from '@/protocols/pnet/names.js'
import { newId } from '@/protocols/pnet/newId.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'

interface Recorded {
  readonly name: string
  readonly steps: readonly {
    readonly from: string
    readonly opened?: { readonly value: { readonly t: string; readonly v: unknown } }
  }[]
}
const FILE: { readonly cases: readonly Recorded[] } = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))

const COMMANDS = FILE.cases
  .filter(({ name }) => /^(adv|cmd)-/.test(name))
  .flatMap(({ name, steps }) =>
    steps.flatMap(({ from, opened }, index) => {
      const text = opened?.value.v
      return typeof text === 'string' && opened?.value.t === 'str'
        ? [{ name: `${name}, step ${index}`, from, text }]
        : []
    }),
  )

/** Where the id is the printed form of a byte string, only what is before its `=` is ever read. */
const asRead = (text: string): string => text.replace(/(id=b'[^&=]*)='/, '$1')

describe('the recorded commands', () => {
  const BROKEN = /^adv-msg-(no-query|bad-query|unknown-command)/
  for (const { name, from, text } of COMMANDS.filter((one) => !BROKEN.test(one.name))) {
    it(`${name}: is written again as it was: ${text.slice(0, 40)}`, () => {
      if (from === 'server') {
        const reply = decodeNodeReply(text)
        expect(encodeNodeReply(reply)).to.equal(text)
        if (reply.command === 'RESPONSE' && reply.data !== undefined) splitUniversal(reply.data)
        return
      }
      const request = decodeNodeRequest(text)
      if (request.command === 'unknown') throw new Error(`${request.word} is not known`)
      expect(encodeNodeRequest(request)).to.equal(asRead(text))
      if (request.command === 'RAW') splitUniversal(request.data)
    })
  }

  it('has parts and checksums that are those of the original', () => {
    const totals = new Map<string, TotalChecksum>()
    let ends = 0
    let differing = 0
    for (const { name, from, text } of COMMANDS) {
      if (BROKEN.test(name) || /^adv-msg-/.test(name)) continue
      const command = from === 'server' ? decodeNodeReply(text) : decodeNodeRequest(text)
      if (!('stage' in command)) continue
      const key = `${name.split(',')[0]} ${from}`
      const total = totals.get(key) ?? new TotalChecksum()
      totals.set(key, total)
      if (command.stage === 'part') {
        expect(encodePart(decodePart(command.part))).to.deep.equal(command.part)
        total.add(command.part)
      }
      if (command.stage === 'end') {
        ends++
        if (total.digest() !== command.checksum) differing++
      }
    }
    expect([ends > 40, differing]).to.deep.equal([true, 0])
  })
})

describe('the commands of advanced nodes', () => {
  const part = { text: Buffer.from('aGVsbG8='), checksum: 'ab' }
  const REQUESTS: readonly (readonly [NodeRequest, string])[] = [
    [
      { command: 'RAW', functionName: 'f', originator: 'o', data: Buffer.from('c3RyfA==') },
      'RAW?fn=f&og=o&dt=c3RyfA~~',
    ],
    [
      { command: 'CHUNKED', stage: 'initiator', parts: 0, id: 'i', originator: 'o', functionName: 'f' },
      'CHUNKED?pt=initiator&ln=0&id=i&og=o&fn=f',
    ],
    [
      { command: 'CHUNKED', stage: 'part', id: 'i', index: 12, part, originator: 'o' },
      'CHUNKED?pt=part&id=i&in=12&dt=aGVsbG8~&ck=ab&og=o',
    ],
    [
      { command: 'CHUNKED', stage: 'part', id: 'i', index: undefined, part, originator: undefined },
      'CHUNKED?pt=part&id=i&dt=aGVsbG8~&ck=ab',
    ],
    [{ command: 'CHUNKED', stage: 'end', originator: 'o', checksum: 'cd', id: 'i' }, 'CHUNKED?pt=end&og=o&ck=cd&id=i'],
    [{ command: 'CHUNKED_REQUEST', id: 'i', index: 3 }, 'CHUNKED_REQUEST?pt=part&id=i&in=3'],
  ]
  const REPLIES: readonly (readonly [NodeReply, string])[] = [
    [{ command: 'RESPONSE', data: undefined }, 'RESPONSE?rs=success'],
    [{ command: 'RESPONSE', data: Buffer.from('cmF3fA==') }, 'RESPONSE?rs=success&dt=cmF3fA~~'],
    [
      { command: 'CHUNKED_RESPONSE', stage: 'begin', parts: 2, originator: 'o', id: 'i' },
      'CHUNKED_RESPONSE?rs=success&ln=2&og=o&id=i',
    ],
    [{ command: 'CHUNKED_RESPONSE', stage: 'part', part }, 'CHUNKED_RESPONSE?pt=part&dt=aGVsbG8~&ck=ab'],
    [{ command: 'CHUNKED_RESPONSE', stage: 'end', checksum: 'cd' }, 'CHUNKED_RESPONSE?pt=end&ck=cd'],
    [{ command: 'ERROR', reason: 'wrong id' }, 'ERROR?rs=wrong id'],
  ]
  for (const [request, text] of REQUESTS) {
    it(`ask with ${text}`, () => {
      expect(encodeNodeRequest(request)).to.equal(text)
      expect(decodeNodeRequest(text)).to.deep.equal(request)
    })
  }
  for (const [reply, text] of REPLIES) {
    it(`answer with ${text}`, () => {
      expect(encodeNodeReply(reply)).to.equal(text)
      expect(decodeNodeReply(text)).to.deep.equal(reply)
    })
  }

  it('are read in any order, without what follows a second ? or =, and the last of repeated keys counts', () => {
    expect(decodeNodeRequest('RAW?dt=AAAA&og=o&x=y&fn=e&fn=f?fn=g')).to.deep.equal({
      command: 'RAW',
      functionName: 'f',
      originator: 'o',
      data: Buffer.from('AAAA'),
    })
    expect(decodeNodeRequest("CHUNKED_REQUEST?id=b'abc='")).to.deep.include({ id: "b'abc" })
  })

  it('end an upload with any other word where it says part or initiator', () => {
    expect(decodeNodeRequest('CHUNKED?pt=xyz&ck=c&id=i')).to.deep.include({ stage: 'end', checksum: 'c' })
  })

  it('have other words, which are for the server to answer, and none in a reply', () => {
    for (const word of ['FOO', 'raw', 'RESPONSE', '', '__proto__'])
      expect(decodeNodeRequest(`${word}?a=b`)).to.deep.equal({ command: 'unknown', word })
    for (const word of ['FOO', 'RAW', 'response'])
      expect(caught(() => decodeNodeReply(`${word}?rs=success`)).code).to.equal('COMMAND_MALFORMED')
  })

  const MALFORMED: readonly (readonly [string, string])[] = [
    ['', 'it has no ?'],
    ['RAW', 'it has no ?'],
    ['RAW?', 'an argument has no ='],
    ['RAW?x', 'an argument has no ='],
    ['RAW?fn=f&&og=o', 'an argument has no ='],
    ['RAW?fn=f&og=o', 'the argument dt is missing'],
    ['RAW?og=o&dt=AAAA', 'the argument fn is missing'],
    ['RAW?fn=f&dt=AAAA', 'the argument og is missing'],
    ['CHUNKED?id=i', 'the argument pt is missing'],
    ['CHUNKED?pt=part', 'the argument id is missing'],
    ['CHUNKED?pt=part&id=i&dt=AAAA', 'the argument ck is missing'],
    ['CHUNKED?pt=end&id=i', 'the argument ck is missing'],
    ['CHUNKED?pt=initiator&id=i&fn=f&og=o', 'the argument ln is missing'],
    ['CHUNKED?pt=initiator&id=i&fn=f&og=o&ln=-1', 'the argument ln is not a number'],
    ['CHUNKED?pt=initiator&id=i&fn=f&og=o&ln=1e3', 'the argument ln is not a number'],
    ['CHUNKED?pt=initiator&id=i&fn=f&og=o&ln=', 'the argument ln is not a number'],
    ['CHUNKED?pt=initiator&id=i&fn=f&og=o&ln=9999999999999999', 'the argument ln is not a number'],
    ['CHUNKED?pt=part&id=i&dt=AAAA&ck=c&in=x', 'the argument in is not a number'],
    [`CHUNKED_REQUEST?id=${'x'.repeat(256)}`, 'the argument id is too long'],
    [`CHUNKED?pt=end&ck=c&id=i&og=${'x'.repeat(256)}`, 'the argument og is too long'],
    [`RAW?og=o&dt=AAAA&fn=${'é'.repeat(128)}`, 'the argument fn is too long'],
    ['CHUNKED_REQUEST?in=1', 'the argument id is missing'],
    [`RAW?${'a=b&'.repeat(40)}fn=f`, 'it has too many arguments'],
  ]
  for (const [text, problem] of MALFORMED) {
    it(`are not ${JSON.stringify(text.slice(0, 50))}: ${problem}`, () => {
      const error = caught(() => decodeNodeRequest(text))
      expect([error.code, error.fault, error.detail['problem']]).to.deep.equal(['COMMAND_MALFORMED', 'remote', problem])
    })
  }

  for (const text of [
    'RESPONSE?dt=AAAA',
    'RESPONSE?rs=failure',
    'CHUNKED_RESPONSE?ln=1&og=o&id=i',
    'CHUNKED_RESPONSE?rs=success&og=o&id=i',
    'CHUNKED_RESPONSE?rs=success&ln=1&og=o',
    'CHUNKED_RESPONSE?pt=part&dt=AAAA',
    'CHUNKED_RESPONSE?pt=end',
    'CHUNKED_RESPONSE?pt=middle&ck=c',
    'ERROR?x=y',
  ]) {
    it(`are not answered with ${text}`, () => {
      expect(caught(() => decodeNodeReply(text)).code).to.equal('COMMAND_MALFORMED')
    })
  }

  it('are not written with names or ids that would become something else', () => {
    for (const name of ['', 'a?b', 'a&b', 'a=b', 'x'.repeat(256), '\ud800']) {
      const data = Buffer.alloc(0)
      const raw = { command: 'RAW', functionName: name, originator: 'o', data } as const
      expect(caught(() => encodeNodeRequest(raw)).code, name).to.equal('NAME_UNUSABLE')
      expect(caught(() => encodeNodeRequest({ ...raw, functionName: 'f', originator: name })).code).to.equal(
        'NAME_UNUSABLE',
      )
      expect(caught(() => encodeNodeRequest({ command: 'CHUNKED_REQUEST', id: name, index: 0 })).code).to.equal(
        'NAME_UNUSABLE',
      )
    }
  })

  it('are read or refused, with nothing but our errors, whatever the text', () => {
    const unit = fc.constantFrom(
      'RAW',
      'CHUNKED',
      'CHUNKED_RESPONSE',
      'ERROR',
      '?',
      '&',
      '=',
      'pt',
      'part',
      'id',
      'dt',
      'ck',
      '~',
    )
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), (pieces) => {
        for (const decode of [decodeNodeRequest, decodeNodeReply]) {
          try {
            expect(decode(pieces.join(''))).to.have.property('command')
          } catch (error) {
            expect(error).to.be.instanceOf(TransportError)
          }
        }
      }),
    )
  })
})

describe('a part', () => {
  it('has the checksum of its text, not of its bytes', () => {
    const { text, checksum } = encodePart(Buffer.from('6789'))
    expect([text.toString(), checksum]).to.deep.equal([
      'Njc4OQ==',
      '2a894f9d8e9cae0e25f1ee82b2087d18aa66d2bfe0a2af222c22e835639edba1',
    ])
  })

  it('is not taken with another checksum, not even in capitals', () => {
    const part = encodePart(hex('00ff'))
    for (const checksum of ['', '0'.repeat(64), part.checksum.toUpperCase()])
      expect(caught(() => decodePart({ ...part, checksum })).code).to.equal('CHECKSUM_DIFFERENT')
  })

  it('is not taken when its text is no base64, though its checksum is right', () => {
    const checksum = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'
    expect(caught(() => decodePart({ text: Buffer.from('a'), checksum })).code).to.equal('COMMAND_MALFORMED')
  })

  it('of none has the checksum of nothing', () => {
    const total = new TotalChecksum()
    const nothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(total.digest()).to.equal(nothing)
  })
})

describe('the names of advanced nodes', () => {
  it('are those of the original, without @ and &', () => {
    expect(checkAdvancedName('Az09!#$%^*()[]{}:,<.>/-_+`~')).to.equal('Az09!#$%^*()[]{}:,<.>/-_+`~')
    const wrong = ['', ...'@ & | = ? " \' ; \\ \n \t é'.split(' ').map((one) => `a${one}`), 'a b']
    for (const name of wrong) expect(caught(() => checkAdvancedName(name)).code, name).to.equal('NAME_UNUSABLE')
  })
})

describe('an id', () => {
  it('is eight bytes as 11 characters that a command can carry', () => {
    expect(newId({ random: () => hex('fbefbefbefbefbef') })).to.equal('----------8')
    expect(newId()).to.match(/^[A-Za-z0-9_-]{11}$/)
    expect(newId()).not.to.equal(newId())
  })
})
