/// <reference lib="dom" />
/**
 * Question: is the page of a timeline still usable with a million rows?
 * Unit: megabytes of the file, and of memory and milliseconds to write it; in headless Chromium megabytes of its heap,
 * and milliseconds: to the first paint, to the rows, for a frame while the picture is moved and zoomed, with a screen of
 * rows in sight and with all of them, and until the rows of a filter or the matches of a search are shown.
 * Sizes: a million rows of twenty connections, with up to 64 random bytes each; ten thousand in a quick pass.
 * Baseline: none. A frame of 16.7 ms is one that a screen of 60 Hz does not miss.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { Figure, Question } from 'framewright/bench'
import { tracePage, TraceTable } from 'framewright/lab'
import type { Page } from 'playwright-core'
import { tracedRows } from './contenders/tracedRows.js'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  '--enable-precise-memory-info',
]
/** Playwright would end this process itself. */
const OWN_SIGNALS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
const ROWS = { full: 1_000_000, quick: 10_000, trial: 1_000 }
const FRAMES = { full: 60, quick: 20, trial: 2 }
const FRAME_MS = 16.7
/** Rows, until a signal is heard. */
const IN_TURN = 10_000

/** What is asked of the page, and a part of what it says then. */
interface Wish {
  readonly name: string
  /** The selector of the input. */
  readonly field: string
  /** What is typed; a checkbox is clicked. */
  readonly value: string
  readonly says: string
}
const WISHES: readonly Wish[] = [
  { name: 'until answers are hidden', field: 'input[value=answer]', value: '', says: ' of ' },
  { name: 'until one conversation is alone', field: '#conversation', value: '3', says: ' of ' },
  { name: 'until all are back', field: '#conversation', value: '', says: ' of ' },
  { name: 'until words are found', field: '#search', value: 'length 25', says: ' matches' },
  { name: 'until bytes are found', field: '#search', value: '00 00 01', says: ' matches' },
]

export const timelinePage: Question = {
  name: 'timelinePage',
  asks: 'How large is the page of a timeline, and how fast is it?',
  seconds: { full: 15, quick: 10 },
  longOnly: true,
  answer: async (plan) => {
    const { pace } = plan
    const rows = ROWS[pace]
    plan.progress(`making ${rows} rows`)
    const { text, figures: made } = await written(rows, plan.signal)
    if (!plan.present('the page', ['playwright-core'])) return { figures: made, promised: [] }
    if (!existsSync(CHROMIUM)) {
      plan.note('there is no Chromium here to open the page')
      return { figures: made, promised: [] }
    }
    plan.progress('looking at it')
    const figures = await looked(text, FRAMES[pace], plan.signal)
    const promised = figures
      .filter(({ unit }) => unit === 'ms a frame')
      .map((figure) => ({ ...figure, name: `a frame, ${figure.name}`, goal: { atMost: FRAME_MS } }))
    return { figures: [...made, ...figures.filter(({ unit }) => unit !== 'ms a frame')], promised }
  },
}

const written = async (
  rows: number,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly figures: readonly Figure[] }> => {
  const table = new TraceTable({ maxRows: rows })
  const residentMB = (): number => process.memoryUsage.rss() / 1e6
  const beforeMB = residentMB()
  let added = 0
  for (const row of tracedRows(rows)) {
    table.add(row)
    if (++added % IN_TURN === 0) await turn()
    signal.throwIfAborted()
  }
  const keptMB = residentMB()
  const start = performance.now()
  const text = tracePage(table)
  const tookMs = performance.now() - start
  const figure = (name: string, unit: string, sample: number): Figure => ({ name, unit, samples: [sample] })
  return {
    text,
    figures: [
      figure(`the file, ${rows} rows`, 'MB', text.length / 1e6),
      figure('resident with the rows in memory', 'MB', keptMB - beforeMB),
      figure('resident with the page, too', 'MB', residentMB() - beforeMB),
      figure('to write it', 'ms', tookMs),
    ],
  }
}

