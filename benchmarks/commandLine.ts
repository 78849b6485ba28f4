import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import {
  answerAll,
  describeAnswer,
  describeEnvironment,
  environment,
  type Pace,
  type Question,
} from 'framewright/bench'

/** Where text goes. */
export interface Output {
  readonly stdout: { write(text: string): unknown }
  readonly stderr: { write(text: string): unknown }
}

const usage = (
  questions: readonly Question[],
): string => `Usage: npm run bench -- [QUESTION...] [--quick | --trial] [--json FILE]

Measures and says whether the promised numbers hold. Without a question, all of them:
${questions.map(({ name, asks }) => `  ${name.padEnd(12)} ${asks}`).join('\n')}

  --quick      under a minute in all; wider spread
  --trial      seconds; shows that everything works and arrives, judges nothing
  --json FILE  environment and raw samples

Exit code: 0 measured, 1 a contender failed or a message did not arrive as it was sent, 2 usage.
`

/** The program behind `run`. @returns its exit code */
export const runBenchmarks = async (
  questions: readonly Question[],
  args: readonly string[],
  output: Output,
): Promise<number> => {
  const wish = wishOf(questions, args)
  if (typeof wish === 'string') {
    output.stderr.write(`${wish}\n${usage(questions)}`)
    return 2
  }
  if (wish.help) {
    output.stdout.write(usage(questions))
    return 0
  }
  output.stdout.write(`${describeEnvironment(environment())}\n`)
  try {
    const report = await answerAll(wish.chosen, wish.pace, {
      progress: ({ name }, text) => void output.stderr.write(`${name}: ${text}\n`),
      answered: (question, answer) => void output.stdout.write(`\n${describeAnswer(question, answer, wish.pace)}\n`),
    })
    if (wish.json !== undefined) await writeFile(wish.json, `${JSON.stringify(report)}\n`)
    return 0
  } catch (error) {
    output.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

interface Wish {
  readonly chosen: readonly Question[]
  readonly pace: Pace
  readonly json: string | undefined
  readonly help: boolean
}

/** @returns what is wanted, or what is wrong with it */
const wishOf = (questions: readonly Question[], args: readonly string[]): Wish | string => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean', default: false },
        trial: { type: 'boolean', default: false },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const unknown = positionals.find((name) => !questions.some((question) => question.name === name))
    if (unknown !== undefined) return `there is no question "${unknown}"`
    if (values.quick && values.trial) return 'choose one of --quick and --trial'
    const chosen = positionals.length === 0 ? questions : questions.filter(({ name }) => positionals.includes(name))
    return {
      chosen,
      pace: values.trial ? 'trial' : values.quick ? 'quick' : 'full',
      json: values.json,
      help: values.help,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
