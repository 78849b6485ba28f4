import type { Finding } from '@/lab/experiments/frame/expectation.js'
import { figureMarkup } from '@/lab/experiments/frame/html/figureMarkup.js'
import type { ExperimentReport } from '@/lab/experiments/frame/runExperiment.js'
import {
  charts,
  type Fact,
  html,
  type Markup,
  page,
  paragraph,
  quantity,
  type Section,
  table,
  verdict,
} from '@/pages/index.js'

/** Code keeps its lines, and is moved sideways by itself where it is wider than the page. */
const STYLE = `.code{max-width:60rem}
.why{color:var(--soft);font-size:.92em;display:block;max-width:34rem}`

/** What came of one experiment, as a page. @param facts what must be known to read it, such as the machine */
export const reportPage = (report: ExperimentReport, facts: readonly Fact[] = []): string => {
  const { question, lesson } = report
  const [findings, ...rest] = partsOf(report)
  return page({
    title: question,
    lead: lesson,
    facts: [...factsOf(report), ...facts],
    sections: [findings, ...rest],
    styles: [STYLE],
  })
}

/** What came of several, as one page with a table of all of them at its beginning. */
export const reportsPage = (reports: readonly ExperimentReport[], facts: readonly Fact[] = []): string =>
  page({
    title: 'The experiments of the socket lab',
    lead: 'Questions about sockets, what was foretold, and what came on this machine.',
    facts,
    sections: [{ title: 'All of them', body: overview(reports) }, ...reports.map(sectionOf)],
    styles: [STYLE],
  })

const factsOf = ({ name, verdict: word, tookMs }: ExperimentReport): readonly Fact[] => [
  ['experiment', name],
  ['result', verdict(word === 'as predicted', word)],
  ['took', quantity(tookMs, 'ms')],
]

const overview = (reports: readonly ExperimentReport[]): Markup =>
  table({
    caption: 'What was asked, and whether it came as foretold',
    columns: [{ title: 'experiment' }, { title: 'question' }, { title: 'result' }, { title: 'took', numeric: true }],
    rows: reports.map(({ name, question, verdict: word, tookMs }, index) => [
      html`<a href="#s${index + 2}">${name}</a>`,
      question,
      verdict(word === 'as predicted', word),
      quantity(tookMs, 'ms'),
    ]),
  })

const sectionOf = (report: ExperimentReport): Section => ({
  title: report.name,
  body: [
    html`<p class="lead">${report.question}</p>`,
    paragraph(report.lesson),
    ...partsOf(report).map(({ title, body }) => html`<h3>${title}</h3>${body}`),
  ],
})

const partsOf = ({ findings, figures, remarks, advice }: ExperimentReport): readonly [Section, ...Section[]] => [
  { title: 'Foretold and found', body: [findingsTable(findings), ...remarks.map(paragraph)] },
  { title: 'What it looks like', body: drawn(figures) },
  {
    title: 'In your own program',
    body: [paragraph(advice.words), html`<pre class="code" tabindex="0"><code>${advice.code.trim()}</code></pre>`],
  },
]

const findingsTable = (findings: readonly Finding[]): Markup =>
  table({
    caption: 'What was said before the run, and what was measured in it',
    columns: [{ title: 'what' }, { title: 'foretold' }, { title: 'found' }],
    rows: findings.map((finding) => [
      html`${finding.what}<span class="why">because ${finding.because}</span>`,
      finding.predicted,
      found(finding),
    ]),
  })

const found = ({
  measured,
  verdict: word,
  note,
}: Finding): Markup => html`<strong>${measured}</strong><br>${judged(word)}
${note === undefined ? undefined : html`<span class="why">${note}</span>`}`

const judged = (word: Finding['verdict']): Markup | string =>
  word === 'not seen' ? word : verdict(word === 'as predicted', word)

/** Charts stand beside each other, what is wider has the page to itself. */
const drawn = (figures: ExperimentReport['figures']): readonly Markup[] => {
  const isChart = ({ kind }: (typeof figures)[number]): boolean => kind !== 'ladder' && kind !== 'table'
  const drawings = figures.filter(isChart)
  return [
    ...(drawings.length === 0 ? [] : [charts(drawings.map(figureMarkup))]),
    ...figures.filter((figure) => !isChart(figure)).map(figureMarkup),
  ]
}
