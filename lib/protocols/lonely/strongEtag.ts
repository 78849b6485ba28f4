import { createHash } from 'node:crypto'
import { SHA512_BYTES } from '@/protocols/lonely/header.js'
import type { BodyReader } from '@/protocols/lonely/bodyReader.js'
import { BodyWriter } from '@/protocols/lonely/bodyWriter.js'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'

/** Stands for all subscriptions of one url. */
export interface StrongEtag {
  readonly format: 0
  /** 64 bytes. */
  readonly sha512: Uint8Array
}

/** One topic of a url. */
export interface ExactSubscription {
  /** 0 to 65_535 bytes. */
  readonly topic: Uint8Array
  /** Where misses are told; absent and empty are one thing. 0 to 65_535 bytes of UTF-8. */
  readonly recovery?: string | undefined
}

/** One glob of a url. */
export interface GlobSubscription {
  /** 0 to 65_535 bytes of UTF-8. */
  readonly glob: string
  /** Where misses are told; absent and empty are one thing. 0 to 65_535 bytes of UTF-8. */
  readonly recovery?: string | undefined
}

/** What whoever asks for an etag vouches for. */
export interface StrongEtagOptions {
  /** Takes the lists as they are. Only for whoever has sorted them or checked their order just now. @default false */
  readonly trustOrder?: boolean
}

/**
 * Makes the etag while the subscriptions come by: first topics, then globs, each strictly ascending by their bytes
 * (`Buffer.compare`; the usual order of JavaScript texts is another one).
 * @see WIRE.md, "strong etag"
 */
export class StrongEtagBuilder {
  readonly #hash = createHash('sha512')
  readonly #trustOrder: boolean
  #at: 'topics' | 'globs' | 'finished' = 'topics'
  #last: Uint8Array | undefined

  /** @throws TransportError LONELY_UNWRITABLE when the url is above 65_535 bytes or half a surrogate pair is in it */
  constructor(url: string, { trustOrder = false }: StrongEtagOptions = {}) {
    this.#trustOrder = trustOrder
    this.#hash.update(Buffer.concat([URL_WORD, new BodyWriter().text('url', url).finish(), EXACT_WORD]))
  }

  /** @throws TransportError LONELY_UNWRITABLE when it is out of order, too long, or comes after a glob */
  addTopic({ topic, recovery }: ExactSubscription): this {
    if (this.#at !== 'topics') throw unwritable('topics come before globs')
    const item = new BodyWriter().bytes('topic', topic).text('recovery', recovery).finish()
    this.#checkOrder('topic', topic)
    this.#hash.update(item)
    return this
  }

  /** @throws TransportError LONELY_UNWRITABLE when it is out of order or too long */
  addGlob({ glob, recovery }: GlobSubscription): this {
    this.#finishTopics()
    if (this.#at === 'finished') throw unwritable('the etag is finished')
    const item = new BodyWriter().text('glob', glob).text('recovery', recovery).finish()
    this.#checkOrder('glob', Buffer.from(glob))
    this.#hash.update(item)
    return this
  }

  /** Once, at the end. @throws TransportError LONELY_UNWRITABLE the second time */
  finish(): StrongEtag {
    this.#finishTopics()
    if (this.#at === 'finished') throw unwritable('the etag is finished')
    this.#at = 'finished'
    return { format: 0, sha512: this.#hash.update(NEWLINE).digest() }
  }

  #finishTopics(): void {
    if (this.#at !== 'topics') return
    this.#at = 'globs'
    this.#last = undefined
    this.#hash.update(GLOB_WORD)
  }

  #checkOrder(field: string, key: Uint8Array): void {
    if (this.#trustOrder) return
    if (!comesAfter(key, this.#last)) throw unwritable('subscriptions must be in strictly ascending order', { field })
    // a copy, since the caller may use the memory again
    this.#last = Uint8Array.from(key)
  }
}

const NEWLINE = Buffer.from('\n')
const URL_WORD = Buffer.from('URL')
const EXACT_WORD = Buffer.from('\nEXACT')
const GLOB_WORD = Buffer.from('\nGLOB')

/** Whether subscriptions stand in the order that the etag wants. */
export const comesAfter = (key: Uint8Array, last: Uint8Array | undefined): boolean =>
  last === undefined || Buffer.compare(key, last) > 0

/** The etag of whole lists. @throws TransportError LONELY_UNWRITABLE @see StrongEtagBuilder */
export const strongEtag = (
  url: string,
  topics: Iterable<ExactSubscription>,
  globs: Iterable<GlobSubscription>,
  options?: StrongEtagOptions,
): StrongEtag => {
  const builder = new StrongEtagBuilder(url, options)
  for (const topic of topics) builder.addTopic(topic)
  for (const glob of globs) builder.addGlob(glob)
  return builder.finish()
}

/** The format and the 64 bytes. */
export const writeEtag = (to: BodyWriter, etag: StrongEtag): void => {
  if (etag.format !== 0) throw unwritable('the format of the etag is not 0')
  to.u8(etag.format).exactly('etag', etag.sha512, SHA512_BYTES)
}

/** @throws TransportError LONELY_MALFORMED */
export const readEtag = (from: BodyReader): StrongEtag => {
  const format = from.u8()
  if (format !== 0) throw malformed('the format of the etag is unknown', { format })
  return { format, sha512: from.exactly(SHA512_BYTES) }
}
