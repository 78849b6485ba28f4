import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { tracePage } from '@/lab/page/tracePage.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'
import { describePictures, smallestText, standingOut, type View, withPage } from '../../support/browser.js'
import { HOSTILE, TRACE_ROWS } from '../../support/traceRows.js'

/** Three hundred rows of a conversation that says one byte every millisecond. */
const MANY: readonly TraceRow[] = Array.from({ length: 300 }, (_, row): TraceRow => {
  const stretches = [{ kind: 'bytes', bytes: 1, meaning: '' }] as const
  const said = { event: 'said', from: 'opener', what: 'bytes', bytes: 1, hex: '61', meaning: '' } as const
  return { ...said, conversation: 1, atMs: row, kinds: ['bytes'], stretches, sentMs: row, receivedMs: row + 0.5 }
})

const shown = (rows: readonly TraceRow[], view: View, look: (page: Page) => Promise<void>): Promise<void> =>
  withPage(tracePage(rows, { title: `Run of ${HOSTILE}` }), view, async (page) => {
    await page.waitForFunction(() => performance.getEntriesByName('shown').length > 0)
    await look(page)
  })

const status = (page: Page): Promise<string | null> => page.locator('#status').textContent()
const lines = (page: Page) => page.locator('#list-body .line:visible')
/** What the list shows of a row: `what` and `meaning`. */
const lineText = (page: Page, line: number): Promise<string[]> =>
  lines(page).nth(line).locator('.digits, .words').allTextContents()
const chosen = (page: Page): Promise<string[]> => page.locator('.line[aria-selected=true] .words').allTextContents()
const firstRow = async (page: Page): Promise<number> =>
  Number(await lines(page).first().getAttribute('aria-rowindex')) - 1
/** Resolves when what was asked for has been drawn: pages draw with the next frame. */
const drawn = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((resolve) => requestAnimationFrame(() => resolve())))
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key)
  await drawn(page)
}
/** How many pixels of a canvas are not empty. */
const inked = (page: Page, id: string): Promise<number> =>
  page.locator(`#${id}`).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []
    return pixels.filter((value, index) => index % 4 === 3 && value > 0).length
  })
const boxOf = async (page: Page, id: string) => {
  const box = await page.locator(`#${id}`).boundingBox()
  if (box === null) throw new Error(`${id} is not seen`)
  return box
}

