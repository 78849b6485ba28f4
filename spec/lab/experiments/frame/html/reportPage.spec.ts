import { expect } from 'chai'
import { type ExperimentReport, reportPage, reportsPage, reportText } from '@/lab/index.js'

const HOSTILE = '</code><script>alert(1)</script>'

/** With one figure of each kind, and a finding of each verdict. */
const REPORT: ExperimentReport = {
  name: 'made-up',
  question: `What of ${HOSTILE}?`,
  lesson: 'It is text.',
  verdict: 'differs',
  tookMs: 12,
  findings: [
    { what: 'one', because: 'so', predicted: '1', measured: '1', value: 1, verdict: 'as predicted' },
    { what: 'two', because: 'so', predicted: '1', measured: '2', value: 2, verdict: 'differs', note: 'a hurry' },
    { what: 'three', because: 'so', predicted: '1', measured: '-', verdict: 'not seen', note: 'no network namespace' },
  ],
  figures: [
    {
      kind: 'bars',
      title: 'bars',
      axis: { title: 'size', unit: 'B', scale: 'log' },
      bars: [
        { name: HOSTILE, value: 0 },
        { name: 'b', value: 1_024 },
      ],
    },
    {
      kind: 'plot',
      title: 'plot',
      x: { title: 'time', unit: 'ms' },
      y: { title: 'count' },
      series: [
        {
          name: 's',
          points: [
            { x: 0, y: 1 },
            { x: 10, y: 2 },
          ],
        },
        { name: 'none', points: [] },
      ],
    },
    {
      kind: 'percentiles',
      title: 'percentiles',
      axis: { title: 'latency', unit: 'ms' },
      series: [{ name: 'a', points: [{ percentile: 99, value: 7 }] }],
    },
    {
      kind: 'table',
      title: 'table',
      columns: [{ title: 'how' }, { title: 'many', numeric: true }],
      rows: [[HOSTILE, '7']],
    },
    {
      kind: 'ladder',
      title: 'ladder',
      rows: [
        { event: 'open', conversation: 1, atMs: 0, dialect: 'handshake' },
        { event: 'note', conversation: 1, atMs: 1, at: 'acceptor', about: 'withheld', words: 'no room' },
        { event: 'close', conversation: 1, atMs: 2, at: 'opener', words: 'in good order' },
      ],
    },
  ],
  remarks: ['a remark'],
  advice: { words: 'do', code: `const x = '${HOSTILE}'` },
}

describe('what came of an experiment', () => {
  it('is a page in which all text is text', () => {
    const text = reportPage(REPORT, [['Node.js', HOSTILE]])
    expect(text).not.to.include('<script>alert')
    expect(text).to.include('&lt;/code&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('is told with its notes where it differs or was not seen', () => {
    for (const text of [reportPage(REPORT), reportText(REPORT, { paint: (_style, words) => words, columns: 80 })]) {
      expect(text).to.include('a hurry').and.to.include('no network namespace').and.to.include('a remark')
      expect(text).to.include('no room').and.to.include('over: in good order')
    }
  })

  it('is, of several, one page that begins with a table of them', () => {
    const text = reportsPage([REPORT, { ...REPORT, name: 'another' }])
    expect(text).to.include('<a href="#s2">made-up</a>').and.to.include('<a href="#s3">another</a>')
    expect(text).to.match(/id="s3"[^]*another/)
  })

  it('is drawn in text within the columns there are, but for ladders, tables and code', () => {
    const { figures } = REPORT
    const drawn = { ...REPORT, figures: figures.filter(({ kind }) => kind === 'bars' || kind === 'plot') }
    const text = reportText(
      { ...drawn, advice: { words: 'do', code: '' } },
      { paint: (_style, words) => words, columns: 60 },
    )
    expect(text.split('\n').filter((line) => line.length > 60)).to.deep.equal([])
    expect(text).to.include('•').and.to.include('█')
  })
})
