import { createHash } from 'node:crypto'
import { expect } from 'chai'
import { BACKGROUND, SERIES_COLOURS } from '@/pages/pageStyle.js'
import {
  barChart,
  charts,
  histogram,
  jsonBlock,
  lineChart,
  page,
  paragraph,
  percentileChart,
  table,
  verdict,
} from '@/pages/index.js'

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>`
const SIZE = { title: 'size', unit: 'B', scale: 'log' } as const
const RATE = { title: 'rate', unit: 'messages/s' }

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

describe('a page', () => {
  const text = page({
    title: 'A run',
    lead: 'What it says.',
    facts: [['Node.js', 'v20']],
    sections: ['first', 'second', 'third'].map((title) => ({ title, body: paragraph(`of the ${title}`) })),
    styles: ['.own{color:red}'],
    scripts: ['own()'],
  })

  it('has a language, one heading, facts, contents, and sections that are named by theirs', () => {
    for (const piece of [
      '<html lang="en">',
      '<title>A run</title>',
      '<h1>A run</h1>',
      '<dt>Node.js</dt><dd>v20</dd>',
      '<li><a href="#s3">third</a></li>',
      '<section id="s2" aria-labelledby="h2">\n<h2 id="h2">second</h2>\n<p>of the second</p>',
    ])
      expect(text).to.include(piece)
    expect(text.match(/<h1/g)).to.have.length(1)
  })

  it('lets nothing run, and nothing look, but what it was made with', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)?.[1] ?? ''
    const bodies = (element: string): string[] =>
      [...text.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))].map(([, body = '']) => body)
    expect(bodies('style')).to.have.length(2)
    expect(policy).to.equal(
      [
        "default-src 'none'",
        `style-src ${bodies('style').map(hashOf).join(' ')}`,
        `script-src ${bodies('script').map(hashOf).join(' ')}`,
        "base-uri 'none'",
        "form-action 'none'",
      ].join('; '),
    )
  })

  it('names no address of the network, and no style in an attribute, which its policy would drop', () => {
    const full = page({ title: 'all', sections: [{ title: 'all', body: everyChart('x') }] })
    expect(full).not.to.match(/https?:\/\/|\bsrc=|@import|url\(|\sstyle="|\son\w+="/)
  })

  it('shows hostile text as text wherever text is taken', () => {
    const whole = page({
      title: HOSTILE,
      lead: HOSTILE,
      facts: [[HOSTILE, HOSTILE]],
      sections: [
        { title: HOSTILE, body: [paragraph(HOSTILE), everyChart(HOSTILE), jsonBlock('data', { text: HOSTILE })] },
      ],
    })
    expect(whole).not.to.include('<script>alert').and.not.to.include('<img')
    expect(whole.match(/<script>/g)).to.have.length(1)
    expect(/id="data">(.*?)<\/script>/.exec(whole)?.[1]).to.satisfy((json: string) => {
      const data: unknown = JSON.parse(json)
      expect(data).to.deep.equal({ text: HOSTILE })
      return true
    })
  })

  it('refuses own code that would end its own element', () => {
    for (const script of ['x = "</SCRIPT>"', '<!-- x'])
      expect(() => page({ title: '', sections: [], scripts: [script] })).to.throw(TypeError)
  })
})

const everyChart = (text: string) =>
  charts([
    lineChart({
      title: text,
      note: text,
      x: { title: text, unit: text },
      y: RATE,
      series: [{ name: text, points: [{ x: 1, y: 2 }] }],
    }),
    barChart({ title: text, axis: { title: text, unit: text }, bars: [{ name: text, value: 1 }] }),
    histogram({ title: text, axis: SIZE, counted: text, bins: [{ from: 1, to: 2, count: 3 }] }),
    percentileChart({ title: text, axis: RATE, series: [{ name: text, points: [{ percentile: 50, value: 1 }] }] }),
    table({ caption: text, columns: [{ title: text }], rows: [[text], [verdict(true, text)]] }),
  ])

describe('a chart', () => {
  it('has its data as a table, with what varies beside it, and gaps where there is none', () => {
    const chart = lineChart({
      title: 'rate over size',
      x: SIZE,
      y: RATE,
      series: [
        {
          name: 'strict',
          points: [
            { x: 64, y: 20_000, low: 19_000, high: 21_500 },
            { x: 0, y: 22_000 },
          ],
        },
        { name: 'pipelined', points: [{ x: 64, y: 4_000_000 }] },
      ],
    }).toString()
    expect(chart).to.include('<th scope="col" class="number">strict</th>')
    const rows = [...chart.matchAll(/<th scope="row".*?<\/tr>/g)].map(([row]) => row.replaceAll(/(<[^>]*>)+/g, '|'))
    expect(rows).to.deep.equal([
      '|0 B|22 k messages/s|–|',
      '|64 B|20 k messages/s (19 k messages/s to 21.5 k messages/s)|4 M messages/s|',
    ])
  })

  it('is drawn once for wide and once for narrow places', () => {
    const chart = everyChart('x').toString()
    expect(chart.match(/<svg class="wide"/g)).to.have.length(4)
    expect(chart.match(/<svg class="narrow"/g)).to.have.length(4)
  })

  it('draws no NaN: what is no number, infinite or has no place on the axis leaves a gap and is said', () => {
    const chart = lineChart({
      title: 'gaps',
      x: RATE,
      y: { title: 'time', unit: 'ms', scale: 'log' },
      series: [
        { name: 'a', points: [1, Number.NaN, 3, Number.POSITIVE_INFINITY, 5, -1].map((y, x) => ({ x, y })) },
        {
          name: 'b',
          points: [
            { x: Number.NaN, y: 1 },
            { x: 2, y: 1, low: Number.NaN, high: 2 },
          ],
        },
      ],
    }).toString()
    const drawings = chart.replaceAll(/<table>[^]*?<\/table>/g, '')
    expect(drawings).not.to.match(/NaN|Infinity/)
    expect(chart).to.include('3 of 8 points have no place on the axis')
    expect(chart).to.include('n/a').and.to.include('∞')
    const bars = barChart({
      title: 'bars',
      axis: RATE,
      bars: [Number.NaN, 1, Number.NEGATIVE_INFINITY].map((value) => ({
        name: 'x',
        value,
        low: Number.NaN,
        high: value,
      })),
    }).toString()
    expect(bars).not.to.match(/NaN|Infinity/)
    const bins = [
      { from: Number.NaN, to: 1, count: 1 },
      { from: 1, to: 2, count: Number.POSITIVE_INFINITY },
    ]
    expect(histogram({ title: 'bins', axis: SIZE, counted: 'x', bins }).toString()).not.to.match(/NaN|Infinity/)
  })

  it('says that there is no data, and takes no focus then', () => {
    for (const chart of [
      lineChart({ title: 'none', x: SIZE, y: RATE, series: [] }),
      lineChart({ title: 'none', x: SIZE, y: RATE, series: [{ name: 'a', points: [] }] }),
      barChart({ title: 'none', axis: RATE, bars: [] }),
      histogram({ title: 'none', axis: SIZE, counted: 'x', bins: [] }),
      percentileChart({ title: 'none', axis: RATE, series: [] }),
    ]) {
      expect(chart.toString()).to.include('There is no data.').and.not.to.include('role="slider"')
      expect(chart.toString()).not.to.match(/NaN|Infinity/)
    }
  })

  it('draws at most some thousand points of a long series, and says so', () => {
    const points = Array.from({ length: 50_000 }, (_, x) => ({ x, y: Math.sin(x / 500) }))
    const chart = lineChart({ title: 'long', x: RATE, y: RATE, series: [{ name: 'a', points }], shape: 'steps' })
    expect(chart.toString()).to.include('of 50000 points are shown')
    expect(chart.toString().length).to.be.below(1_000_000)
  })

  it('steps keep a value until the next one', () => {
    const points = [0, 1, 2].map((x) => ({ x, y: x }))
    const chart = lineChart({ title: 'steps', x: RATE, y: RATE, series: [{ name: 'a', points }], shape: 'steps' })
    expect(chart.toString()).to.match(/class="line" d="M[\d.]+ [\d.]+H[\d.]+V[\d.]+H[\d.]+V[\d.]+"/)
  })
})

describe('the colours of the series', () => {
  /** As the WCAG defines it. */
  const luminance = ([red = 0, green = 0, blue = 0]: readonly number[]): number =>
    0.2126 * red + 0.7152 * green + 0.0722 * blue
  const linear = (colour: string): number[] =>
    [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  const contrast = (one: string, other: string): number => {
    const [low = 0, high = 0] = [luminance(linear(one)), luminance(linear(other))].toSorted((a, b) => a - b)
    return (high + 0.05) / (low + 0.05)
  }

  for (const [scheme, name] of ['light', 'dark'].entries())
    it(`stand out from the page at least 3 to 1 in the ${name} scheme, and no two are alike`, () => {
      const colours = SERIES_COLOURS.map((both) => both[scheme] ?? '')
      for (const colour of colours) expect(contrast(colour, BACKGROUND[scheme] ?? ''), colour).to.be.at.least(3)
      expect(new Set(colours)).to.have.length(8)
    })
})
