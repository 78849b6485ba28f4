import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Role } from '@/framings/framing.js'
import { Capture } from '@/lab/capture/capture.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { wiresharkDissector } from '@/lab/dissector/dissector.js'
import { luaText } from '@/lab/dissector/luaText.js'
import { FIELDS, WIRES } from '@/lab/wire/wires.js'
import { caught } from '../../support/caught.js'
import { cutInto } from '../../support/chunkings.js'
import { hex } from '../../support/hex.js'
import { lcg32 } from '../../support/lcg32.js'
import { conversations } from '../../support/lonelyConversations.js'
import { Pieces } from '../../support/pieces.js'
import { exchangesOf, pnetCases } from '../../support/pnetRecordings.js'
import { recordingsOf, streamOf } from '../../support/replay.js'
import { partsOf, STP_CASES } from '../../support/stpRecordings.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'
import { HAS_TSHARK, tshark } from '../../support/tshark.js'

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')

/** One direction after the other, in segments. */
type Talk = readonly (readonly [from: Role, segment: Buffer])[]

/** Every wire listens at a port of its own. */
const PORTS: ReadonlyMap<string, number> = new Map(WIRES.map(({ name }, at) => [name, 4_000 + at] as const))
const FILTERS = Object.entries(FIELDS).flatMap(([name, fields]) => fields.map(({ filter }) => `fw.${name}.${filter}`))

/** Connections of one capture, and what tshark makes of each with the dissector. */
class Wireshark {
  readonly #pieces = new Pieces()
  readonly #capture = new Capture(this.#pieces.write)
  #streams = 0
  #rows: readonly (readonly string[])[] = []
  /** The same, of frames that were looked at before, as a window of Wireshark does when one is chosen. */
  #rowsAgain: readonly (readonly string[])[] = []

  /** @returns the number of the connection */
  add(wire: string, talk: Talk): number {
    const number = this.#streams++
    const ends = { opener: `127.0.0.1:${20_000 + number}`, acceptor: `127.0.0.1:${PORTS.get(wire) ?? 0}` }
    const flow = this.#capture.flow(ends, 0, '')
    for (const [from, segment] of talk) flow.say(from, 0, segment, '')
    return number
  }

