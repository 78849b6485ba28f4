import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Role } from '@/framings/framing.js'
import { type EndState, EndStates } from '../support/endStates.js'
import { toHex } from '../support/hex.js'
import { type Manners, WireEnd } from '../support/wireEnd.js'

// Two real handshake framings talk to each other, and everything that can happen happens in every order.
//
// What a state is. The framings keep their state to themselves, so two histories of an end count as one state only when
// all that could tell them apart is equal: every byte it ever wrote and every byte it has heard, the messages delivered,
// how many were asked for and started, how far the payload being sent has got, and all that the framing shows
// (unanswered, holding, payloadAllowed, collided, reading, waiting). The private state follows from these: where the
// reading stands, from the bytes heard; the answers owed, from the lengths heard less the answers written; the bytes in
// the window, from the lengths written less the answers heard; the rest is shown. A state of both ends is one of each.

type Ends = readonly [WireEnd, WireEnd]
type Both<T> = readonly [T, T]

const OPENER_AND_ACCEPTOR: Both<Role> = ['opener', 'acceptor']

/** What is wrong in a state, or undefined. `over`: nothing can happen any more. */
type Check = (ends: Ends, over: boolean) => string | undefined

/** One end's states are told from the other's by this factor; far more than there ever are. */
const FACTOR = 2 ** 26

/**
 * Goes through every state that two such ends can reach.
 * @returns how many there are
 * @throws when `check` finds something wrong, with the way there
 */
const explore = (manners: Both<Manners>, check: Check, roles = OPENER_AND_ACCEPTOR): number => {
  const states = [new EndStates(roles[0], manners[0]), new EndStates(roles[1], manners[1])] as const
  const seen = new Set<number>()
  const found: Both<EndState>[] = []
  const reach = (a: EndState, b: EndState): void => {
    const key = a.number * FACTOR + b.number
    if (seen.has(key)) return
    seen.add(key)
    found.push([a, b])
  }
  reach(states[0].first, states[1].first)
  for (let state = found.pop(); state !== undefined; state = found.pop()) {
    const [a, b] = state
    const ofA = a.end.deeds(b.end)
    const ofB = b.end.deeds(a.end)
    const wrong = check([a.end, b.end], ofA.length === 0 && ofB.length === 0)
    if (wrong !== undefined) {
      const ways = state.map(({ deeds, end }) => `${deeds.join(', ')}: ${end.story}`)
      throw new Error([wrong, ...ways].join('\n'))
    }
    for (const deed of ofA) reach(states[0].after(a, deed), b)
    for (const deed of ofB) reach(a, states[1].after(b, deed))
  }
  return seen.size
}

const isBeginningOf = (received: readonly string[], sent: readonly string[]): boolean =>
  received.every((message, at) => message === sent[at])

const misread = (manners: Both<Manners>): Check => {
  const [sentByOpener, sentByAcceptor] = [manners[0].messages.map(toHex), manners[1].messages.map(toHex)]
  return ([opener, acceptor]) => {
    const right = isBeginningOf(opener.received, sentByAcceptor) && isBeginningOf(acceptor.received, sentByOpener)
    return right ? undefined : 'misread'
  }
}

/** No error ever, and at the end all is delivered and answered. */
const allArrives = (manners: Both<Manners>): Check => {
  const asSent = misread(manners)
  return (ends, over) => {
    const wrong = asSent(ends, over) ?? ends[0].error ?? ends[1].error
    if (wrong !== undefined || !over) return wrong
    const arrived = [ends[0].received.length, ends[1].received.length]
    const complete = arrived[0] === manners[1].messages.length && arrived[1] === manners[0].messages.length
    return complete && ends[0].settled && ends[1].settled ? undefined : 'deadlock'
  }
}

/** Whoever refuses gets its refusal out and ends; the other end learns it. If both do, each has its own reason to end. */
const refusalsArrive = (manners: Both<Manners>): Check => {
  const [asSent, whole] = [misread(manners), allArrives(manners)]
  return (ends, over) => {
    const [a, b] = ends
    if (!a.refused && !b.refused) return whole(ends, over)
    const wrong = asSent(ends, over)
    if (wrong !== undefined || !over || (a.refused && b.refused)) return wrong
    const [refusing, refused] = a.refused ? [a, b] : [b, a]
    return refusing.ended && refused.error === 'MESSAGE_REFUSED' ? undefined : 'the refusal was not understood'
  }
}

const STRICT = 0
const PIPELINED = 64
const MIXES: readonly (readonly [what: string, windows: Both<number>])[] = [
  ['two strict ends', [STRICT, STRICT]],
  ['a strict opener and a pipelined acceptor', [STRICT, PIPELINED]],
  ['a pipelined opener and a strict acceptor', [PIPELINED, STRICT]],
  ['two pipelined ends', [PIPELINED, PIPELINED]],
]

const bytes = (digits: string): Buffer => Buffer.from(digits, 'hex')
const TWO = [
  ['', 'ff'],
  ['ff', 'ffff'],
  ['00', '0000'],
  ['00ff', ''],
  ['ff00', 'ff'],
].map((messages) => messages.map(bytes))
const THREE = [
  ['', '', ''],
  ['ff', '00', 'ffff'],
  ['0000', '', 'ff'],
].map((messages) => messages.map(bytes))

