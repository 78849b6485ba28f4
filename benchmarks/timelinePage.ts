/// <reference lib="dom" />
/**
 * Question: is the page of a timeline still usable with a million rows?
 * Unit: megabytes of the file, and milliseconds in headless Chromium: to the first paint, to the rows, and for a frame
 * while the picture is moved and zoomed, with a screen of rows in sight and with all of them.
 * Sizes: a million rows of twenty connections, with up to 64 bytes each; ten thousand in a quick pass.
 * Baseline: none. A frame of 16.7 ms is one that a screen of 60 Hz does not miss.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Figure, Question } from 'framewright/bench'
import { tracePage, TraceTable } from 'framewright/lab'
import type { Page } from 'playwright-core'
import { tracedRows } from './contenders/tracedRows.js'

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']
const ROWS = { full: 1_000_000, quick: 10_000, trial: 1_000 }
const FRAMES = { full: 60, quick: 20, trial: 2 }
const FRAME_MS = 16.7

export const timelinePage: Question = {
  name: 'timelinePage',
  asks: 'How large is the page of a timeline, and how fast is it?',
  seconds: { full: 40, quick: 10 },
  longOnly: true,
  answer: async (plan) => {
    const { pace } = plan
    const rows = ROWS[pace]
    const table = new TraceTable({ maxRows: rows })
    plan.progress(`making ${rows} rows`)
    for (const row of tracedRows(rows)) table.add(row)
    const text = tracePage(table)
    const size = { name: `the file, ${rows} rows`, unit: 'MB', samples: [text.length / 1e6] }
    if (!plan.present('the page', ['playwright-core'])) return { figures: [size], promised: [] }
    if (!existsSync(CHROMIUM)) {
      plan.note('there is no Chromium here to open the page')
      return { figures: [size], promised: [] }
    }
    plan.progress('looking at it')
    const figures = await looked(text, FRAMES[pace])
    const promised = figures
      .filter(({ unit }) => unit === 'ms a frame')
      .map((figure) => ({ ...figure, name: `a frame, ${figure.name}`, goal: { atMost: FRAME_MS } }))
    return { figures: [size, ...figures.filter(({ unit }) => unit !== 'ms a frame')], promised }
  },
}

const looked = async (text: string, count: number): Promise<Figure[]> => {
  const { chromium } = await import('playwright-core')
  const folder = await mkdtemp(join(tmpdir(), 'framewright-page-'))
  const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })
  try {
    const file = join(folder, 'page.html')
    await writeFile(file, text)
    const page = await browser.newPage({ viewport: { width: 1_600, height: 900 } })
    await page.addInitScript(timeFrames)
    await page.goto(pathToFileURL(file).href)
    await page.waitForFunction(() => performance.getEntriesByName('shown').length > 0, undefined, { timeout: 120_000 })
    const at = (name: string): Promise<number> =>
      page.evaluate((entry) => performance.getEntriesByName(entry)[0]?.startTime ?? Number.NaN, name)
    const figures = [
      { name: 'to the first paint', unit: 'ms', samples: [await at('first-paint')] },
      { name: 'to the rows', unit: 'ms', samples: [await at('shown')] },
      await moved(page, 'moved, a screen of rows in sight', count, ['ArrowRight']),
    ]
    await page.keyboard.press('0')
    figures.push(await moved(page, 'zoomed, all rows in sight', count, ['+', '-']))
    await page.keyboard.press('t')
    figures.push(await moved(page, 'zoomed to scale, all rows in sight', count, ['+', '-']))
    return figures
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** In the page: has the time that each frame takes written down among the performance entries. */
const timeFrames = (): void => {
  const request = requestAnimationFrame.bind(globalThis)
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
    await page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => resolve())))
  }
  const samples = await page.evaluate(() =>
    performance
      .getEntriesByName('frame')
      .map(({ duration }) => duration)
      .filter((duration) => duration > 0.2),
  )
  return { name, unit: 'ms a frame', samples }
}
