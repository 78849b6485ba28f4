import { expect } from 'chai'
import { reportPage } from '@/bench/index.js'
import { describePictures, smallestText, standingOut, withPage } from '../support/browser.js'
import { sampleReport } from '../support/sampleReport.js'

describe('the page of a report', () => {
  it('has the goals with what was measured, and judges none by a trial', () => {
    const report = sampleReport()
    const text = reportPage(report)
    expect(text.replaceAll(/(<[^>]*>)+/g, '|')).to.include(
      '|pipelined at 50 ms over 0 ms|✓ holds|0.975|at least 0.9|0.958 to 0.992|delay|' +
        'resident memory of an idle one|✗ falls short|',
    )
    expect(reportPage({ ...report, pace: 'trial' }))
      .to.include('not judged by a trial')
      .and.not.to.include('✓ holds')
  })

  it('shows the environment, every figure, what the processors had to do, and the notes', () => {
    const text = reportPage(sampleReport()).replaceAll(/(<[^>]*>)+/g, '|')
    for (const words of ['|2 × Some Processor 3000|', '|v20.0.0 (V8 11.3)|', '|ws|8.0.0|', '|only a spec|'])
      expect(text).to.include(words)
    expect(text).to.include('|strict|tcp|64 B|40 µs|30 µs|')
    expect(text).to.include('|strict, 64 B: rate|')
  })

  it('says of what was left out that it was, and is a page also when nothing was measured', () => {
    const report = sampleReport()
    const nothing = { figures: [{ name: 'absent', unit: 'B', samples: [] }], promised: [], latencies: [] }
    const text = reportPage({ ...report, answers: [{ question: 'none', asks: 'What?', answer: nothing }] })
    expect(text.replaceAll(/(<[^>]*>)+/g, '|')).to.include('|absent|left out|')
    expect(text).not.to.include('NaN')
    expect(reportPage({ ...report, answers: [] })).to.include('</html>')
  })
})

describePictures('the page of a report in Chromium', () => {
  const text = reportPage(sampleReport())

  for (const [width, scheme] of [
    [400, 'dark'],
    [1_600, 'light'],
  ] as const)
    it(`is legible at ${width} pixels, ${scheme}`, () =>
      withPage(text, { width, scheme }, async (page) => {
        expect(await standingOut(page)).to.deep.equal([])
        expect(await smallestText(page)).to.be.at.least(10)
      }))

  it('draws rate over size and over delay, latency over delay, and latency by percentile', () =>
    withPage(text, {}, async (page) => {
      const titles = await page.locator('figcaption').allInnerTexts()
      expect(titles.map((title) => title.split('\n')[0])).to.deep.equal([
        'Rate over message size',
        'Rate over delay of the link, each way',
        'Latency over delay of the link, each way',
        'Latency by percentile',
      ])
      const slider = page.getByRole('slider', { name: 'Values of Latency by percentile' })
      await slider.focus()
      await page.keyboard.press('End')
      expect(await slider.getAttribute('aria-valuetext')).to.include('percentile: 100 %, strict, 0 ms: 9 ms')
      const rates = page.locator('figure').first()
      await rates.scrollIntoViewIfNeeded()
      const box = await rates.locator('svg.wide').boundingBox()
      if (box === null) throw new Error('the drawing is not seen')
      await page.mouse.move(box.x + box.width / 6, box.y + box.height / 2)
      expect(await rates.locator('.reading').textContent()).to.equal('message size: 64 B')
      expect(await rates.locator('.value').first().textContent()).to.match(/^19\.8 k messages\/s \(/)
    }))

  it('is walked by its contents with the keyboard alone', () =>
    withPage(text, {}, async (page) => {
      await page.getByRole('navigation').getByRole('link', { name: 'delay' }).focus()
      await page.keyboard.press('Enter')
      expect(page.url()).to.match(/#s3$/)
      expect(await page.getByRole('heading', { name: 'delay', exact: true }).isVisible()).to.equal(true)
    }))
})