const looked = async (text: string, count: number, signal: AbortSignal): Promise<Figure[]> => {
  const { chromium } = await import('playwright-core')
  const folder = await mkdtemp(join(tmpdir(), 'framewright-page-'))
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS, ...OWN_SIGNALS })
  // Whether it could be closed is seen at the end.
  const stop = (): void => void browser.close().catch(() => {})
  signal.addEventListener('abort', stop)
  try {
    signal.throwIfAborted()
    const file = join(folder, 'page.html')
    await writeFile(file, text)
    const page = await browser.newPage({ viewport: { width: 1_600, height: 900 } })
    await page.addInitScript(timeFrames)
    await page.goto(pathToFileURL(file).href)
    // Chromium tells of a paint some time after it, which may be after the rows are there.
    const at = async (name: string): Promise<number> => {
      await page.waitForFunction((entry) => performance.getEntriesByName(entry).length > 0, name, { timeout: 120_000 })
      return page.evaluate((entry) => performance.getEntriesByName(entry)[0]?.startTime ?? Number.NaN, name)
    }
    const figures = [
      { name: 'to the first paint', unit: 'ms', samples: [await at('first-paint')] },
      { name: 'to the rows', unit: 'ms', samples: [await at('shown')] },
      await moved(page, 'moved, a screen of rows in sight', count, ['ArrowRight']),
    ]
    await page.keyboard.press('0')
    figures.push(await moved(page, 'zoomed, all rows in sight', count, ['+', '-']))
    await page.keyboard.press('t')
    figures.push(await moved(page, 'zoomed to scale, all rows in sight', count, ['+', '-']))
    await page.keyboard.press('t')
    for (const wish of WISHES) figures.push(await shown(page, wish))
    figures.push({ name: 'heap of the page', unit: 'MB', samples: [(await page.evaluate(heapBytes)) / 1e6] })
    return figures
  } finally {
    signal.removeEventListener('abort', stop)
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

declare global {
  /** In the page: the function that calls back before the next frame, without its time being written down. */
  var requestUntimedFrame: typeof requestAnimationFrame
}

/** In the page: has the time that each of its frames takes written down among the performance entries. */
const timeFrames = (): void => {
  const request = requestAnimationFrame.bind(globalThis)
  globalThis.requestUntimedFrame = request
  globalThis.requestAnimationFrame = (draw) =>
    request((atMs) => {
      const start = performance.now()
      draw(atMs)
      performance.measure('frame', { start })
    })
}

/** What a frame takes while these keys are pressed in turn. */
const moved = async (page: Page, name: string, count: number, keys: readonly string[]): Promise<Figure> => {
  await page.evaluate(() => performance.clearMeasures('frame'))
  for (let press = 0; press < count; press++) {
    await page.keyboard.press(keys[press % keys.length] ?? '')
    await page.evaluate(() => new Promise<void>((resolve) => requestUntimedFrame(() => resolve())))
  }
  const samples = await page.evaluate(() => performance.getEntriesByName('frame').map(({ duration }) => duration))
  if (samples.length === 0) throw new Error(`${name}: the page has drawn no frame`)
  return { name, unit: 'ms a frame', samples }
}

/** In the page: also of what its typed arrays take, which are most of it. */
const heapBytes = (): number => {
  const memory: unknown = 'memory' in performance ? performance.memory : undefined
  const known = typeof memory === 'object' && memory !== null && 'usedJSHeapSize' in memory
  return known ? Number(memory.usedJSHeapSize) : Number.NaN
}

/** From an input until two frames later, when what came of it is on the screen. */
const shown = async (page: Page, { name, field, value, says }: Wish): Promise<Figure> => {
  const { tookMs, status } = await page.evaluate(put, { field, value })
  if (!status.includes(says)) throw new Error(`${name}: the page says ${status}, without ${says}`)
  return { name, unit: 'ms', samples: [tookMs] }
}

/** In the page. */
const put = async ({ field, value }: Pick<Wish, 'field' | 'value'>): Promise<{ tookMs: number; status: string }> => {
  const input = document.querySelector<HTMLInputElement>(field)
  if (input === null) throw new Error(`there is no ${field}`)
  const start = performance.now()
  if (input.type === 'checkbox') input.click()
  else {
    input.value = value
    input.dispatchEvent(new Event('input'))
  }
  for (let frame = 0; frame < 2; frame++) await new Promise(requestUntimedFrame)
  return { tookMs: performance.now() - start, status: document.getElementById('status')?.textContent ?? '' }
}
