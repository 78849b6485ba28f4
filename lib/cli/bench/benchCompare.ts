import {
  type Change,
  compareReports,
  type Comparison,
  type Lonely,
  readReport,
  type Report as BenchReport,
} from '@/bench/index.js'
import { HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { counted } from '@/cli/amounts.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { textFile } from '@/cli/textFile.js'
import { wordsOf } from '@/errors.js'

const OPTIONS = {
  least: { type: 'string', value: 'PERCENT', help: 'what counts as a change, 0 to 1000 (default 5)' },
  json: { type: 'boolean', help: 'one object a line' },
  ...HELP,
} as const satisfies Options

/** That differ, of one question, are named one by one. */
const MOST_NAMES = 3

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 2)
  const percent = numberFrom(values.least ?? '5', '--least', 0, 1_000)
  const [before, after] = [needed(positionals, 0, 'OLD.json'), needed(positionals, 1, 'NEW.json')]
  const comparison = compareReports(await reportIn(before), await reportIn(after), percent / 100)
  tell(comparison, percent, new Report(io, values.json === true))
  return 0
}

const reportIn = async (path: string): Promise<BenchReport> => {
  const text = await textFile(path)
  try {
    return readReport(text)
  } catch (error) {
    throw new Error(`${path} is not what "bench --json" writes: ${wordsOf(error)}`, { cause: error })
  }
}

const tell = ({ circumstances, changes, onlyBefore, onlyAfter }: Comparison, percent: number, report: Report): void => {
  for (const { what, before, after } of circumstances)
    report.tell('circumstance', { what, before, after }, plainText(`not the same: ${what}: ${before}, then ${after}`))
  if (circumstances.length > 0) report.say('\n')
  const turned = changes.filter(({ turn }) => turn !== 'same' && turn !== 'unsure')
  const width = Math.max(0, ...turned.map((change) => title(change).length))
  for (const change of changes) {
    const { question, name, unit, before, after, shift, turn } = change
    const facts = { question, name, unit, before, after, shift, turn }
    report.tell('figure', facts, turned.includes(change) ? line(change, width) : undefined)
  }
  tellLonely(report, 'missing', 'only in the old one', onlyBefore)
  tellLonely(report, 'new', 'only in the new one', onlyAfter)
  const unsure = changes.filter(({ turn }) => turn === 'unsure').length
  const same = changes.length - turned.length - unsure
  const totals = [
    `${counted(turned.length, 'figure')} changed beyond the noise, by ${percent} % at least`,
    `${same} did not`,
    ...(unsure === 0 ? [] : [`${unsure} cannot be judged by so few samples`]),
  ]
  report.tell('done', { changed: turned.length, same, unsure, leastPercent: percent }, totals.join('; '))
}

/** One line a question to somebody who reads; a quick run and a full one have hundreds of figures that are not in both. */
const tellLonely = (report: Report, event: string, where: string, all: readonly Lonely[]): void => {
  const ofQuestion = new Map<string, string[]>()
  for (const { question, name } of all) {
    report.tell(event, { name: `${question}: ${name}` })
    ofQuestion.set(question, [...(ofQuestion.get(question) ?? []), name])
  }
  for (const [question, names] of ofQuestion) {
    const what = names.length > MOST_NAMES ? counted(names.length, 'figure') : names.join('; ')
    report.say(`${plainText(`${where}: ${question}: ${what}`)}\n`)
  }
}

const title = ({ question, name }: Change): string => plainText(`${question}: ${name}`)

const line = (change: Change, width: number): string => {
  const { before, after, unit, shift, turn } = change
  const medians = plainText(`${short(before.median)} -> ${short(after.median)} ${unit}`.trimEnd())
  const factor = shift === undefined ? '' : `  x${short(shift.ratio)} (${short(shift.low)} to ${short(shift.high)})`
  return `${turn.padEnd(6)}  ${title(change).padEnd(width)}  ${medians}${factor}`
}

const short = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))

export const benchCompare: Command = {
  usage: 'OLD.json NEW.json [options]',
  options: OPTIONS,
  notes: [
    'Both files are of "bench --json". A figure has changed when the whole interval\nof its factor (99 %, by ranks, so that no wild sample counts) lies beyond\n--least. One run may be luckier than another as a whole: repeat what matters,\nand mind what was not the same.',
    'With --json the lines are {"event":"circumstance","what","before","after"},\n{"event":"figure","question","name","unit","before","after","shift","turn"} for\neach figure, {"event":"missing"} and {"event":"new","name"}, and\n{"event":"done","changed","same","unsure","leastPercent"}.',
    'Exit code: 0 compared, whatever has changed; 1 a file could not be read; 2 not\nunderstood.',
  ],
  examples: [
    ['bench compare old.json new.json', 'what became better or worse'],
    ['bench compare old.json new.json --least 2', 'smaller changes, too'],
  ],
  run,
}
