/// <reference lib="dom" />
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import type { Browser, Page } from 'playwright-core'

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Whether there is a Chromium on this machine, at `CHROMIUM` or where Debian puts it. */
export const HAS_BROWSER = existsSync(EXECUTABLE)

/** What a page is looked at with. */
export interface View {
  /** Of the window, in pixels. @default 1_280 */
  readonly width?: number
  /** @default 'light' */
  readonly scheme?: 'light' | 'dark'
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The one browser of this process, and the folder of the pages that it is shown. */
let running: Promise<{ readonly browser: Browser; readonly folder: string }> | undefined
let pages = 0

const start = async (): Promise<{ readonly browser: Browser; readonly folder: string }> => {
  const { chromium } = await import('playwright-core')
  const folder = await mkdtemp(join(tmpdir(), 'framewright-pages-'))
  // Playwright gives each browser a fresh folder of its own and removes it.
  return { browser: await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS }), folder }
}

const stop = async (): Promise<void> => {
  if (running === undefined) return
  const { browser, folder } = await running
  running = undefined
  await browser.close()
  await rm(folder, { recursive: true, force: true })
}

/**
 * Specs that look at pages in Chromium. Without one they are skipped, and the title says so. They have a minute each: to
 * start a browser on a busy machine takes seconds.
 */
export const describePictures = (title: string, body: () => void): void => {
  // Behind the last spec of all files that run as one; where files run beside each other, behind each.
  after(stop)
  describe(HAS_BROWSER ? title : `${title} (skipped: there is no Chromium here to look at them)`, function () {
    this.timeout(60_000)
    before(function () {
      if (!HAS_BROWSER) this.skip()
    })
    body()
  })
}

/**
 * Opens a page from a file, as readers do, and lets `look` use it. Whatever the page says in the console as a warning or an
 * error, whatever it throws, and whatever it asks of the network fails the spec.
 * @param source the text of the page, or the path of its file
 */
export const withPage = async (
  source: string | { readonly file: string },
  { width = 1_280, scheme = 'light' }: View,
  look: (page: Page) => Promise<void>,
): Promise<void> => {
  running ??= start()
  const { browser, folder } = await running
  const file = typeof source === 'string' ? join(folder, `${++pages}.html`) : source.file
  if (typeof source === 'string') await writeFile(file, source)
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    if (!/^(file|data|about|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
  })
  try {
    await page.goto(pathToFileURL(file).href)
    await look(page)
    expect(complaints).to.deep.equal([])
  } finally {
    await page.close()
  }
}

/** The parts of a page that stand out of the window sideways, by their element and text: nobody would see them. */
export const standingOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.closest('.scroll, pre, .skip') === null)
      .filter((element) => element.getBoundingClientRect().right > width + 0.5)
      .map((element) => `${element.tagName} ${element.textContent.trim().slice(0, 40)}`)
  })

/** The smallest text of a page as it is seen, in pixels, also that of drawings, which are scaled. */
export const smallestText = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const sizes = [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().width > 0)
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim() !== ''))
      .map((element) => {
        const size = Number.parseFloat(getComputedStyle(element).fontSize)
        const scale = element instanceof SVGTextElement ? (element.getScreenCTM()?.a ?? 1) : 1
        return size * scale
      })
    return Math.min(...sizes)
  })
