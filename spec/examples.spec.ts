import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { ROOT } from './support/documents.js'
import { runProgram, SCRIPT_EXTENSION } from './support/runProgram.js'

interface Example {
  readonly name: string
  readonly args?: readonly string[]
  /** Lines it must print, among others. */
  readonly prints: readonly RegExp[]
}

const EXAMPLES: readonly Example[] = [
  {
    name: '01-echo',
    prints: [
      /^the server listens at 127\.0\.0\.1:\d+$/m,
      /^"hello" came back$/m,
      /^1000000 bytes came back, unchanged$/m,
    ],
  },
  {
    name: '02-chat',
    prints: [/^ {2}cleo hears "bob: hello, ada"$/m, /^ {2}bob hears "cleo has gone"$/m, /^the room is closed$/m],
  },
  {
    name: '03-request-response',
    prints: [
      /^"quick" was answered before "slow"$/m,
      /^no answer to "very slow" within 50 ms: TimeoutError$/m,
      /^the answer to question 3 came too late$/m,
      /^the connection still works: "quick" is QUICK$/m,
    ],
  },
  {
    name: '04-file-transfer',
    prints: [
      /^empty\.txt +0 bytes {2}sha256 e3b0c44298fc1c14 {2}arrived unchanged$/m,
      /^short\.txt +5000 bytes .* arrived unchanged$/m,
      /^large\.bin +33554432 bytes .* arrived unchanged$/m,
    ],
  },
  {
    name: '05-custom-framing',
    prints: [/^"hello" came back$/m, /^and got back +2:hi,0:,$/m, /^and for 2:hi! +FRAME_MALFORMED,/m],
  },
  {
    name: '06-tls',
    prints: [
      /^the server sees the certificate of "ada"$/m,
      /^over TLSv1\.3 came back "for your eyes only"$/m,
      /^a client without a certificate is turned away: (TLS_FAILED|OPENING_REFUSED)$/m,
      /^a client that does not trust the server goes away: TLS_FAILED$/m,
    ],
  },
  {
    name: '07-stream-1gib',
    args: ['64'],
    prints: [/^64 MiB arrived, in order, \d+ MiB\/s$/m, /^sender: +memory \d+ MiB/m, /^receiver: memory \d+ MiB/m],
  },
  {
    name: '08-stp-office-chat',
    prints: [
      /^ben knows ana, cleo$/m,
      /^ {2}cleo hears ana: "coffee\?"$/m,
      /^ {2}ana hears ben: "the printer is yours", sealed$/m,
      /^ {2}ben hears cleo: 10000 characters, sealed$/m,
      /^everybody has gone home$/m,
    ],
  },
  {
    name: '09-pnet-three-nodes',
    prints: [
      /^ada knows bob, carol$/m,
      /^bob says 2 \+ 3 = 5, and with a name for it: 2 \+ 5 = 7$/m,
      /^bob: 10$/m,
      /^carol: CALL_FAILED, I only unpack$/m,
      /^poem\.txt, 300000 bytes -> bob packs it -> \d+ bytes -> carol unpacks it -> 300000 bytes, unchanged$/m,
    ],
  },
  {
    name: '10-pyile-room',
    prints: [
      /^mallory is not let in with "12345": PASSWORD_REFUSED$/m,
      /^mallory is not let in with "open sesame": PEER_BANNED$/m,
      /^banned: 127\.0\.0\.1; who is in, stays in$/m,
      /^ {2}bob hears cleo: hello, you two$/m,
      /^ {2}cleo hears bob: just for you$/m,
      /^dora has joined$/m,
      /^2 of 2 have it$/m,
      /^2 broadcasts, the room is closed$/m,
    ],
  },
  {
    name: '11-lonely-ticker',
    prints: [
      /^ticker\/pln\/cdr 104 reached 3$/m,
      /^one topic heard 4 prices, the last of them 104$/m,
      /^a glob heard 8 prices of 2 companies$/m,
      /^all of them heard 12 prices of 3 companies$/m,
    ],
  },
  {
    name: '12-lonely-gigabyte',
    args: ['48'],
    prints: [/^48 MiB reached 3 subscribers$/m, /^48 MiB arrived unchanged, three times, in 576 pieces/m],
  },
  {
    name: '13-lab',
    prints: [
      /^"hello" came back through the proxy$/m,
      /^ .* 68 65 ─+▶ +\d+\.\d\d {2}payload, 2 of 5 bytes {2}"he"$/m,
      /^ .* 6f ─+▶ +\d+\.\d\d {2}payload, 5 of 5 bytes {2}"o"$/m,
      /^without its OK: ANSWER_TIMEOUT$/m,
    ],
  },
]

describe('the examples', () => {
  it('are all run by this spec', () => {
    const files = readdirSync(`${ROOT}examples`).filter((name) => name.endsWith('.ts'))
    expect(files.toSorted()).to.deep.equal(EXAMPLES.map(({ name }) => `${name}.ts`))
  })

  for (const { name, args = [], prints } of EXAMPLES) {
    it(`${name} does what its first comment says, and ends by itself`, async function () {
      this.timeout(20_000)
      const { exitCode, output } = await runProgram(
        new URL(`../examples/${name}${SCRIPT_EXTENSION}`, import.meta.url),
        args,
      )
      expect(exitCode, output).to.equal(0)
      for (const line of prints) expect(output).to.match(line)
    })
  }
})
