import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import {
  type ExactSubscription,
  type GlobSubscription,
  setSubscriptions,
  StrongEtagBuilder,
  strongEtag,
} from '@/protocols/lonely/index.js'
import { caught } from '../../support/caught.js'
import { toHex } from '../../support/hex.js'
import { type RecordedBytes, recordedBytes } from '../../support/lonelyVectors.js'

interface Recorded {
  readonly id: string
  readonly url?: string
  readonly topics?: string | readonly { readonly topic: RecordedBytes; readonly recovery: string | null }[]
  readonly globs?: string | readonly { readonly glob: string; readonly recovery: string | null }[]
  readonly recheck_sort: boolean
}

interface Lists {
  readonly url: string
  readonly topics: readonly ExactSubscription[]
  readonly globs: readonly GlobSubscription[]
}

const RECOVERY = 'http://127.0.0.1:3003/v1/recover'

/** What the note of the recording `many` says. */
const many = (url: string): Lists => ({
  url,
  topics: Array.from({ length: 1_000 }, (_, i) => ({
    topic: Buffer.of(i >> 8, i & 0xff),
    recovery: i % 3 === 0 ? undefined : RECOVERY,
  })),
  globs: Array.from({ length: 500 }, (_, i) => ({
    glob: `g/${String(i).padStart(5, '0')}/*`,
    recovery: i % 2 === 0 ? RECOVERY : undefined,
  })),
})

const listsOf = ({ url = '', topics = [], globs = [] }: Recorded): Lists => {
  if (typeof topics === 'string' || typeof globs === 'string') return many(url)
  return {
    url,
    topics: topics.map(({ topic, recovery }) => ({ topic: recordedBytes(topic), recovery: recovery ?? undefined })),
    globs: globs.map(({ glob, recovery }) => ({ glob, recovery: recovery ?? undefined })),
  }
}

describe('the strong etag', () => {
  const recorded: { vectors: (Recorded & { etag: string })[]; errors: Recorded[] } = JSON.parse(
    readFileSync('spec/vectors/lonely-etag.json', 'utf8'),
  )

  for (const vector of recorded.vectors) {
    it(`is that of the original for ${vector.id}`, () => {
      const { url, topics, globs } = listsOf(vector)
      const etag = strongEtag(url, topics, globs, { trustOrder: !vector.recheck_sort })
      expect({ ...etag, sha512: toHex(etag.sha512) }).to.deep.equal({ format: 0, sha512: vector.etag })
      if (!vector.recheck_sort) return
      const shuffled = setSubscriptions({ url, topics: topics.toReversed(), globs: globs.toReversed() })
      expect(toHex(shuffled.etag.sha512)).to.equal(vector.etag)
    })
  }

  const long = 'x'.repeat(65_536)
  const LONG: Readonly<Record<string, Lists>> = {
    'topic-65536': { url: '', topics: [{ topic: Buffer.from(long) }], globs: [] },
    'url-65536': { url: long, topics: [], globs: [] },
    'recovery-65536': { url: '', topics: [{ topic: Buffer.alloc(0), recovery: long }], globs: [] },
    'glob-65536': { url: '', topics: [], globs: [{ glob: long }] },
  }
  for (const vector of recorded.errors) {
    it(`is refused for ${vector.id}, as by the original`, () => {
      const { url, topics, globs } = LONG[vector.id] ?? listsOf(vector)
      expect(caught(() => strongEtag(url, topics, globs)).code).to.equal('LONELY_UNWRITABLE')
    })
  }

  it('wants topics before globs, and an end', () => {
    const builder = new StrongEtagBuilder('u').addGlob({ glob: 'a' })
    expect(caught(() => builder.addTopic({ topic: Buffer.from('a') })).code).to.equal('LONELY_UNWRITABLE')
    builder.finish()
    expect(caught(() => builder.finish()).code).to.equal('LONELY_UNWRITABLE')
    expect(caught(() => builder.addGlob({ glob: 'b' })).code).to.equal('LONELY_UNWRITABLE')
  })

  it('compares with the topic that was given, also when its memory is used again', () => {
    const topic = Buffer.from('b')
    const builder = new StrongEtagBuilder('u').addTopic({ topic })
    topic[0] = 0
    expect(caught(() => builder.addTopic({ topic: Buffer.from('a') })).code).to.equal('LONELY_UNWRITABLE')
  })
})
