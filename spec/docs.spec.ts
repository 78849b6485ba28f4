import { expect } from 'chai'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CLIENT_RANGES } from '@/core/client.js'
import { DATAGRAM_RANGES } from '@/core/datagramOptions.js'
import { channels } from '@/core/diagnostics.js'
import { HOST_RANGES } from '@/core/host.js'
import { CONNECTION_RANGES, settingsOf } from '@/core/options.js'
import { SERVER_RANGES } from '@/core/serverOptions.js'
import {
  EXPERIMENTS,
  FAULT_FORMS,
  FIELDS,
  FILTER_PREFIX,
  PROXY_RANGES,
  TIMELINE_RANGES,
  RECORDING_RANGES,
  REPLAY_RANGES,
  TRACE_TABLE_RANGES,
  WIRES,
} from '@/lab/index.js'
import { FILE_CLIENT_RANGES, FILE_SERVER_RANGES } from '@/protocols/files/index.js'
import { STP_RANGES } from '@/protocols/stp/index.js'
import { AUTH_PEER_RANGES, MESSENGER_RANGES, PEER_RANGES } from '@/protocols/pyile/index.js'
import { CODES } from '@/errors.js'
import { CALL_RANGES, NODE_RANGES, STREAM_RANGES } from '@/protocols/pnet/index.js'
import { PICKLE_RANGES } from '@/protocols/pnet/pickle/pickleLimits.js'
import {
  BODY_RANGES,
  BROADCASTER_RANGES,
  COMPRESSOR_RANGES,
  DICTIONARY_RANGES,
  GLOB_RANGES,
  HMAC_RANGES,
  SUBSCRIBER_RANGES,
} from '@/protocols/lonely/index.js'
import { caught } from './support/caught.js'
import { chapterOf, codeBlocks, DOCUMENTS, ROOT, tableRows, textOf } from './support/documents.js'
import { PlainServer } from './support/pair.js'
import { runProgram, SCRIPT_EXTENSION } from './support/runProgram.js'
import { snippetsIn, writeSnippets } from './support/snippets.js'
import { removeFolder, temporaryFolder } from './support/temporaryFolder.js'

/** `8_388_608`, `2^40` or `2^31-1`, and perhaps a word of explanation behind it. */
const numberIn = (text: string): number => {
  const [first = ''] = text.split(' ')
  const [, exponent, less] = /^2\^(\d+)(-1)?$/.exec(first) ?? []
  if (exponent !== undefined) return 2 ** Number(exponent) - (less === undefined ? 0 : 1)
  return /^-?\d[\d_]*$/.test(first) ? Number(first.replaceAll('_', '')) : Number.NaN
}

const UNITS = { Bytes: 'bytes', Ms: 'ms', PerSecond: 'bytes per second', Messages: 'messages', Pieces: 'messages' }

