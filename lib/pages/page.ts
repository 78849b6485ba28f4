import { createHash } from 'node:crypto'
import { html, type Markup, trusted } from '@/pages/markup.js'
import { PAGE_SCRIPT } from '@/pages/pageScript.js'
import { PAGE_STYLE } from '@/pages/pageStyle.js'
import type { Cell } from '@/pages/table.js'

/** One part of a page. */
export interface Section {
  readonly title: string
  readonly body: Markup | readonly Markup[]
}

/** Everything a page shows. */
export interface PageContent {
  readonly title: string
  /** A sentence or two below the title. */
  readonly lead?: string
  /** What must be known to read the rest, such as the machine. */
  readonly facts?: readonly Fact[]
  readonly sections: readonly Section[]
  /** This program's own code and style, for pages that do more. Never text that came from elsewhere. */
  readonly scripts?: readonly string[]
  readonly styles?: readonly string[]
}

/** A name and its value, such as `Node.js` and its version. */
export type Fact = readonly [name: string, value: Cell]

/**
 * A whole HTML document in one text, which opens without any network: style and code stand inside, and its policy lets
 * nothing else run or load, not even what would slip through the escaping.
 */
export const page = (content: PageContent): string => {
  const { title, lead, facts = [], sections } = content
  const styles = [PAGE_STYLE, ...(content.styles ?? [])].map((style) => inside(style, 'style'))
  const scripts = [PAGE_SCRIPT, ...(content.scripts ?? [])].map((script) => inside(script, 'script'))
  const policy = [
    "default-src 'none'",
    `style-src ${styles.map(hashOf).join(' ')}`,
    `script-src ${scripts.map(hashOf).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${styles.map((style) => html`<style>${trusted(style)}</style>`)}
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header><h1>${title}</h1><button type="button" id="scheme" hidden>Dark</button></header>
<main id="main">
${lead === undefined ? undefined : html`<p class="lead">${lead}</p>`}
${factList(facts)}
${sections.length < 3 ? undefined : contents(sections)}
${sections.map(
  (section, index) => html`<section id="s${index + 1}" aria-labelledby="h${index + 1}">
<h2 id="h${index + 1}">${section.title}</h2>
${section.body}
</section>`,
)}
</main>
${scripts.map((script) => html`<script>${trusted(script)}</script>`)}
</body>
</html>
`.toString()
}

/** Names and values, one pair beside the other where there is room. */
const factList = (facts: readonly Fact[]): Markup | undefined =>
  facts.length === 0
    ? undefined
    : html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value ?? '–'}</dd></div>`)}</dl>`

/** A paragraph. */
export const paragraph = (text: string | Markup): Markup => html`<p>${text}</p>`

/** Charts beside each other where there is room, otherwise one below the other. */
export const charts = (figures: readonly (Markup | undefined)[]): Markup => html`<div class="charts">${figures}</div>`

/** Data for a script of the page, which finds it by its id and reads its text as JSON. */
export const jsonBlock = (id: string, value: unknown): Markup =>
  html`<script type="application/json" id="${id}">${trusted(JSON.stringify(value).replaceAll('<', '\\u003c'))}</script>`

const contents = (sections: readonly Section[]): Markup =>
  html`<nav aria-label="Contents"><ol>${sections.map(
    ({ title }, index) => html`<li><a href="#s${index + 1}">${title}</a></li>`,
  )}</ol></nav>`

/** @throws TypeError for what would end its own element */
const inside = (text: string, element: 'style' | 'script'): string => {
  if (text.toLowerCase().includes(`</${element}`) || text.includes('<!--'))
    throw new TypeError(`a ${element} cannot hold its own end or the begin of a comment`)
  return text
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
