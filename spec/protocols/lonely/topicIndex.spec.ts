import { expect } from 'chai'
import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { type GlobLimits, TopicIndex } from '@/protocols/lonely/index.js'
import { caught } from '../../support/caught.js'

const NO_LIMITS = { maxGlobBytes: 65_535, maxGlobWildcards: 65_535, maxMatchSteps: 2 ** 40 }

const matches = (glob: string, topic: string | Uint8Array, limits: GlobLimits = NO_LIMITS): boolean => {
  const index = new TopicIndex<number>(limits)
  index.subscribeGlob(glob, 1)
  return index.matching(Buffer.from(topic)).has(1)
}

/** The rules again in the slow and plain way, by trying everything. */
const matchesByTrying = (glob: readonly string[], topic: readonly string[]): boolean => {
  const [first, ...rest] = glob
  const [character, ...behind] = topic
  if (first === undefined) return character === undefined
  if (first === '*') return matchesByTrying(rest, topic) || (character !== undefined && matchesByTrying(glob, behind))
  if (character === undefined) return false
  if (first === '?') return matchesByTrying(rest, behind)
  if (first.length > 2 && first.startsWith('[!'))
    return !first.slice(2, -1).includes(character) && matchesByTrying(rest, behind)
  if (first.length > 2 && first.startsWith('['))
    return first.slice(1, -1).includes(character) && matchesByTrying(rest, behind)
  return first === character && matchesByTrying(rest, behind)
}

const piece = fc.constantFrom('a', 'b', 'ab', '/', 'é', '🐢', '*', '*', '*', '?', '[ab]', '[!a]', '[!b/]')
const globPieces = fc
  .array(piece, { maxLength: 9 })
  .map((pieces) => pieces.flatMap((one) => (one === 'ab' ? ['a', 'b'] : [one])))
const topicCharacters = fc.array(fc.constantFrom('a', 'b', '/', 'é', '🐢', '!'), { maxLength: 9 })

