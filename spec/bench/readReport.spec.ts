import { expect } from 'chai'
import { readdirSync, readFileSync } from 'node:fs'
import { readReport } from '@/bench/index.js'
import { sampleReport } from '../support/sampleReport.js'

describe('a report in a file', () => {
  it('is read as it was written', () => {
    const report = sampleReport()
    const read = readReport(JSON.stringify(report))
    expect(JSON.parse(JSON.stringify(read))).to.deep.include({ pace: 'quick', environment: report.environment })
    for (const [index, { answer }] of report.answers.entries())
      expect(read.answers[index]?.answer).to.deep.include(answer)
    expect(read.answers.map(({ tookMs }) => tookMs)).to.deep.equal(report.answers.map(({ tookMs }) => tookMs))
  })

  for (const file of readdirSync('benchmarks/results').filter((name) => name.endsWith('.json')))
    it(`can be that of ${file}`, () => {
      expect(readReport(readFileSync(`benchmarks/results/${file}`, 'utf8')).answers).not.to.have.lengthOf(0)
    })

  it('has NaN where JSON has null', () => {
    const text = JSON.stringify(sampleReport()).replace(/"samples":\[[\d.]+/, '"samples":[null')
    expect(readReport(text).answers[0]?.answer.figures[0]?.samples[0]).to.deep.equal(Number.NaN)
  })

  const bad = (change: (text: string) => string): string => change(JSON.stringify(sampleReport()))
  const WRONG: readonly (readonly [text: string, message: string])[] = [
    ['{', 'it is not JSON'],
    ['[]', 'the report is no object'],
    ['{}', 'environment is no object'],
    [bad((text) => text.replace('"quick"', '"slow"')), 'pace is none of full, quick, trial'],
    [
      bad((text) => text.replace('"samples":[', '"samples":["1",')),
      'answers[0].answer.figures[0].samples is no number',
    ],
    [bad((text) => text.replace('messageBytes', '__proto__')), 'answers[0].answer.figures[0].point.axis is none of'],
    [bad((text) => text.replace('{"atLeast":0.9}', '{}')), 'answers[1].answer.promised[0].goal.atMost is no number'],
    [
      bad((text) => text.replace('"samples":[', `"samples":[${'1,'.repeat(100_001)}`)),
      'answers[0].answer.figures[0].samples has more than 100000 entries',
    ],
  ]
  for (const [text, message] of WRONG)
    it(`is refused where ${message}`, () => {
      expect(() => readReport(text)).to.throw(Error, message)
    })
})