  async read(): Promise<void> {
    const folder = await temporaryFolder()
    try {
      const [script, file] = [join(folder, 'fw.lua'), join(folder, 'all.pcapng')]
      const ports = Object.fromEntries([...PORTS].map(([name, port]) => [port, name]))
      await Promise.all([writeFile(script, wiresharkDissector(ports)), writeFile(file, this.#pieces.bytes)])
      const fields = ['tcp.stream', 'tcp.dstport', '_ws.col.Info', 'fw.problem', ...FILTERS]
      const read = (...more: string[]) => tshark(file, fields, 'tcp.len > 0', ['-X', `lua_script:${script}`, ...more])
      ;[this.#rows, this.#rowsAgain] = await Promise.all([read(), read('-2')])
    } finally {
      await removeFolder(folder)
    }
  }

  get rows(): readonly (readonly string[])[] {
    return this.#rows
  }

  get rowsAgain(): readonly (readonly string[])[] {
    return this.#rowsAgain
  }

  /** The values of a field in a connection, of each packet that has any. @param from the end that speaks; both unless given */
  values(stream: number, field: string, from?: Role): string[] {
    const at = ['tcp.stream', 'tcp.dstport', '_ws.col.Info', 'fw.problem', ...FILTERS].indexOf(field)
    if (at < 0) throw new Error(`there is no field ${field}`)
    const found = this.#rows.filter(([of]) => Number(of) === stream)
    const ofRole = found.filter(([, port]) => from === undefined || Number(port) < 20_000 === (from === 'opener'))
    return ofRole.map((row) => row[at] ?? '').filter((value) => value !== '')
  }
}

/** A stream in segments of random sizes, the same each time. */
const segments = (from: Role, stream: Buffer, seed: number): Talk =>
  cutInto(
    stream,
    [...lcg32(seed, 40)].map((byte) => 1 + byte * (1 + (seed % 3))),
  )
    .filter(({ length }) => length > 0)
    .map((segment) => [from, segment] as const)

const framed = (message: Buffer): Buffer => Buffer.concat([hex('000000'), Buffer.from([message.length]), message])

describe(`the dissector${HAS_TSHARK ? '' : ' (mostly skipped: there is no tshark here to run it)'}`, () => {
  it('is the same for the same ports, and is refused for a port or a name that there is not', () => {
    expect(wiresharkDissector({ 4000: 'lonely' })).to.equal(wiresharkDissector({ 4000: 'lonely' }))
    expect(wiresharkDissector()).to.include('local ports = { [3333] = "pnet", [4702] = "pyile", [57001] = "stp" }')
    expect(caught(() => wiresharkDissector({ 4000: 'smoke' })).detail['given']).to.equal('smoke')
    for (const port of [0, 65_536, 1.5, -1])
      expect(caught(() => wiresharkDissector({ [port]: 'line' })).code, String(port)).to.equal('OPTION_INVALID')
  })

  it('writes tables of Lua that nothing can break out of', () => {
    expect(luaText({ a: 'x"\n\\é', end: [1, true], 3: undefined, 7: -1.5, 'b c': {} })).to.equal(
      String.raw`{ [7] = -1.5, a = "x\"\010\\\195\169", ["end"] = { 1, true }, ["b c"] = {  } }`,
    )
  })

  describe('in tshark', () => {
    const wireshark = new Wireshark()
    const added = {
      handshake: wireshark.add('handshake', [
        ['opener', hex('ff 00000002 6869 ff 00000000 ffff 00000005 0a61')],
        ['acceptor', hex('ff ff fd')],
        ['opener', hex('62ff0a 0000')],
        ['opener', hex('0001 61')],
      ]),
      length: wireshark.add('length', [
        ['acceptor', hex('00000001 61 00000002 62')],
        ['acceptor', hex('63')],
      ]),
      line: wireshark.add('line', [
        ['opener', ascii('one\n\ntw')],
        ['opener', ascii('o\n')],
      ]),
      json: wireshark.add('json', [
        ['opener', ascii('{"a":"}"}\n[1,')],
        ['opener', ascii('2] 12 x')],
        ['opener', ascii('{}')],
      ]),
      stp: wireshark.add('stp', [
        ['opener', hex('0011 000000')],
        ['opener', hex('09 7b226e616d657370616365223a222f227d 7b226d7367223a317d 2121')],
        ['opener', hex('21')],
        ['acceptor', hex('6f6b')],
      ]),
      sealed: wireshark.add('stp-handshake', [
        [
          'opener',
          Buffer.concat([
            hex('ff'),
            framed(Buffer.concat([hex('0012 00000003'), ascii('{"encrypted":true}'), hex('010203')])),
          ]),
        ],
      ]),
      pnet: wireshark.add('pnet', [
        ['opener', ascii('nodes|msg|QUJD|S0VZ|END\n')],
        ['acceptor', ascii('\nnodes|err|ERR_PACKET_TYPE||EN')],
        ['acceptor', ascii('D\nmore')],
      ]),
      pyile: wireshark.add('pyile', [
        ['acceptor', ascii('{"banned": false}')],
        ['opener', ascii('{"shadow": "p')],
        ['opener', ascii('w"}{"<3": true}')],
      ]),
      lonely: wireshark.add('lonely', [
        ['opener', hex('ff 00000011 0001 0002 0000 0000 0007 666f6f2f626172 00000011 0001 0002 0000 0000 0007 666f6f')],
        ['opener', hex('2f62617a')],
        ['acceptor', hex('ff ffff 0000000e 0001 0007 0002 6964 0000 0000 0000')],
      ]),
      tooLong: wireshark.add('lonely-length', [
        ['opener', hex('f0ffffff 0001')],
        ['opener', hex('00000001 61')],
      ]),
      stranger: wireshark.add('handshake', [
        ['opener', ascii('GET / ')],
        ['opener', ascii('HTTP/1.1')],
      ]),
    }
    const recorded = {
      lonely: conversations().map(({ steps }) => {
        const of = (from: 'subscriber' | 'broadcaster') =>
          steps.filter((step) => step.from === from && step.hex !== undefined && step.hex.length < 500)
        const talk = (from: 'subscriber' | 'broadcaster', role: Role, seed: number): Talk =>
          segments(role, Buffer.concat([hex('ff'), ...of(from).map((step) => framed(hex(step.hex ?? '')))]), seed)
        const stream = wireshark.add('lonely', [
          ...talk('subscriber', 'opener', 1),
          ...talk('broadcaster', 'acceptor', 2),
        ])
        return { stream, opener: of('subscriber'), acceptor: of('broadcaster') }
      }),
      stp: STP_CASES.filter(({ meta }) => meta.receiver?.accepted === true).map(({ steps }, at) => {
        const packet = hex(steps[0]?.hex ?? '')
        return { stream: wireshark.add('stp', segments('opener', packet, at)), packet }
      }),
      pnet: pnetCases(/^(node|err|raw)-/)
        .flatMap(exchangesOf)
        .map(({ request, reply }, at) => {
          const answer = reply === undefined ? [] : segments('acceptor', reply, at)
          return { stream: wireshark.add('pnet', [...segments('opener', request, at), ...answer]), request, reply }
        }),
      pyile: recordingsOf<unknown>('pyile').map(({ steps }, at) => {
        const [client, server] = [streamOf(steps, 'client'), streamOf(steps, 'server')]
        const stream = wireshark.add('pyile', [...segments('opener', client, at), ...segments('acceptor', server, at)])
        return { stream, client, server }
      }),
    }
    const hostile = WIRES.flatMap(({ name }, at) =>
      [0, 1, 2, 3, 4, 5].map((round) => {
        const noise = Buffer.from(lcg32(100 * at + round, 300))
        const starts = ['', 'ff 000000', 'ff 00000020 0001 0006', '0005 00000005', '7b22', '00000003 0000 04'].map(hex)
        const stream = Buffer.concat([starts[round] ?? hex(''), noise, ascii('|{"a":[|\n\n|||||||\n')])
        return wireshark.add(name, [...segments('opener', stream, round), ...segments('acceptor', stream, round + 7)])
      }),
    )

    before(async function () {
      if (!HAS_TSHARK) this.skip()
      this.timeout(60_000)
      await wireshark.read()
    })

    const values = (stream: number, field: string, from?: Role): string[] => wireshark.values(stream, field, from)

    it('reads the handshake: two messages in one segment, one message in several, answers', () => {
      const { handshake } = added
      expect(values(handshake, 'fw.handshake.length')).to.deep.equal(['2,0', '5', '1'])
      expect(values(handshake, 'fw.handshake.payload')).to.deep.equal(['6869', '0a6162ff0a', '61'])
      expect(values(handshake, 'fw.handshake.opening')).to.deep.equal(['0xff', '0xff'])
      expect(values(handshake, 'fw.handshake.answer')).to.deep.equal(['0xff,0xff,0xff', '0xff,0xfd'])
      expect(values(handshake, '_ws.col.Info', 'acceptor')).to.deep.equal(['opening: yes; yes; no'])
    })

    it('reads lengths, lines and JSON values', () => {
      expect(values(added.length, 'fw.length.payload')).to.deep.equal(['61', '6263'])
      expect(values(added.line, 'fw.line.text')).to.deep.equal(['one', 'two'])
      expect(values(added.json, 'fw.json.value')).to.deep.equal(['{"a":"}"}', '[1,2],12'])
      expect(values(added.json, 'fw.problem')).to.deep.equal(['no JSON'])
      expect(values(added.json, '_ws.col.Info').at(-1)).to.equal('2 bytes behind what is no JSON')
    })

    it('reads STP, and knows what is sealed and what is behind the one packet', () => {
      expect(values(added.stp, 'fw.stp.header_size')).to.deep.equal(['17'])
      expect(values(added.stp, 'fw.stp.namespace')).to.deep.equal(['"/"'])
      expect(values(added.stp, 'fw.stp.body')).to.deep.equal(['{"msg":1}'])
      expect(values(added.stp, '_ws.col.Info', 'opener').slice(-2)).to.deep.equal([
        'STP namespace "/"; 2 bytes behind the one packet',
        '1 bytes behind the one packet',
      ])
      expect(values(added.sealed, 'fw.stp.sealed')).to.deep.equal(['010203'])
      expect(values(added.sealed, 'fw.stp.body')).to.deep.equal([])
    })

    it('reads pnet, and says how a content is sealed', () => {
      expect(values(added.pnet, 'fw.pnet.type')).to.deep.equal(['msg', 'err'])
      expect(values(added.pnet, 'fw.pnet.content')).to.deep.equal(['QUJD', 'ERR_PACKET_TYPE'])
      expect(values(added.pnet, 'fw.pnet.content_kind')).to.deep.equal([
        'envelope, sealed with RSA and Fernet',
        'refusal',
      ])
      expect(values(added.pnet, 'fw.pnet.end')).to.deep.equal(['END', 'END'])
    })

    it('reads Pyile', () => {
      expect(values(added.pyile, 'fw.pyile.message')).to.deep.equal(['banned or not', 'password,heartbeat'])
      expect(values(added.pyile, 'fw.pyile.shadow')).to.deep.equal(['"pw"'])
    })

    it('reads lonely, each direction by its own catalogue', () => {
      expect(values(added.lonely, 'fw.lonely.message')).to.deep.equal([
        'SUBSCRIBE_EXACT',
        'SUBSCRIBE_EXACT',
        'CONTINUE_NOTIFY',
      ])
      expect(values(added.lonely, 'fw.lonely.topic')).to.deep.equal(['foo/bar', 'foo/baz'])
      expect(values(added.lonely, 'fw.lonely.identifier')).to.deep.equal(['6964'])
      expect(values(added.lonely, 'fw.lonely.part_id')).to.deep.equal(['0'])
    })

    it('gives a direction up that does not fit, or is too large to be put together, and says why', () => {
      expect(values(added.tooLong, 'fw.problem')).to.deep.equal(['a message of 4043309055 bytes is not put together'])
      expect(values(added.tooLong, '_ws.col.Info').at(-1)).to.equal('5 bytes behind a length of 4043309055')
      expect(values(added.stranger, 'fw.problem')).to.deep.equal(['no opening'])
      expect(values(added.stranger, '_ws.col.Info').at(-1)).to.equal('8 bytes behind what is no opening')
    })

    it('finds every message in the recordings of the originals, in segments of any size', () => {
      const list = (stream: number, field: string, from?: Role): string[] =>
        values(stream, field, from).flatMap((value) => value.split(','))
      for (const { stream, opener, acceptor } of recorded.lonely) {
        for (const [role, said] of [
          ['opener', opener],
          ['acceptor', acceptor],
        ] as const) {
          const types = said.map(({ type = '' }) => type).filter((type) => !type.startsWith('UNKNOWN'))
          expect(list(stream, 'fw.lonely.message', role)).to.deep.equal(types)
        }
      }
      for (const { stream, packet } of recorded.stp) {
        const { header, body } = partsOf(packet)
        const said: { namespace: unknown; tcpport: unknown } = JSON.parse(header)
        expect(values(stream, 'fw.stp.namespace')).to.deep.equal([JSON.stringify(said.namespace)])
        expect(values(stream, 'fw.stp.tcpport')).to.deep.equal([JSON.stringify(said.tcpport)])
        const sealed = values(stream, 'fw.stp.sealed').map((digits) => hex(digits).length)
        expect(sealed.length === 0 ? values(stream, 'fw.stp.body') : sealed).to.deep.equal(
          sealed.length === 0 ? [String(body)] : [body.length],
        )
      }
      for (const { stream, request, reply } of recorded.pnet) {
        const type = reply === undefined ? [] : [String(reply).split('|')[1]]
        expect(values(stream, 'fw.pnet.type', 'acceptor')).to.deep.equal(type)
        const [, , content = ''] = String(request).split('|')
        if (request.at(-1) === 0x0a && content !== '')
          expect(values(stream, 'fw.pnet.content', 'opener')).to.deep.equal([content])
      }
      for (const { stream, client, server } of recorded.pyile) {
        for (const [role, said] of [
          ['opener', client],
          ['acceptor', server],
        ] as const) {
          const decoder = dialectNamed('pyile').decoders()[role]
          const words = decoder.read(said).map(({ meaning }) => meaning.replace(/:.*/, ''))
          const known = words.filter((name) => !/^value|^no JSON|^part|^$/.test(name))
          expect(values(stream, 'fw.pyile.message', role).join()).to.equal(known.join())
        }
      }
    })

    it('says the same when frames are read again', () => {
      expect(wireshark.rowsAgain).to.have.lengthOf(wireshark.rows.length)
      for (const [at, row] of wireshark.rows.entries()) expect(wireshark.rowsAgain[at]).to.deep.equal(row)
    })

    it('bears bytes of any kind', () => {
      for (const stream of hostile) expect(values(stream, '_ws.col.Info').join()).not.to.match(/lua/i)
    })
  })
})