describe('the globs of the lonely protocol', () => {
  const recorded: { topics: string[]; patterns: { pattern: string; fnmatch: string[] }[] } = JSON.parse(
    readFileSync('spec/vectors/lonely-globs.json', 'utf8'),
  )

  for (const { pattern, fnmatch } of recorded.patterns) {
    it(`accept with ${JSON.stringify(pattern)} the topics that the original accepts`, () => {
      expect(recorded.topics.filter((topic) => matches(pattern, topic))).to.deep.equal(fnmatch)
    })
  }

  const CASES: readonly (readonly [glob: string, topic: string, accepted: boolean])[] = [
    ['?', '🐢', true],
    ['??', '🐢', false],
    ['*?', '🐢', true],
    ['*?', '', false],
    ['a*?🐢', 'a🐢🐢', true],
    ['[🐡-🐣]', '🐢', true],
    ['[!🐢]', '🐢', false],
    ['[!🐢]', 'a', true],
    ['*[!a]', '🐢', true],
    ['[b-a]', 'a', false],
    ['[!b-a]', 'a', true],
    ['[a-c-e]', '-', true],
    ['[a-c-e]', 'd', false],
    ['[!]', '[!]', true],
    ['[]', '[]', true],
    ['[*', '[x', true],
    ['x[*]', 'x*', true],
    ['x[*]', 'xy', false],
    ['*a*a*', 'aa', true],
    ['*a*a*', 'ba', false],
    ['\ufeffx', '\ufeffx', true],
    ['\ufeffx', 'x', false],
    ['caf\u00e9', 'cafe\u0301', false],
  ]
  for (const [glob, topic, accepted] of CASES) {
    it(`${accepted ? 'accept' : 'refuse'} ${JSON.stringify(topic)} with ${JSON.stringify(glob)}`, () => {
      expect(matches(glob, topic)).to.equal(accepted)
    })
  }

  it('match no topic that is not UTF-8', () => {
    for (const bytes of [[0xff], [0x61, 0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80]]) {
      expect(matches('*', Uint8Array.from(bytes)), String(bytes)).to.equal(false)
    }
    const index = new TopicIndex<number>()
    index.subscribeExact(Uint8Array.of(0xff), 1)
    index.subscribeGlob('*', 2)
    expect([...index.matching(Uint8Array.of(0xff))]).to.deep.equal([1])
  })

  it('are refused above their limits, and nothing is subscribed then', () => {
    const index = new TopicIndex<number>({ maxGlobBytes: 4, maxGlobWildcards: 2 })
    expect(caught(() => index.subscribeGlob('ééa', 1)).detail).to.deep.equal({
      limit: 'maxGlobBytes',
      given: 5,
      allowed: 4,
    })
    for (const glob of ['*a*b*', '?*[ab]'.slice(0, 3) + '?']) {
      expect(caught(() => index.subscribeGlob(glob, 1)).code, glob).to.equal('GLOB_REFUSED')
    }
    expect(index.countOf(1)).to.equal(0)
    expect(index.matching(Buffer.from('aaa')).size).to.equal(0)
    expect(index.subscribeGlob('****', 1), 'one star').to.equal(true)
    expect(matches('?'.repeat(32), 'x'.repeat(32), {})).to.equal(true)
    expect(caught(() => matches('?'.repeat(33), '', {})).detail).to.include({ allowed: 32 })
    expect(caught(() => matches('x'.repeat(1_025), '', {})).detail).to.include({ allowed: 1_024 })
    expect(caught(() => new TopicIndex({ maxGlobBytes: 65_536 })).code).to.equal('OPTION_INVALID')
  })

  /** Many different globs of so many stars, all of which match `abab...`. */
  const starry = (count: number, limits: GlobLimits = {}): TopicIndex<number> => {
    const index = new TopicIndex<number>(limits)
    for (let i = 0; i < count; i++) {
      const bits = i.toString(2).padStart(31, '01').split('')
      index.subscribeGlob(`*${bits.map((bit) => (bit === '1' ? 'a*' : 'b*')).join('')}`, i)
    }
    return index
  }

  it('with stars cost no more for a long topic than for a short one, once all of their pieces are found', () => {
    for (const length of [100, 65_535])
      expect(starry(500).matching(Buffer.from('ab'.repeat(length / 2))).size, String(length)).to.equal(500)
    const absent = new TopicIndex<number>({ maxMatchSteps: 20_000 })
    for (let i = 0; i < 8; i++) absent.subscribeGlob(`*x${i}*`, i)
    expect(absent.matching(Buffer.alloc(65_535, 'y')).size).to.equal(0)
  })

  it('that would take more than maxMatchSteps are not looked for, and the costliest subscriber is known', () => {
    const index = starry(100, { maxMatchSteps: 1_000 })
    index.subscribeGlob('[ab][ab][ab][ab]', 1_000)
    index.subscribeGlob('*[ab]'.repeat(10), 2_000)
    for (let i = 0; i < 50; i++) index.subscribeGlob(`news/${i}/*`, 3_000)
    const error = caught(() => index.matching(Buffer.from('ab'.repeat(100))))
    expect([error.code, error.detail]).to.deep.equal(['MATCH_TOO_COSTLY', { topicBytes: 200, maxMatchSteps: 1_000 }])
    expect(index.costliest()).to.equal(0)
    for (let i = 0; i < 100; i++) index.unsubscribeAll(i)
    expect(index.costliest()).to.equal(2_000)
    expect(index.matching(Buffer.from('ab'.repeat(10))).size).to.equal(1)
    index.unsubscribeAll(2_000)
    expect(index.costliest()).to.equal(3_000)
    expect(new TopicIndex<number>().costliest()).to.equal(undefined)
  })

  it('that alone take more than some steps are found, in the order of suspicion, as they are now', () => {
    const index = starry(1, { maxMatchSteps: 1_000_000 })
    index.unsubscribeAll(0)
    const topic = Buffer.from('ab'.repeat(50))
    expect([index.steps, index.takingMore(topic, 1, 10)]).to.deep.equal([0, undefined])
    const costly = (who: number): void => {
      for (let i = 0; i < 20; i++) index.subscribeGlob(`*[ab]*[xy${i}]*`, who)
    }
    for (let i = 0; i < 400; i++) index.subscribeGlob(`x*?*?*${i}`, 1)
    costly(2)
    expect(index.matching(topic).size).to.equal(0)
    expect(index.steps).to.be.greaterThan(500)
    // Until all of its globs have been looked at, and it is less suspicious than the other one: 3,600 / 8 < 500.
    const tries = Math.ceil(400 / 64) + 2
    expect(index.takingMore(topic, 500, tries), 'has the most wildcards, but they cost nothing').to.equal(undefined)
    expect(index.takingMore(topic, 500, 1)).to.equal(2)
    expect(index.takingMore(topic, 1_000_000, 10)).to.equal(undefined)
    for (let i = 0; i < 20; i++) index.unsubscribeGlob(`*[ab]*[xy${i}]*`, 2)
    expect(index.takingMore(topic, 500, 10), 'has none any more').to.equal(undefined)
    costly(1)
    expect(index.takingMore(topic, 500, 1), 'has them now').to.equal(1)
    expect(index.takingMore(Buffer.of(0xff), 0, 10), 'matches no glob').to.equal(undefined)
  })

  it('whatever they are take no more steps than allowed, with sets that all accept and texts that never come', () => {
    const index = new TopicIndex<number>({ maxMatchSteps: 200_000 })
    const pieces = ['*[ab]', '*a?', '*[!c]b', '*ba[ab]', '*zz']
    for (let i = 0; i < 2_000; i++) {
      const glob = Array.from({ length: 15 }, (_, at) => pieces[Math.floor(i / 5 ** (at % 6) + at) % 5] ?? '').join('')
      index.subscribeGlob(glob, i)
    }
    expect(caught(() => index.matching(Buffer.from('ab'.repeat(500)))).code).to.equal('MATCH_TOO_COSTLY')
    expect(index.matching(Buffer.from('c')).size).to.equal(0)
  })

  it('take no more steps than glob times topic, where trying everything would never end', () => {
    const topic = 'a'.repeat(2_000)
    expect(matches(`${'*a'.repeat(30)}*b`, topic)).to.equal(false)
    expect(matches(`${'*a'.repeat(30)}*`, topic)).to.equal(true)
    expect(matches(`${'*?'.repeat(15)}*b`, topic)).to.equal(false)
    expect(matches(`${'*[!b]'.repeat(15)}*b`, topic)).to.equal(false)
  })

  it('accept what trying everything accepts, alone and among others that come and go', () => {
    const plan = fc.array(fc.tuple(globPieces, fc.boolean()), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(plan, fc.array(topicCharacters, { minLength: 1, maxLength: 6 }), (globs, topics) => {
        const index = new TopicIndex<string>()
        const kept = new Map<string, readonly string[]>()
        for (const [pieces] of globs) {
          const glob = pieces.join('')
          index.subscribeGlob(glob, glob)
          kept.set(glob, pieces)
        }
        for (const [pieces, goes] of globs) {
          if (goes && kept.delete(pieces.join(''))) index.unsubscribeGlob(pieces.join(''), pieces.join(''))
        }
        for (const characters of topics) {
          const expected = [...kept].filter(([, pieces]) => matchesByTrying(pieces, characters)).map(([glob]) => glob)
          const found = [...index.matching(Buffer.from(characters.join('')))]
          expect(found.toSorted()).to.deep.equal(expected.toSorted())
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('TopicIndex', () => {
  it('finds each subscriber once, however many of its subscriptions match', () => {
    const index = new TopicIndex<string>()
    const topic = Buffer.from('foo/bar')
    index.subscribeExact(topic, 'a')
    index.subscribeGlob('foo/*', 'a')
    index.subscribeGlob('foo/*', 'b')
    index.subscribeGlob('*', 'c')
    index.subscribeGlob('*/bar', 'a')
    index.subscribeExact(Buffer.from('foo'), 'd')
    expect([...index.matching(topic)].toSorted()).to.deep.equal(['a', 'b', 'c'])
    expect([...index.matching(Buffer.from('foo'))].toSorted()).to.deep.equal(['c', 'd'])
    expect(index.countOf('a')).to.equal(3)
  })

  it('says when somebody subscribes twice or unsubscribes from what they are not subscribed to', () => {
    const index = new TopicIndex<string>()
    const topic = Buffer.from('foo')
    expect(index.subscribeExact(topic, 'a')).to.equal(true)
    expect(index.subscribeExact(topic, 'a')).to.equal(false)
    expect(index.subscribeExact(topic, 'b')).to.equal(true)
    expect(index.subscribeGlob('foo', 'a')).to.equal(true)
    expect(index.subscribeGlob('foo', 'a')).to.equal(false)
    expect(index.subscribeGlob('fo[o]', 'a'), 'another text').to.equal(true)
    expect(index.unsubscribeGlob('foo', 'b')).to.equal(false)
    expect(index.unsubscribeExact(Buffer.from('bar'), 'a')).to.equal(false)
    expect(index.unsubscribeExact(topic, 'a')).to.equal(true)
    expect(index.unsubscribeExact(topic, 'a')).to.equal(false)
    expect([...index.matching(topic)].toSorted()).to.deep.equal(['a', 'b'])
  })

  it('keeps globs apart that are written differently and accept the same', () => {
    const index = new TopicIndex<string>()
    index.subscribeGlob('a*', 'one')
    index.subscribeGlob('a**', 'two')
    expect([...index.matching(Buffer.from('ab'))].toSorted()).to.deep.equal(['one', 'two'])
    index.unsubscribeGlob('a*', 'one')
    expect([...index.matching(Buffer.from('ab'))]).to.deep.equal(['two'])
    index.unsubscribeGlob('a**', 'two')
    expect([...index.matching(Buffer.from('ab'))]).to.deep.equal([])
  })

  it('ends all subscriptions of a subscriber at once and leaves the others', () => {
    const index = new TopicIndex<string>()
    for (const subscriber of ['a', 'b']) {
      index.subscribeExact(Buffer.from('x'), subscriber)
      index.subscribeGlob('x*', subscriber)
    }
    index.subscribeGlob('?', 'a')
    index.unsubscribeAll('a')
    index.unsubscribeAll('nobody')
    expect(index.countOf('a')).to.equal(0)
    expect([...index.matching(Buffer.from('x'))]).to.deep.equal(['b'])
  })

  it('takes topics for the bytes that they are, and copies them', () => {
    const index = new TopicIndex<number>()
    const topic = Buffer.from('é')
    index.subscribeExact(topic, 1)
    topic[0] = 0
    expect(index.matching(Buffer.from('é')).size).to.equal(1)
    expect(index.matching(Buffer.from('é', 'latin1')).size).to.equal(0)
    expect(index.matching(Uint8Array.from(Buffer.from('xéx')).subarray(1, 3)).size).to.equal(1)
  })
})
