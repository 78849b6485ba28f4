import { resolve } from 'node:path'
import {
  answerAll,
  describeAnswer,
  describeEnvironment,
  describeVerdicts,
  environment,
  type Pace,
  type Question,
  type Report,
  reportPage,
  RunFailed,
  type Wishes,
} from '@/bench/index.js'
import { HELP, type Options, readArguments } from '@/cli/arguments.js'
import { allQuestions } from '@/cli/bench/allQuestions.js'
import { chosenFrom } from '@/cli/bench/chosenFrom.js'
import { ProgressLine } from '@/cli/bench/progressLine.js'
import { WISHES, wishesFrom } from '@/cli/bench/wishesFrom.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { OutFile } from '@/cli/outFile.js'
import { UsageError } from '@/cli/usageError.js'

const MOST_QUESTIONS = 100
const OPTIONS = {
  list: { type: 'boolean', help: 'lists the questions that would be asked, and measures nothing' },
  quick: { type: 'boolean', help: 'a quick pass, with a wider spread (default)' },
  full: { type: 'boolean', help: 'takes its time; promised numbers are meant for this' },
  trial: { type: 'boolean', help: 'half a minute; shows that everything works and arrives, judges nothing' },
  ...WISHES,
  json: { type: 'string', value: 'FILE', help: 'writes the environment and every sample, to keep or to compare' },
  html: { type: 'string', value: 'FILE', help: 'writes a page with charts, which opens without a network' },
  ...HELP,
} as const satisfies Options

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, MOST_QUESTIONS)
  const pace = paceOf(values)
  const questions = await allQuestions()
  const wishes = await wishesFrom(values)
  const chosenAt = (at: Pace): readonly Question[] => chosenFrom(questions, { names: positionals, pace: at, wishes })
  if (values.list === true) {
    if (values.json !== undefined || values.html !== undefined)
      throw new UsageError('--list measures nothing that --json or --html could keep')
    io.stdout.write(listOf(chosenAt('full'), wishes))
    return 0
  }
  const chosen = chosenAt(pace)
  const progress = new ProgressLine(
    io.stderr,
    chosen.map((question) => ({ name: question.name, seconds: secondsFor(question, pace, wishes) })),
  )
  if (values.json !== undefined && values.html !== undefined && resolve(values.json) === resolve(values.html))
    throw new UsageError('--json and --html want files of their own')
  // Opened before anything is measured: minutes later is a bad time to learn that there is no such folder.
  await using json = await fileAt(values.json)
  await using html = await fileAt(values.html)
  io.stdout.write(`${describeEnvironment(environment())}\n`)
  const keep = async (report: Report): Promise<void> => {
    await json?.write(Buffer.from(`${JSON.stringify(report)}\n`))
    await html?.write(Buffer.from(reportPage(report)))
    await json?.keep()
    await html?.keep()
  }
  try {
    const report = await answerAll(chosen, pace, {
      signal: io.stop,
      wishes,
      progress: ({ name }, text) => progress.update(name, text),
      answered: (question, answer) => {
        progress.clear()
        io.stdout.write(`\n${describeAnswer(question, answer, pace)}\n`)
      },
    })
    io.stdout.write(describeVerdicts(report))
    await keep(report)
    return 0
  } catch (error) {
    // An hour may have gone into it.
    if (error instanceof RunFailed && error.report.answers.length > 0) await keep(error.report)
    throw error
  } finally {
    progress.clear()
  }
}

const paceOf = (values: Partial<Record<Pace, boolean | undefined>>): Pace => {
  const [pace = 'quick', ...others] = (['quick', 'full', 'trial'] as const).filter((name) => values[name] === true)
  if (others.length > 0) throw new UsageError(`choose one of --${pace} and --${others.join(' and --')}`)
  return pace
}

const listOf = (questions: readonly Question[], wishes: Wishes): string => {
  const width = Math.max(...questions.map(({ name }) => name.length))
  const rows = questions.map((question) => {
    const { name, asks, longOnly } = question
    const [quick, full] = [secondsFor(question, 'quick', wishes), secondsFor(question, 'full', wishes)]
    const takes = `quick ${quick} s${longOnly === true ? ' when named' : ''}, full ${full} s`
    return `  ${name.padEnd(width)}  ${asks} (${takes})\n`
  })
  return rows.join('')
}

const fileAt = async (path: string | undefined): Promise<OutFile | undefined> =>
  path === undefined ? undefined : OutFile.open(path)

const secondsFor = ({ seconds, secondsWith }: Question, pace: Pace, wishes: Wishes): number => {
  if (pace === 'trial') return 1
  return secondsWith?.(pace, wishes) ?? seconds[pace]
}

export const bench: Command = {
  usage: '[QUESTION...] [options]',
  options: OPTIONS,
  notes: [
    'Without a question, all of them; in a quick pass some only when they are named, which\n--list tells. Sender and receiver are processes of their own, the contenders\ntake turns, and every message is checked where it arrives.',
    'A contender of your own is a module that exports an object with a name and a function\nattach(socket, received), which calls received(message) for each message that comes\nand returns { send(message) }. Without a question, --contender and the\noptions below it ask those that they mean something to. --only keeps yours as long as\nit names none of them.',
    'Exit code: 0 measured, whether promised numbers hold or not; 1 a contender failed,\nor a message was lost, doubled, reordered or altered; 2 not understood.',
  ],
  examples: [
    ['bench', 'a quick pass'],
    ['bench --list', 'what can be asked'],
    ['bench strict64 pipelined64 --full', 'two questions, as carefully as possible'],
    ['bench rate --over tcp,unix,tls --only "pipelined,ws"', 'the same over three carriers'],
    ['bench latency load --contender ./mine.js --sizes 64,64K', 'a framing of your own beside the others'],
    ['bench large --json run.json', 'keeps every sample'],
    ['bench --html run.html', 'draws what was measured'],
  ],
  run,
}