describePictures('the page of a timeline in Chromium', () => {
  for (const width of [400, 1_600])
    for (const scheme of ['light', 'dark'] as const)
      it(`is legible at ${width} pixels, ${scheme}: nothing stands out, no text is below 12 pixels, all is drawn`, () =>
        shown(TRACE_ROWS, { width, scheme }, async (page) => {
          expect(await standingOut(page)).to.deep.equal([])
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(width)
          expect(await smallestText(page)).to.be.at.least(12)
          expect(await inked(page, 'ladder')).to.be.above(2_000)
          expect(await inked(page, 'strip')).to.be.above(100)
          expect(await page.locator('#list').boundingBox())
            .to.have.property('height')
            .that.is.above(150)
        }))

  for (const [width, least] of [
    [1_000, 140],
    [1_300, 250],
    [1_600, 400],
  ] as const)
    it(`leaves what rows mean ${least} pixels of ${width}, and has rows and arrows side by side`, () =>
      shown(TRACE_ROWS, { width }, async (page) => {
        const box = await lines(page).first().locator('.words').boundingBox()
        expect(box?.width).to.be.at.least(least)
        const { y } = await boxOf(page, 'ladder')
        // The first row is 26 pixels high and begins behind a margin of 12, as its arrow does.
        expect((box?.y ?? 0) + (box?.height ?? 0) / 2 - y).to.be.within(23, 27)
      }))

  it('tells rows, conversations, and what was not kept', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      expect(await page.locator('.lead').textContent()).to.equal('20 rows of 2 conversations in 63 ms.')
      expect(await status(page)).to.equal('20 rows')
      expect(await lineText(page, 3)).to.deep.equal(['00 00 00 05', 'length 5'])
      expect(await lineText(page, 6)).to.deep.equal([
        '68 65 6c 6c 6f 00 00 00 ..',
        'payload, 5 bytes; length 3  "hello····"',
      ])
      expect(await page.locator('#list').getAttribute('aria-rowcount')).to.equal('21')
    }))

  it('shows what a stranger sent as text: nothing of it becomes markup, code or a title', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      await press(page, '/')
      await page.keyboard.type('onerror')
      await press(page, 'Enter')
      expect(await status(page)).to.match(/, 3 matches/)
      expect(await chosen(page)).to.deep.equal([`127.0.0.1:50002 to 127.0.0.1:4000, ${HOSTILE}`])
      expect(await page.locator('#details .meaning').textContent()).to.include(HOSTILE)
      expect(await page.locator('img').count()).to.equal(0)
      expect(await page.title()).to.include('</script><img')
      const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
      expect(policy)
        .to.match(/^default-src 'none'; style-src 'sha256-/)
        .and.not.include('unsafe')
    }))

  it('is used by keyboard: rows, their details, the ends of the run, and where it hurts', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      await press(page, 'ArrowDown', 'ArrowDown', 'ArrowDown', 'ArrowDown')
      expect(await chosen(page)).to.deep.equal(['length 5'])
      const active = await page.locator('#list').getAttribute('aria-activedescendant')
      expect(await page.locator(`#${active}`).getAttribute('aria-selected')).to.equal('true')
      const facts = page.locator('#details dd')
      expect((await facts.allTextContents()).slice(0, 5)).to.deep.equal([
        '4 of 20',
        '#1, handshake',
        '127.0.0.1:50001 to 127.0.0.1:4000',
        'length',
        'opener to acceptor',
      ])
      expect(await facts.allTextContents()).to.include.members(['5.000 ms', '6.000 ms', '1 ms', '4 B'])
      expect(await page.locator('.dump').textContent()).to.equal('0000  00 00 00 05              ····\n')
      await press(page, 'e')
      expect(await chosen(page)).to.deep.equal(['OK to 5 bytes withheld: no room'])
      await press(page, 'End')
      expect(await chosen(page)).to.deep.equal(['over: in good order'])
      await press(page, 'Home', 'ArrowUp')
      expect(await chosen(page)).to.deep.equal(['127.0.0.1:50001 to 127.0.0.1:4000, handshake'])
      await press(page, 'Escape')
      expect(await chosen(page)).to.deep.equal([])
    }))

  it('moves and zooms by keyboard: half a screen, nearer, further, the whole, to scale', () =>
    shown(MANY, {}, async (page) => {
      expect(await firstRow(page)).to.equal(1)
      await press(page, 'ArrowRight')
      const half = await firstRow(page)
      expect(half).to.be.above(5)
      await press(page, 'PageDown')
      expect(await firstRow(page)).to.be.above(2 * half)
      await press(page, 'ArrowLeft', 'PageUp')
      expect(await firstRow(page)).to.equal(1)
      await press(page, 't')
      expect(await status(page)).to.match(/^300 rows, 3\d\d ms in sight/)
      await press(page, '+', '+')
      expect(await status(page)).to.match(/, 1\d\d ms in sight$/)
      await press(page, '-', '-', '-')
      expect(await status(page)).to.match(/, 3\d\d ms in sight/)
      await press(page, 't', '0')
      expect(await status(page)).to.equal('300 rows; come nearer to see each')
    }))

  it('searches: / goes to the field, n and N from match to match, Escape lets go', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      await press(page, '/')
      await page.keyboard.type('length')
      await press(page, 'Escape', 'n')
      expect(await chosen(page)).to.deep.equal(['length 5'])
      await press(page, 'n', 'n')
      expect(await chosen(page)).to.deep.equal(['the end of the stream; it ends inside a length, after 1 of 4 bytes'])
      await press(page, 'n', 'N', 'N')
      expect(await chosen(page)).to.deep.equal(['payload, 5 bytes; length 3  "hello····"'])
      await press(page, 'Escape')
      expect(await status(page)).to.equal('20 rows')
    }))

  it('tells its keys at ?, and only then', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      const dialog = page.getByRole('dialog', { name: 'What keys do' })
      expect(await dialog.isVisible()).to.equal(false)
      await press(page, '?')
      expect(await dialog.isVisible()).to.equal(true)
      expect(await dialog.textContent()).to.include('only the conversation of the chosen row')
      await press(page, 'Escape')
      expect(await dialog.isVisible()).to.equal(false)
    }))

  it('shows only the kinds and the conversations that are wanted', () =>
    shown(TRACE_ROWS, {}, async (page) => {
      await page.getByRole('checkbox', { name: /notes/ }).uncheck()
      await drawn(page)
      expect(await status(page)).to.equal('13 of 20 rows')
      await page.getByLabel('Conversation').fill('2')
      await drawn(page)
      expect(await status(page)).to.equal('6 of 20 rows')
      await page.getByRole('checkbox', { name: /ends/ }).uncheck()
      await drawn(page)
      expect(await lines(page).locator('.digits').allTextContents()).to.deep.equal([
        '3c 2f 73 63 72 69 70 74 ..',
        'fault',
      ])
      await page.getByLabel('Conversation').fill('')
      await page.getByRole('checkbox', { name: /notes/ }).check()
      await page.getByRole('checkbox', { name: /ends/ }).check()
      await page.locator('h1').click()
      await press(page, 'ArrowDown', 'c')
      expect(await status(page)).to.equal('14 of 20 rows')
      await press(page, 'c')
      expect(await status(page)).to.equal('20 rows')
    }))

  it('is used by mouse: a click chooses, the wheel and dragging move, Ctrl and the wheel come nearer', () =>
    shown(MANY, {}, async (page) => {
      const box = await boxOf(page, 'ladder')
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
      await page.mouse.move(x, y)
      expect(await page.locator('#hint').textContent()).to.match(/^1 byte#1 opener to acceptor, \d+\.000 ms61"a"$/)
      await page.mouse.click(x, y)
      await drawn(page)
      const [place = ''] = await page.locator('#details dd').allTextContents()
      expect(place).to.match(/^\d+ of 300$/)
      await page.mouse.wheel(0, 260)
      await page.waitForFunction(
        () => document.querySelector('#list-body .line')?.getAttribute('aria-rowindex') !== '2',
      )
      expect(await firstRow(page)).to.be.within(9, 12)
      await page.mouse.down()
      await page.mouse.move(x, y + 104, { steps: 3 })
      await page.mouse.up()
      await drawn(page)
      expect(await firstRow(page)).to.be.within(5, 8)
      await press(page, 't')
      await page.keyboard.down('Control')
      await page.mouse.wheel(0, -600)
      await page.keyboard.up('Control')
      await page.waitForFunction(() => document.getElementById('status')?.textContent?.match(/, 4\d\.?\d* ms in sight/))
      await lines(page).nth(4).click()
      await drawn(page)
      expect(await page.locator('.line[aria-selected=true]').count()).to.equal(1)
    }))

  it('has the whole run at its side: a click goes there, the brush can be dragged, and drawn anew', () =>
    shown(MANY, {}, async (page) => {
      const box = await boxOf(page, 'strip')
      const at = (part: number): [number, number] => [box.x + box.width / 2, box.y + box.height * part]
      await page.mouse.click(...at(0.5))
      await drawn(page)
      expect(await firstRow(page)).to.be.within(120, 150)
      await page.mouse.move(...at(0.5))
      await page.mouse.down()
      await page.mouse.move(...at(0.75), { steps: 3 })
      await page.mouse.up()
      await drawn(page)
      expect(await firstRow(page)).to.be.within(195, 225)
      await page.mouse.move(...at(0.1))
      await page.mouse.down()
      await page.mouse.move(...at(0.5), { steps: 3 })
      await page.mouse.up()
      await drawn(page)
      expect(await firstRow(page)).to.be.within(28, 33)
    }))

  it('says so when it cannot read its rows', () =>
    withPage(tracePage(TRACE_ROWS).replace(/id="rows">".{8}/, 'id="rows">"AAAAAAAA'), {}, async (page) => {
      await page.waitForFunction(() => document.querySelector('#status .bad') !== null)
      expect(await status(page)).to.equal('The timeline cannot be shown: its data is damaged')
    }))
})
