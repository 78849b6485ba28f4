import { numberFrom, type Options } from '@/cli/arguments.js'
import { UsageError } from '@/cli/usageError.js'
import { type Fault, FAULT_FORMS, parseFault } from '@/lab/index.js'
import { TransportError } from '@/errors.js'

/** The options that say what goes wrong. */
export const FAULTS = {
  fault: {
    type: 'string',
    value: 'FAULT',
    multiple: true,
    help: 'goes wrong in the middle; may be given several times',
  },
  seed: { type: 'string', value: 'N', help: 'the same N makes the same faults; a random one unless given' },
} as const satisfies Options

const MAX_SEED = 2 ** 32 - 1

/** @throws UsageError with what to write instead */
export const faultsFrom = (texts: readonly string[] = []): readonly Fault[] => texts.map(faultFrom)

/** Those of a line, with blanks between; none of an empty one. @throws UsageError */
export const faultsOfLine = (line: string): readonly Fault[] =>
  faultsFrom(line.split(/\s+/).filter((text) => text !== ''))

const faultFrom = (text: string): Fault => {
  try {
    return parseFault(text)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { problem, write } = error.detail
    throw new UsageError(`--fault ${JSON.stringify(text)}: ${String(problem)}`, `write ${String(write)}`)
  }
}

/** @throws UsageError */
export const seedFrom = (text: string | undefined): number =>
  text === undefined ? Math.floor(Math.random() * MAX_SEED) : numberFrom(text, '--seed', 0, MAX_SEED)

/** How faults are written, for the help of a command. */
export const FAULT_NOTES: readonly string[] = [
  [
    'Faults',
    ...Object.values(FAULT_FORMS).flatMap(({ form, help }) => [`  ${form}`, `      ${help}`]),
    'PLACE is a number of bytes, or 2f: behind two frames, or 2f+6: six bytes further.',
    'With /up behind it a fault works on what the end that connects says, with /down',
    'on the answers; without, both ways.',
  ].join('\n'),
]