describe('docs/limits.md', () => {
  const rows = tableRows(textOf('docs/limits.md'))
  const inDocument = (scope: string): Record<string, number[]> =>
    Object.fromEntries(
      rows
        .filter(([name, of]) => of === scope && name !== 'pipeline')
        .map(([name = '', , fallback = '', range = '']) => [name, [fallback, ...range.split(' to ')].map(numberIn)]),
    )
  const CASES = [
    ['connection', CONNECTION_RANGES],
    ['server, client', HOST_RANGES],
    ['server', SERVER_RANGES],
    ['client', CLIENT_RANGES],
    ['datagrams', DATAGRAM_RANGES],
    ['stp', STP_RANGES],
    ['pyile peer', PEER_RANGES],
    ['pyile auth peer', AUTH_PEER_RANGES],
    ['pyile messenger', MESSENGER_RANGES],
    ['pnet node', NODE_RANGES],
    ['pnet streams', STREAM_RANGES],
    ['pnet calls', CALL_RANGES],
    ['pnet pickles', PICKLE_RANGES],
    ['globs', GLOB_RANGES],
    ['compressors', COMPRESSOR_RANGES],
    ['bodies', BODY_RANGES],
    ['broadcaster', BROADCASTER_RANGES],
    ['dictionaries', DICTIONARY_RANGES],
    ['subscriber', SUBSCRIBER_RANGES],
    ['hmac', HMAC_RANGES],
    ['file server', FILE_SERVER_RANGES],
    ['file client', FILE_CLIENT_RANGES],
    ['lab', PROXY_RANGES],
    ['lab timeline', TIMELINE_RANGES],
    ['lab table', TRACE_TABLE_RANGES],
    ['lab recording', RECORDING_RANGES],
    ['lab replay', REPLAY_RANGES],
  ] as const

  for (const [scope, ranges] of CASES) {
    it(`has every option of a ${scope} in its order, with its default and range, and no other`, () => {
      expect(inDocument(scope)).to.deep.equal(ranges)
      expect(Object.keys(inDocument(scope))).to.deep.equal(Object.keys(ranges))
    })
  }

  it('has no row beside those and pipeline', () => {
    const known = CASES.flatMap(([, ranges]) => Object.keys(ranges))
    expect(rows.map(([name]) => name).filter((name) => !known.includes(name ?? ''))).to.deep.equal(['pipeline'])
  })

  it('has the window of pipeline, which is in no table of the code', () => {
    const [, , fallback = '', range = ''] = rows.find(([name]) => name === 'pipeline') ?? []
    const [min = 0, max = 0] = range.split(' to ').map(numberIn)
    expect(numberIn(fallback.replace('off; true is ', ''))).to.equal(settingsOf({ pipeline: true }).windowBytes)
    expect(settingsOf({}).windowBytes).to.equal(0)
    expect(settingsOf({ pipeline: min }).windowBytes).to.equal(min)
    expect(settingsOf({ pipeline: max }).windowBytes).to.equal(max)
    for (const pipeline of [min - 1, max + 1])
      expect(caught(() => settingsOf({ pipeline })).code).to.equal('OPTION_INVALID')
  })

  it('names the unit that ends the name of the option', () => {
    for (const [name = '', , , , unit = ''] of rows) {
      const [, expected] = Object.entries(UNITS).find(([ending]) => name.endsWith(ending)) ?? []
      if (expected !== undefined) expect(unit, name).to.equal(expected)
    }
  })

  it('says of every option what happens', () => {
    for (const [name, , , , , happens = ''] of rows) expect(happens, name).not.to.equal('')
  })

  it('shows what describeLimits says of the defaults', () => {
    const [shown] = codeBlocks('docs/limits.md', 'text')
    expect(shown?.trimEnd()).to.equal(new PlainServer().describeLimits().toString())
  })
})

describe('docs/errors.md', () => {
  const rows = tableRows(textOf('docs/errors.md'))

  it('has every code in the order of the code, with its fault and its text, and no other', () => {
    const expected = Object.entries(CODES).map(([code, { fault, text }]) => [code, fault, text])
    expect(rows.map((row) => row.slice(0, 3))).to.deep.equal(expected)
  })

  it('says of every code what to do', () => {
    for (const [code, , , advice = ''] of rows) expect(advice, code).not.to.equal('')
  })
})

