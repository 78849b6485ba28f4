import { CARRIERS } from '@/bench/carrier.js'
import type { Distribution } from '@/bench/distribution.js'
import type { Environment } from '@/bench/environment.js'
import { AXIS_NAMES, type Point } from '@/bench/point.js'
import type { Answer, Figure, Latencies, Pace, Promised } from '@/bench/question.js'
import type { Report } from '@/bench/report.js'
import type { Score } from '@/bench/score.js'

/**
 * A report from the text of its file, where everything has been looked at. What an older version did not write has its
 * plainest value.
 * @throws Error that says where the text is no report
 */
export const readReport = (text: string): Report => {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw new Error('it is not JSON')
  }
  const report = record(read, 'the report')
  return {
    environment: environment(report['environment']),
    pace: oneOf(report['pace'], 'pace', PACES),
    startedAt: word(report['startedAt'], 'startedAt'),
    answers: list(report['answers'], 'answers').map((entry, index) => {
      const where = `answers[${index}]`
      const fields = record(entry, where)
      return {
        question: word(fields['question'], `${where}.question`),
        asks: word(fields['asks'] ?? '', `${where}.asks`),
        answer: answer(fields['answer'], `${where}.answer`),
        ...(fields['tookMs'] === undefined ? {} : { tookMs: number(fields['tookMs'], `${where}.tookMs`) }),
      }
    }),
  }
}

/** No run has so many of anything. */
const MOST_ENTRIES = 100_000

const PACES: readonly Pace[] = ['full', 'quick', 'trial']

const environment = (value: unknown): Environment => {
  const fields = record(value, 'environment')
  const text = (name: string): string => word(fields[name], `environment.${name}`)
  const amount = (name: string): number => number(fields[name], `environment.${name}`)
  const packages = Object.entries(record(fields['packages'] ?? {}, 'environment.packages'))
  return {
    node: text('node'),
    v8: text('v8'),
    cpu: text('cpu'),
    cores: amount('cores'),
    system: text('system'),
    memoryBytes: amount('memoryBytes'),
    load: amount('load'),
    coresKept: fields['coresKept'] === true,
    packages: Object.fromEntries(packages.map(([name, version]) => [name, word(version, `environment.packages`)])),
    ...(fields['commit'] === undefined ? {} : { commit: text('commit') }),
  }
}

const answer = (value: unknown, where: string): Answer => {
  const fields = record(value, where)
  const all = <T>(name: string, read: (entry: unknown, where: string) => T): T[] =>
    list(fields[name] ?? [], `${where}.${name}`).map((entry, index) => read(entry, `${where}.${name}[${index}]`))
  return {
    figures: all('figures', figure),
    promised: all('promised', promised),
    scores: all('scores', score),
    latencies: all('latencies', latencies),
    notes: all('notes', word),
  }
}

const figure = (value: unknown, where: string): Figure => {
  const fields = record(value, where)
  return {
    name: word(fields['name'], `${where}.name`),
    unit: word(fields['unit'], `${where}.unit`),
    samples: list(fields['samples'], `${where}.samples`).map((entry) => number(entry, `${where}.samples`)),
    ...point(fields['point'], `${where}.point`),
  }
}

const point = (value: unknown, where: string): { readonly point?: Point } => {
  if (value === undefined) return {}
  const { line, axis, value: place } = record(value, where)
  return {
    point: {
      line: word(line, `${where}.line`),
      axis: oneOf(axis, `${where}.axis`, AXIS_NAMES),
      value: number(place, `${where}.value`),
    },
  }
}

const promised = (value: unknown, where: string): Promised => {
  const { atLeast, atMost } = record(record(value, where)['goal'], `${where}.goal`)
  const goal =
    atLeast === undefined
      ? { atMost: number(atMost, `${where}.goal.atMost`) }
      : { atLeast: number(atLeast, `${where}.goal.atLeast`) }
  return { ...figure(value, where), goal }
}

/** Older versions sent the same count in every sample, and wrote it once. */
const score = (value: unknown, where: string): Score => {
  const fields = record(value, where)
  const load = record(fields['load'] ?? {}, `${where}.load`)
  return {
    name: word(fields['name'], `${where}.name`),
    carrier: oneOf(fields['carrier'] ?? 'tcp', `${where}.carrier`, CARRIERS),
    bytes: number(fields['bytes'] ?? load['bytes'], `${where}.bytes`),
    samples: list(fields['samples'], `${where}.samples`).map((entry) => {
      const sample = record(entry, `${where}.samples`)
      return {
        count: number(sample['count'] ?? load['count'], `${where}.count`),
        elapsedMs: number(sample['elapsedMs'], `${where}.elapsedMs`),
        clientCpuMs: number(sample['clientCpuMs'], `${where}.clientCpuMs`),
        serverCpuMs: number(sample['serverCpuMs'], `${where}.serverCpuMs`),
        ...timed(sample['latencies'], `${where}.latencies`),
      }
    }),
    ...timed(fields['latencies'], `${where}.latencies`),
  }
}

const timed = (value: unknown, where: string): { readonly latencies?: Distribution } =>
  value === undefined ? {} : { latencies: distribution(value, where) }

const latencies = (value: unknown, where: string): Latencies => {
  const fields = record(value, where)
  return {
    name: word(fields['name'], `${where}.name`),
    ...point(fields['point'], `${where}.point`),
    ...distribution(value, where),
  }
}

const distribution = (value: unknown, where: string): Distribution => {
  const fields = record(value, where)
  const amount = (name: string): number => number(fields[name], `${where}.${name}`)
  return {
    count: amount('count'),
    minNs: amount('minNs'),
    meanNs: amount('meanNs'),
    maxNs: amount('maxNs'),
    percentiles: list(fields['percentiles'], `${where}.percentiles`).map((pair) => {
      const [percent, ns] = list(pair, `${where}.percentiles`)
      return [number(percent, `${where}.percentiles`), number(ns, `${where}.percentiles`)]
    }),
  }
}

const record = (value: unknown, where: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${where} is no object`)
  return Object.fromEntries(Object.entries(value))
}

const list = (value: unknown, where: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error(`${where} is no list`)
  if (value.length > MOST_ENTRIES) throw new Error(`${where} has more than ${MOST_ENTRIES} entries`)
  return value
}

const word = (value: unknown, where: string): string => {
  if (typeof value !== 'string') throw new Error(`${where} is no text`)
  return value
}

/** JSON has no NaN and writes null. */
const number = (value: unknown, where: string): number => {
  if (value === null) return Number.NaN
  if (typeof value !== 'number') throw new Error(`${where} is no number`)
  return value
}

const oneOf = <T extends string>(value: unknown, where: string, known: readonly T[]): T => {
  const found = known.find((name) => name === value)
  if (found === undefined) throw new Error(`${where} is none of ${known.join(', ')}`)
  return found
}
