import { expect } from 'chai'
import { marksText, wordsOf } from '@/lab/page/model/rowWords.js'
import { Trace } from '@/lab/trace/trace.js'
import { Ear } from '../../support/ear.js'
import { Gate } from '../../support/gate.js'
import { ManualClock } from '../../support/manualClock.js'
import { pageRows } from '../../support/pageRows.js'
import { connectedPair, serverWithPeer } from '../../support/pair.js'
import { RawPeer } from '../../support/rawPeer.js'
import { turns } from '../../support/turns.js'
import { Bare, Witness } from '../../support/witness.js'

/** A message that a socket does not take at once, to an end that is not ready for it. */
const withheldAndPartial = async (trace: Trace): Promise<void> => {
  const gate = new Gate()
  class Late extends Witness {
    protected override preLoop(): Promise<void> {
      return gate.pass()
    }
  }
  const both = { maxFirstMessageBytes: 1, highWaterMarkBytes: 1_000 }
  await using ends = await connectedPair({ serves: Late, connects: Bare, both })
  const sent = ends.connected.transmit(Buffer.alloc(5_000))
  await gate.reached
  while (!trace.rows.some((row) => row.event === 'note' && row.about === 'withheld')) await turns()
  gate.open()
  await sent
}

const tooLarge = async (): Promise<void> => {
  await using ends = await connectedPair({ serves: Witness, connects: Bare, server: { maxMessageBytes: 8 } })
  await ends.connected.transmit(Buffer.alloc(9)).catch(() => {})
  await ends.served.over
}

const tooLate = async (): Promise<void> => {
  const clock = new ManualClock()
  await using ends = await serverWithPeer(Witness, { clock, openingTimeoutMs: 400 })
  await ends.peer.expect('ff')
  await clock.passUntil(ends.server.first.over, 100)
}

const bothAtOnce = async (): Promise<void> => {
  await using ends = await serverWithPeer(Witness)
  await ends.peer.open()
  while (ends.server.first.phase !== 'open') await turns()
  const sent = ends.server.first.transmit(Buffer.from('a'))
  await ends.peer.expect('00000001')
  await ends.peer.send('00000001 62 ff').expect('61 ff')
  await sent
}

const malformed = async (): Promise<void> => {
  await using ends = await serverWithPeer(Witness)
  ends.peer.send('47455420').fin()
  await ends.server.first.over
}

const full = async (): Promise<void> => {
  await using ends = await serverWithPeer(Witness, { connectionLimit: 1 })
  await ends.peer.open()
  await using other = await RawPeer.connect(ends.server.addresses[0]?.port ?? 0)
  await other.ended
}

const datagram = async (): Promise<void> => {
  await using receiver = new Ear({ host: '127.0.0.1' })
  await using sender = new Ear({ host: '127.0.0.1' })
  await Promise.all([receiver.open(), sender.open()])
  await sender.send(Buffer.from('hi'), receiver.address)
  await receiver.hears(1)
}

describe('what the core publishes is seen in the ladder, as JSON and on the page', () => {
  const CASES: readonly (readonly [
    what: string,
    provoke: (trace: Trace) => Promise<void>,
    seen: readonly (readonly [json: RegExp, mark: string, words: RegExp])[],
  ])[] = [
    [
      'a withheld OK, a partial write and a drain',
      withheldAndPartial,
      [
        [/"about":"withheld"/, 'withheld', /^OK to 5000 bytes withheld: preLoop is not done$/],
        [/"about":"partial"/, 'partial', /^partial write: \d+ of \d+ bytes were taken$/],
        [/"about":"drain"/, 'drain', /^drain: room again, \d+ bytes wait$/],
      ],
    ],
    [
      'a limit, and the cause of a close at both ends',
      tooLarge,
      [
        [/"about":"limit"/, 'limit', /^MESSAGE_TOO_LARGE: 9 above 8$/],
        [/"at":"acceptor","code":"MESSAGE_TOO_LARGE"/, 'close', /^over: .*\[MESSAGE_TOO_LARGE\]$/],
        [/"at":"opener","code":"MESSAGE_REFUSED"/, 'close', /^over: .*\[MESSAGE_REFUSED\]$/],
      ],
    ],
    [
      'a timeout',
      tooLate,
      [
        [/"about":"timeout"/, 'timeout', /^OPENING_TIMEOUT after 400 ms$/],
        [/"code":"OPENING_TIMEOUT"/, 'close', /^over: .*\[OPENING_TIMEOUT\]$/],
      ],
    ],
    ['a collision', bothAtOnce, [[/"about":"collision"/, 'collision', /^both ends spoke at once$/]]],
    [
      'an error',
      malformed,
      [
        [/"about":"error"/, 'error', /not an opening|speaks another protocol|HTTP/],
        [/"code":"OPENING_UNEXPECTED"/, 'close', /^over: .*\[OPENING_UNEXPECTED\]$/],
      ],
    ],
    [
      'a newcomer that is turned away',
      full,
      [[/"at":"acceptor","words":"turned away: there is no place"/, 'close', /^over: turned away: there is no place$/]],
    ],
    [
      'a datagram',
      datagram,
      [
        [/"dialect":"datagrams"/, 'open', /^\? to 127\.0\.0\.1:\d+, datagrams$/],
        [/"from":"opener","what":"bytes","bytes":2,"hex":"6869"/, 'bytes', /^2 bytes$/],
      ],
    ],
  ]

  for (const [what, provoke, seen] of CASES)
    it(`shows ${what}`, async () => {
      using trace = new Trace()
      await provoke(trace)
      await turns(4)
      const ladder = trace.ladder().split('\n')
      const json = trace.jsonLines().split('\n')
      const rows = pageRows(trace.html())
      const onPage = [...rows.mask].map((mask, row) => [marksText(mask), wordsOf(rows, row)] as const)
      for (const [object, mark, words] of seen) {
        const inline = new RegExp(words.source.replace(/^\^/, '').replace(/\$$/, ''))
        expect(
          ladder.some((line) => inline.test(line)),
          `${String(words)} in\n${ladder.join('\n')}`,
        ).to.equal(true)
        expect(
          json.some((line) => object.test(line)),
          `${String(object)} in\n${json.join('\n')}`,
        ).to.equal(true)
        const found = onPage.some(([marks, text]) => marks === mark && words.test(text))
        expect(found, `${mark}: ${String(words)} in\n${onPage.join('\n')}`).to.equal(true)
      }
    })
})
