import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CARRIERS, describedApart, type Described, UnusableModule, type Wish, type Wishes } from '@/bench/index.js'
import { bytesFrom, numberFrom, oneOf, type Options } from '@/cli/arguments.js'
import { UsageError } from '@/cli/usageError.js'

const LARGEST_BYTES = 64 * 2 ** 20
const MOST_SECONDS = 3_600
const FASTEST = 1_000_000

/** Options that change what is compared, and how long. */
export const WISHES = {
  contender: { type: 'string', value: 'FILE', multiple: true, help: 'compares what this module exports, too' },
  only: {
    type: 'string',
    value: 'NAMES',
    help: 'of the contenders that are there, only these, such as "pipelined,ws"',
  },
  sizes: { type: 'string', value: 'LIST', help: 'of messages, in bytes, such as 0,64,1K,16M' },
  seconds: { type: 'string', value: 'N', help: 'for which each contender is measured in each size' },
  over: { type: 'string', value: 'LIST', help: 'tcp (default), unix, tls, or several of them' },
  rate: { type: 'string', value: 'N', help: 'messages a second, where a question sets a pace' },
} as const satisfies Options

type Values = Readonly<Partial<Record<Exclude<keyof typeof WISHES, 'contender'>, string | undefined>>> & {
  readonly contender?: string[] | undefined
}

/** What an option on the command line is called, by the name of its wish. */
export const OPTION_OF: Readonly<Record<Wish, keyof typeof WISHES>> = {
  contenders: 'contender',
  only: 'only',
  sizes: 'sizes',
  seconds: 'seconds',
  carriers: 'over',
  perSecond: 'rate',
}

/** @throws UsageError also when a module cannot be loaded, or has nothing in it */
export const wishesFrom = async (values: Values): Promise<Wishes> => {
  const { contender = [], only, sizes, seconds, over, rate } = values
  return {
    ...(contender.length === 0 ? {} : { contenders: await contendersOf(contender) }),
    ...(only === undefined ? {} : { only: listed(only) }),
    ...(sizes === undefined
      ? {}
      : { sizes: listed(sizes).map((size) => bytesFrom(size, '--sizes', 0, LARGEST_BYTES)) }),
    ...(seconds === undefined ? {} : { seconds: numberFrom(seconds, '--seconds', 1, MOST_SECONDS) }),
    ...(over === undefined ? {} : { carriers: listed(over).map((name) => oneOf(name, '--over', CARRIERS)) }),
    ...(rate === undefined ? {} : { perSecond: numberFrom(rate, '--rate', 1, FASTEST) }),
  }
}

const listed = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()))]

const contendersOf = async (paths: readonly string[]): Promise<readonly Described[]> => {
  const found = await Promise.all(paths.map(contendersIn))
  return found.flat()
}

const contendersIn = async (path: string): Promise<readonly Described[]> => {
  try {
    return await describedApart(pathToFileURL(resolve(path)).href)
  } catch (error) {
    const says = error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.name) : String(error)
    throw new UsageError(`${path} cannot be used: ${says}`, hintFor(path, error))
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ERR_UNKNOWN_FILE_EXTENSION: 'TypeScript wants Node 22.18 or later, or to be compiled first',
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: 'Node leaves types out, and knows nothing else of TypeScript; or compile it first',
}

const hintFor = (path: string, error: unknown): string => {
  const { code, message } = error instanceof UnusableModule ? error : { code: '', message: '' }
  const hint = path.endsWith('.ts') ? HINTS[code] : undefined
  if (hint !== undefined) return hint
  if (code === 'SyntaxError' && /\b(?:export|import)\b/.test(message))
    return 'its package.json says that it is CommonJS: call it .mjs, or say "type": "module" there'
  return 'name a file that Node can import and that exports contenders; see framewright bench --help'
}