describe('docs/diagnostics.md', () => {
  const rows = tableRows(textOf('docs/diagnostics.md'))
  let folder: string

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('has every channel, and no other', () => {
    expect(rows.map(([name]) => name)).to.deep.equal(Object.keys(channels))
  })

  it('has the fields of every event as the type has them', () => {
    const [, body = ''] = /export interface Events \{\n([^]*?)\n\}/.exec(textOf('lib/core/diagnostics.ts')) ?? []
    const types = [...body.matchAll(/^ {2}readonly (\w+): ([^]*?)$(?=\n {2}\/\*\*|(?![^]))/gm)]
    const expected = types.map(([, name, type = '']) => [
      name,
      [...type.matchAll(/readonly (\w+\??):/g)].map(([, field]) => field).join(' '),
    ])
    expect(expected).to.have.lengthOf(rows.length)
    expect(rows.map(([name, fields]) => [name, fields])).to.deep.equal(expected)
  })

  it('has a subscriber that shows what an example does', async function () {
    this.timeout(20_000)
    const programs = snippetsIn('docs/diagnostics.md').map(({ code }) => code)
    const [path = '', ...others] = await writeSnippets(programs, folder)
    expect(others).to.deep.equal([])
    const example = new URL(`../examples/01-echo${SCRIPT_EXTENSION}`, import.meta.url)
    const { exitCode, output } = await runProgram(example, [], { preload: pathToFileURL(path) })
    expect(exitCode, output).to.equal(0)
    expect(output).to.match(/^[0-9a-f]{8} outbound length 1000000$/m)
    expect(output).to.match(/^[0-9a-f]{8} inbound answer ff x 1$/m)
  })
})

describe('docs/lab.md', () => {
  it('has every fault, how it is written and what it does, and no other', () => {
    const expected = Object.entries(FAULT_FORMS).map(([name, { form, help }]) => [name, form, help])
    expect(tableRows(chapterOf(textOf('docs/lab.md'), 'Faults'))).to.deep.equal(expected)
  })

  it('has every kind of difference of a replay, and no other', () => {
    const kinds = [...textOf('lib/lab/replay/difference.ts').matchAll(/readonly kind: '(\w+)'/g)].map(
      ([, kind]) => kind,
    )
    const rows = tableRows(chapterOf(textOf('docs/lab.md'), 'Replay'))
    expect(rows.map(([kind]) => kind)).to.deep.equal(kinds)
  })

  it('has every field of the dissector, and no other', () => {
    const expected = Object.entries(FIELDS).flatMap(([of, fields]) =>
      fields.map(({ filter, name, form, about }) => [`${FILTER_PREFIX}.${of}.${filter}`, name, form, about]),
    )
    expect(tableRows(chapterOf(textOf('docs/lab.md'), 'Wireshark'))).to.deep.equal(expected)
  })

  it('has everything that can be read along, and no other', () => {
    const expected = [...WIRES, { name: 'raw', about: 'bytes of any kind, shown and not understood' }]
    const rows = tableRows(chapterOf(textOf('docs/lab.md'), 'Reading along'))
    expect(rows).to.deep.equal(expected.map(({ name, about }) => [name, about]))
  })
})

describe('docs/experiments.md', () => {
  it('has every experiment in its order, with its question and its lesson, and no other', () => {
    const expected = EXPERIMENTS.map(({ name, question, lesson }) => [name, question, lesson])
    expect(tableRows(textOf('docs/experiments.md'))).to.deep.equal(expected)
  })
})

describe('what people read', () => {
  for (const name of DOCUMENTS) {
    it(`${name} has no link that leads nowhere`, () => {
      const links = [...textOf(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target)
      const dead = links.filter((target) => !/^https?:/.test(target) && !existsSync(join(ROOT, dirname(name), target)))
      expect(dead).to.deep.equal([])
    })

    it(`${name} names no code, script or file that there is not`, () => {
      const text = textOf(name)
      const codes = [...text.matchAll(/\b[A-Z]{3,}(?:_[A-Z]+)+\b/g)].map(([code]) => code)
      expect(codes.filter((code) => !(code in CODES || /_RANGES$/.test(code)))).to.deep.equal([])
      const runs = [...text.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script = '']) => script)
      expect(runs.filter((script) => !textOf('package.json').includes(`"${script}": `))).to.deep.equal([])
      const files = [...text.matchAll(/`((?:lib|spec|examples|benchmarks|docs)\/[\w./-]*)`/g)].map(
        ([, path = '']) => path,
      )
      expect(files.filter((path) => !existsSync(join(ROOT, path)))).to.deep.equal([])
    })
  }
})
