import { expect } from 'chai'
import { describePictures, smallestText, standingOut, withPage } from '../support/browser.js'
import { samplePage } from '../support/samplePage.js'

describePictures('a page in Chromium', () => {
  for (const width of [400, 1_600])
    it(`is legible at ${width} pixels: nothing stands out of the window, and no text is smaller than 10 pixels`, () =>
      withPage(samplePage(), { width }, async (page) => {
        expect(await standingOut(page)).to.deep.equal([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).to.be.at.most(width)
        expect(await smallestText(page)).to.be.at.least(10)
        const drawn = await page.locator(width < 600 ? 'svg.narrow:visible' : 'svg.wide:visible').count()
        expect(drawn).to.equal(6)
      }))

  it('follows the scheme of the system, and the button changes it', () =>
    withPage(samplePage(), { scheme: 'dark' }, async (page) => {
      const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(await background()).to.equal('rgb(20, 23, 26)')
      await page.getByRole('button', { name: 'Change between light and dark' }).click()
      expect(await background()).to.equal('rgb(255, 255, 255)')
      await page.keyboard.press('Enter')
      expect(await background()).to.equal('rgb(20, 23, 26)')
    }))

  it('shows the values under the mouse beside the names, and marks their row', () =>
    withPage(samplePage(), {}, async (page) => {
      const chart = page.locator('figure').filter({ hasText: 'Rate over the delay of the link' })
      const box = await chart.locator('svg.wide').boundingBox()
      if (box === null) throw new Error('the drawing is not seen')
      await page.mouse.move(box.x + box.width - 30, box.y + 100)
      expect(await chart.locator('.reading').textContent()).to.equal('delay, one way: 50 ms')
      expect(await chart.locator('.value').allTextContents()).to.deep.equal(['20 messages/s', '19 k messages/s'])
      expect(await chart.locator('tr.on th').textContent()).to.equal('50 ms')
      await page.mouse.move(box.x + box.width / 2, box.y - 40)
      expect(await chart.locator('.value').allTextContents()).to.deep.equal(['', ''])
    }))

  it('can be read by keyboard: the arrow keys go from value to value, and tell them as the text of a slider', () =>
    withPage(samplePage(), { width: 400 }, async (page) => {
      const slider = page.getByRole('slider', { name: 'Values of Rate of each' })
      await slider.focus()
      await page.keyboard.press('ArrowDown')
      expect(await slider.getAttribute('aria-valuetext')).to.equal(
        'strict, rate (messages/s): 5 M messages/s, low: 4.5 M messages/s, high: 5.75 M messages/s',
      )
      await page.keyboard.press('End')
      expect(await slider.getAttribute('aria-valuenow')).to.equal('9')
      await page.keyboard.press('Escape')
      expect(await page.locator('tr.on').count()).to.equal(0)
    }))

  it('opens the table of a chart', () =>
    withPage(samplePage(), { width: 400 }, async (page) => {
      const chart = page.locator('figure').first()
      expect(await chart.getByRole('table').isVisible()).to.equal(false)
      await chart.getByText('Data as a table').click()
      expect(await chart.getByRole('table').isVisible()).to.equal(true)
      expect(await standingOut(page)).to.deep.equal([])
    }))
})
