import type { Contender } from '@/bench/contender.js'
import type { Load } from '@/bench/messages.js'
import type { Figure, Plan } from '@/bench/question.js'
import { RemoteEnd } from '@/bench/remoteEnd.js'
import { megabyteRates, messageRates, type Sample, type Score } from '@/bench/score.js'

/** A contender with what it is to send in each sample. */
export interface Entrant {
  readonly contender: Contender
  readonly load: Load
}

/** How often entrants meet. */
export interface Course {
  /** Times that everything begins anew, with fresh processes. How memory lies in a process is luck that lasts. */
  readonly heats: number
  /** Samples of each entrant in a heat. */
  readonly rounds: number
  /** Cores that the two ends of an entrant share; see `keepOnCore`. @default 2 */
  readonly cores?: 1 | 2
}

/**
 * Keeps memory that has been freed in the process, where the C library is glibc. By default it may go back to the system
 * and come again, page by page, for every chunk that arrives: whether it does depends on what happens to lie behind it,
 * stays so for a while, and halves the rate of any contender.
 */
const STEADY_MEMORY = { MALLOC_TRIM_THRESHOLD_: '1073741824', MALLOC_MMAP_THRESHOLD_: '33554432' }

/**
 * Lets the entrants send in turn, round after round, so that whatever else the machine does meets all alike. Each has
 * two processes of its own, which sleep while others are at work, and one connection, which stays open for a heat.
 * @returns a score for each entrant, in their order, without samples for one whose packages are not installed
 * @throws Error when a message is lost, doubled, altered or late, or when an end fails
 */
export const bout = async (entrants: readonly Entrant[], course: Course, plan: Plan): Promise<Score[]> => {
  const present = entrants.filter(({ contender: { name, needs = [] } }) => plan.present(name, needs))
  const samples = new Map<Entrant, Sample[]>()
  for (let number = 1; number <= course.heats; number++) {
    const progress = (text: string): void => plan.progress(`heat ${number} of ${course.heats}, ${text}`)
    const samplesOfAll = await heat(present, course, { ...plan, progress })
    for (const [place, entrant] of present.entries())
      samples.set(entrant, [...(samples.get(entrant) ?? []), ...(samplesOfAll[place] ?? [])])
  }
  return entrants.map((entrant) => ({
    name: entrant.contender.name,
    load: entrant.load,
    samples: samples.get(entrant) ?? [],
  }))
}

/** @returns the samples of each entrant */
const heat = async (entrants: readonly Entrant[], course: Course, plan: Plan): Promise<Sample[][]> => {
  const { rounds, cores = 2 } = course
  const corners = entrants.map((entrant) => new Corner(entrant, plan))
  try {
    await Promise.all(corners.map((corner) => corner.enter(cores)))
    for (const corner of corners) await corner.warmUp(plan.pace === 'trial' ? 1 : 3)
    for (let round = 0; round < rounds; round++) {
      plan.progress(`round ${round + 1} of ${rounds}`)
      for (let place = 0; place < corners.length; place++) await corners[(round + place) % corners.length]?.play()
    }
    for (const corner of corners) await corner.leave()
    return corners.map(({ samples }) => samples)
  } finally {
    await Promise.all(corners.map((corner) => corner.dismiss()))
  }
}

/** The two processes of one entrant. */
class Corner {
  readonly entrant: Entrant
  readonly samples: Sample[] = []
  readonly #server: RemoteEnd
  readonly #client: RemoteEnd

  constructor(entrant: Entrant, plan: Plan) {
    const { name } = entrant.contender
    this.entrant = entrant
    this.#server = new RemoteEnd(name, { ...plan, env: STEADY_MEMORY })
    this.#client = new RemoteEnd(name, { ...plan, env: STEADY_MEMORY })
  }

  async enter(cores: 1 | 2): Promise<void> {
    const { name, module } = this.entrant.contender
    await this.#client.tell('connect', { name, module }, await this.#server.tell('serve', { name, module }))
    this.#server.keepOnCore(0)
    this.#client.keepOnCore(cores - 1)
  }

  /** The first pass compares every byte that arrives. */
  async warmUp(passes: number): Promise<void> {
    for (let pass = 0; pass < passes; pass++) await this.#sample(pass === 0)
  }

  async play(): Promise<void> {
    this.samples.push(await this.#sample(false))
  }

  async leave(): Promise<void> {
    await this.#client.tell('close')
    await this.#server.tell('check')
    await this.#server.tell('close')
  }

  async dismiss(): Promise<void> {
    await Promise.all([this.#server.dismiss(), this.#client.dismiss()])
  }

  async #sample(thorough: boolean): Promise<Sample> {
    const { load } = this.entrant
    await this.#server.tell('expect', load, thorough)
    const [sent, arrived] = await Promise.all([this.#client.tell('send', load), this.#server.tell('arrived')])
    return { elapsedMs: arrived.endMs - sent.startMs, clientCpuMs: sent.cpuMs, serverCpuMs: arrived.cpuMs }
  }
}

/** The figures of a bout in messages a second, or in MB/s where the messages are large. */
export const figuresOf = (scores: readonly Score[], unit: 'messages/s' | 'MB/s'): Figure[] =>
  scores.map((score) => ({
    name: score.name,
    unit,
    samples: unit === 'MB/s' ? megabyteRates(score) : messageRates(score),
  }))
