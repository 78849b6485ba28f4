/**
 * A piece of HTML or SVG in which everything that was text has been escaped. Only `html` and `trusted` make it, so a page
 * can hold no text of a stranger that is not escaped.
 */
export class Markup {
  readonly #text: string

  constructor(text: string, key: typeof KEY) {
    if (key !== KEY) throw new TypeError('markup is made by html and trusted')
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template: text and numbers are escaped, markup is not, nothing is left out. */
export type Part = string | number | Markup | undefined | readonly Part[]

const KEY = Symbol('markup')

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** What no reader could see, or what would turn round the text beside it. */
const UNSEEN = /(?![\t\n])[\p{Cc}\p{Cs}]|[\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

/** Text as it stands in markup: neither a tag, nor the end of an attribute, nor characters that cannot be seen. */
export const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? '')
    .replaceAll(UNSEEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const written = (part: Part): string => {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.toString()
  if (typeof part === 'object') return part.map(written).join('')
  return escaped(String(part))
}

/** Markup from a template: what is written in it is markup, what is filled in is text, unless it is markup itself. */
export const html = (frame: TemplateStringsArray, ...parts: readonly Part[]): Markup => {
  let text = frame[0] ?? ''
  for (const [index, part] of parts.entries()) {
    if (/=\s*$/.test(text)) throw new TypeError('an attribute is filled in between quotes')
    text += written(part) + (frame[index + 1] ?? '')
  }
  return new Markup(text, KEY)
}

/** Markup that this program has written itself, such as a style sheet. Never for text that came from elsewhere. */
export const trusted = (text: string): Markup => new Markup(text, KEY)
