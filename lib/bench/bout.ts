import { Berths } from '@/bench/berths.js'
import { canCarry } from '@/bench/canCarry.js'
import type { Carrier } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import { Corner, type Mode, type Through } from '@/bench/corner.js'
import { distributionOf } from '@/bench/distribution.js'
import { type Lasting, isLasting, lastingLoad } from '@/bench/lasting.js'
import type { Load } from '@/bench/messages.js'
import type { Pace, Plan } from '@/bench/question.js'
import type { Sample, Score } from '@/bench/score.js'
import { STEADY_MEMORY } from '@/bench/steadyMemory.js'

const SATURATING: Mode = { kind: 'saturating' }
/** Samples at the beginning of each heat that are thrown away. */
const WARM_UPS: Readonly<Record<Pace, number>> = { full: 3, quick: 2, trial: 1 }

/** A contender with what it is to send in each sample. Entrants with the same contender and carrier share its processes. */
export interface Entrant {
  readonly contender: Described
  readonly load: Load | Lasting
  /** @default 'tcp' */
  readonly carrier?: Carrier
}

/** How often entrants meet, and how they send. */
export interface Course {
  /** Times that everything begins anew, with fresh processes. How memory lies in a process is luck that lasts. */
  readonly heats: number
  /** Samples of each entrant in a heat. */
  readonly rounds: number
  /** Samples of each entrant in a heat that are thrown away. @default 3, in a quick pass 2, in a trial 1 */
  readonly warmUps?: number
  /** Cores that the two ends of an entrant share; see `keepOnCore`. @default 2 */
  readonly cores?: 1 | 2
  /**
   * All live in the same two processes, so that the luck of a process is the same for each. Only for contenders between
   * which a few percent matter and which run no code in common, since code that several run is as fast as the slowest makes
   * it; or where nothing is judged.
   * @default false
   */
  readonly together?: boolean
  /**
   * Each sample has a connection of its own. What the system lets be under way on one is luck that lasts as long as the
   * connection, and worth a tenth at 64 KiB.
   * @default false
   */
  readonly anew?: boolean
  /** @default saturating */
  readonly mode?: Mode
  /** Stands between the two ends of each. */
  readonly through?: Through
}

/**
 * Lets the entrants send in turn, round after round, so that whatever else the machine does meets all alike. Each has
 * two processes of its own, unless all live together, and one connection, which stays open for a heat, unless each sample
 * begins anew, and is at rest while others are at work.
 * @returns a score for each entrant, in their order, without samples for one that cannot be measured here
 * @throws Error when a message is lost, doubled, altered or late, or when an end fails
 */
export const bout = async (entrants: readonly Entrant[], course: Course, plan: Plan): Promise<Score[]> => {
  const standings = entrants.map((entrant) => new Standing(entrant))
  const present = standings.filter((standing) => standing.canPlay(plan))
  const teams = teamsOf(present)
  for (let number = 1; number <= course.heats; number++) {
    const progress = (text: string): void => plan.progress(`heat ${number} of ${course.heats}, ${text}`)
    // Whoever is made and warmed up first may be faster or slower for as long as its processes live.
    const first = (number - 1) % Math.max(1, teams.length)
    await heat([...teams.slice(first), ...teams.slice(0, first)], course, { ...plan, progress })
  }
  return standings.map((standing) => standing.score())
}

const heat = async (teams: readonly Team[], course: Course, plan: Plan): Promise<void> => {
  const { rounds, warmUps = WARM_UPS[plan.pace], cores = 2, mode = SATURATING, through } = course
  const { together = false, anew = false } = course
  const berths = new Berths()
  const pairs = pairsOf(teams, together, plan)
  const corners = pairs.map(({ corner }) => corner)
  try {
    await Promise.all(corners.map(async (corner) => corner.enter(await berths.at(corner.carrier), through)))
    for (const corner of corners) corner.keepOnCores(cores)
    for (const [place, { corner, own }] of pairs.entries()) {
      plan.progress(`warming up ${place + 1} of ${pairs.length}`)
      for (const standing of own) await standing.warmUp(corner, mode, warmUps)
    }
    const most = Math.max(0, ...pairs.map(({ own }) => own.length))
    for (let round = 0; round < rounds; round++) {
      plan.progress(`round ${round + 1} of ${rounds}`)
      // Those of the same size follow each other, and who begins changes.
      for (let load = 0; load < most; load++) {
        for (let place = 0; place < pairs.length; place++) {
          const pair = pairs[(round + place) % pairs.length]
          const standing = pair?.own[load]
          if (pair === undefined || standing === undefined) continue
          if (anew) await pair.corner.connect()
          await standing.play(pair.corner, mode, plan.pace === 'trial')
        }
      }
    }
    for (const corner of corners) await corner.leave()
  } finally {
    await Promise.all(corners.map((corner) => corner.dismiss()))
    await berths.leave()
  }
}

interface Pair {
  readonly corner: Corner
  readonly own: Team
}

/** Those who share a contender and a carrier, in their order. */
type Team = readonly [Standing, ...Standing[]]

const teamsOf = (standings: readonly Standing[]): Team[] => {
  const teams: [Standing, ...Standing[]][] = []
  for (const standing of standings) {
    const { contender, carrier } = standing
    const team = teams.find(([first]) => first.contender === contender && first.carrier === carrier)
    if (team === undefined) teams.push([standing])
    else team.push(standing)
  }
  return teams
}

const pairsOf = (teams: readonly Team[], together: boolean, plan: Plan): Pair[] => {
  let first: Corner | undefined
  return teams.map((own) => {
    const [{ contender, carrier }] = own
    const corner = new Corner(contender, carrier, { ...plan, ...STEADY_MEMORY }, together ? first : undefined)
    first ??= corner
    return { corner, own }
  })
}

/** What one entrant has done. */
class Standing {
  readonly contender: Described
  readonly carrier: Carrier
  readonly #load: Load | Lasting
  readonly #samples: Sample[] = []
  readonly #timesNs: Float64Array[] = []
  /** What is sent in a sample, once that is known. */
  #each: Load | undefined

  constructor({ contender, load, carrier = 'tcp' }: Entrant) {
    this.contender = contender
    this.carrier = carrier
    this.#load = load
  }

  canPlay(plan: Plan): boolean {
    return canCarry(this.contender, this.carrier, this.#load.bytes, plan)
  }

  /** The first pass compares every byte that arrives. Finding out how many messages a sample takes has warmed up. */
  async warmUp(corner: Corner, mode: Mode, passes: number): Promise<void> {
    const load = this.#each ?? this.#load
    if (isLasting(load)) {
      this.#each = await lastingLoad(corner, mode, load)
      return
    }
    this.#each = load
    for (let pass = 0; pass < passes; pass++) await corner.play(mode, load, pass === 0)
  }

  async play(corner: Corner, mode: Mode, thorough: boolean): Promise<void> {
    if (this.#each === undefined) throw new Error('nothing has been warmed up')
    const { sample, timesNs } = await corner.play(mode, this.#each, thorough)
    this.#samples.push(sample)
    if (timesNs.length > 0) this.#timesNs.push(timesNs)
  }

  score(): Score {
    const { contender, carrier } = this
    const all = { name: contender.name, carrier, bytes: this.#load.bytes, samples: this.#samples }
    if (this.#timesNs.length === 0) return all
    return { ...all, latencies: distributionOf(this.#timesNs.flatMap((times) => [...times])) }
  }
}
