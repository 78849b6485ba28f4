import { expect } from 'chai'
import { reportPage, reportsPage } from '@/lab/index.js'
import { describePictures, smallestText, standingOut, withPage } from '../../../../support/browser.js'
import { experimentReports } from '../../../../support/experimentReports.js'

const FACTS = [['Node.js', process.version]] as const

const pageOfAll = async (): Promise<string> => reportsPage(await experimentReports(), FACTS)
const pageOf = async (name: string): Promise<string> => {
  const report = (await experimentReports()).find((one) => one.name === name)
  return report === undefined ? expect.fail(`${name} was not run`) : reportPage(report, FACTS)
}

describePictures('the page of experiments in Chromium', () => {
  for (const [width, scheme] of [
    [400, 'light'],
    [1_600, 'dark'],
  ] as const)
    it(`is legible at ${width} pixels, ${scheme}: nothing stands out, no text is below 10 pixels`, async () =>
      withPage(await pageOfAll(), { width, scheme }, async (page) => {
        expect(await standingOut(page)).to.deep.equal([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(width)
        expect(await smallestText(page)).to.be.at.least(10)
      }))

  it('begins with a table of all, from which a click or Enter leads to each', async () =>
    withPage(await pageOfAll(), {}, async (page) => {
      const rows = page.getByRole('table').first().locator('tbody tr')
      expect(await rows.count()).to.equal(4)
      await rows.getByRole('link', { name: 'collision' }).click()
      expect(await page.getByRole('heading', { level: 2, name: 'collision' }).boundingBox())
        .to.have.property('y')
        .below(100)
      await rows.getByRole('link', { name: 'many-reads' }).focus()
      await page.keyboard.press('Enter')
      expect(await page.getByRole('heading', { level: 2, name: 'many-reads' }).boundingBox())
        .to.have.property('y')
        .below(100)
    }))

  it('shows for each what was foretold beside what was found, a picture, and code', async () =>
    withPage(await pageOfAll(), {}, async (page) => {
      const sections = page.locator('section').filter({ has: page.getByRole('heading', { level: 3 }) })
      expect(await sections.count()).to.equal(4)
      for (const section of await sections.all()) {
        const findings = section.getByRole('table').first()
        expect(await findings.locator('thead').textContent()).to.equal('whatforetoldfound')
        expect(await findings.locator('tbody tr').count()).to.be.at.least(3)
        expect(await section.locator('figure, table').count()).to.be.at.least(2)
        expect(await section.locator('pre code').textContent()).to.match(/import .* from '/)
      }
    }))

  it('draws percentiles whose values the mouse and the arrow keys read', async () =>
    withPage(await pageOf('event-loop-stall'), { width: 1_600 }, async (page) => {
      const chart = page.locator('figure').filter({ hasText: 'in two tests' })
      await chart.scrollIntoViewIfNeeded()
      const box = await chart.locator('svg:visible').first().boundingBox()
      if (box === null) return expect.fail('the drawing is not seen')
      await page.mouse.move(box.x + box.width - 40, box.y + box.height / 2)
      expect(await chart.locator('.value').allTextContents()).to.satisfy((values: readonly string[]) =>
        values.every((value) => /\d (ms|s|µs)$/.test(value)),
      )
      await page.getByRole('slider', { name: /in two tests/ }).focus()
      await page.keyboard.press('Home')
      expect(await chart.getByRole('slider').getAttribute('aria-valuenow')).to.equal('1')
    }))

  it('draws what two ends said with the bytes, the direction, and a time at each side', async () =>
    withPage(await pageOf('collision'), { width: 400 }, async (page) => {
      const ladder = page.getByRole('table', { name: /two first drafts/ })
      const rungs = await ladder.locator('tbody tr').allTextContents()
      expect(rungs.join('\n'))
        .to.match(/00 00 00 05 ──▶/)
        .and.to.match(/◀── 00 00 00 05/)
      const region = page.getByRole('region', { name: /two first drafts/ })
      await region.focus()
      await page.keyboard.press('ArrowRight')
      expect(await standingOut(page)).to.deep.equal([])
    }))
})