/** Each of these lists against each. */
const pairs = (lists: readonly Buffer[][]): Both<Buffer[]>[] =>
  lists.flatMap((a) => lists.map((b): Both<Buffer[]> => [a, b]))

type Habits = Pick<Manners, 'consent' | 'payloads' | 'hurries'>

const mannersOf = (windows: Both<number>, [a, b]: Both<Buffer[]>, habits: Both<Habits>): Both<Manners> => [
  { ...habits[0], windowBytes: windows[0], messages: a },
  { ...habits[1], windowBytes: windows[1], messages: b },
]

describe('two handshake framings, explored', function () {
  this.timeout(60_000)
  let states = 0
  after(() => console.log(`      ${states.toLocaleString('en')} states in all`))

  const exploreAll = (
    what: string,
    lists: readonly Both<Buffer[]>[],
    habits: readonly Both<Habits>[],
    check: (manners: Both<Manners>) => Check,
  ): void => {
    for (const [mix, windows] of MIXES) {
      it(`${mix} ${what}`, () => {
        let here = 0
        for (const messages of lists) {
          for (const each of habits) {
            const manners = mannersOf(windows, messages, each)
            here += explore(manners, check(manners))
          }
        }
        states += here
        console.log(`      ${here.toLocaleString('en')} states`)
      })
    }
  }

  const whole: Habits = { consent: 'at once', payloads: 'whole' }
  const slowly: Habits = { consent: 'at once', payloads: 'slowly' }
  const later: Habits = { consent: 'later', payloads: 'whole' }
  const laterSlowly: Habits = { consent: 'later', payloads: 'slowly' }
  const perhaps: Habits = { consent: 'perhaps', payloads: 'whole' }
  const hurriedly: Habits = { consent: 'at once', payloads: 'whole', hurries: true }
  const hurriedlySlowly: Habits = { consent: 'at once', payloads: 'slowly', hurries: true }
  const perhapsHurriedly: Habits = { consent: 'perhaps', payloads: 'whole', hurries: true }
  const perhapsSlowly: Habits = { consent: 'perhaps', payloads: 'slowly' }

  exploreAll('deliver two messages each', pairs(TWO), [[whole, whole]], allArrives)
  exploreAll('deliver three messages each', pairs(THREE), [[whole, whole]], allArrives)
  exploreAll('deliver payloads that leave byte by byte', pairs(TWO.slice(0, 2)), [[slowly, slowly]], allArrives)
  exploreAll(
    'deliver when consent comes later',
    pairs(TWO.slice(0, 2)),
    [
      [later, later],
      [later, whole],
      [whole, later],
      [laterSlowly, later],
    ],
    allArrives,
  )
  exploreAll(
    'understand each refusal',
    pairs(TWO.slice(1, 3)).slice(1, 3),
    [
      [perhaps, later],
      [whole, perhaps],
      [perhaps, slowly],
      [slowly, perhapsSlowly],
      [perhaps, perhaps],
    ],
    refusalsArrive,
  )

  exploreAll(
    'deliver when they stop waiting for answers inside a frame',
    pairs(TWO.slice(1, 3)).slice(1, 3),
    [
      [hurriedly, hurriedly],
      [hurriedlySlowly, later],
      [slowly, hurriedly],
    ],
    allArrives,
  )
  exploreAll(
    'understand each refusal of an end that does not wait, and by one',
    pairs(TWO.slice(1, 3)).slice(1, 2),
    [
      [perhaps, hurriedly],
      [hurriedly, perhaps],
      [perhapsHurriedly, slowly],
    ],
    refusalsArrive,
  )

  it('deliver many messages in random histories, whatever their windows', () => {
    const message = fc.array(fc.constantFrom(0x00, 0xff, 0x01), { maxLength: 3 }).map((each) => Buffer.from(each))
    const manners: fc.Arbitrary<Manners> = fc.record({
      windowBytes: fc.constantFrom(0, 4, 9, 64),
      messages: fc.array(message, { maxLength: 8 }),
      consent: fc.constantFrom('at once', 'later'),
      payloads: fc.constantFrom('whole', 'slowly'),
      hurries: fc.boolean(),
    })
    const choices = fc.infiniteStream(fc.nat({ max: 1000 }))
    fc.assert(
      fc.property(fc.tuple(manners, manners), choices, (both, stream) => {
        const ends: Ends = [new WireEnd('opener', both[0]), new WireEnd('acceptor', both[1])]
        const check = allArrives(both)
        for (;;) {
          const ofOpener = ends[0].deeds(ends[1])
          const ofAcceptor = ends[1].deeds(ends[0])
          const chosen = stream.next().value % (ofOpener.length + ofAcceptor.length)
          const over = Number.isNaN(chosen)
          expect(check(ends, over), `${ends[0].story}\n${ends[1].story}`).to.equal(undefined)
          if (over) return
          const deed = ofOpener[chosen]
          if (deed !== undefined) ends[0].do(deed)
          else ends[1].do(ofAcceptor[chosen - ofOpener.length] ?? 'ask')
        }
      }),
      { numRuns: 300 },
    )
  })

  it('would be found out if nobody went first', () => {
    const manners = mannersOf([STRICT, STRICT], [[bytes('61')], [bytes('62')]], [whole, whole])
    expect(() => explore(manners, allArrives(manners), ['acceptor', 'acceptor'])).to.throw('deadlock')
  })
})
