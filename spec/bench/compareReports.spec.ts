import { expect } from 'chai'
import { compareReports, type Figure, type Promised, type Report } from '@/bench/index.js'
import { sampleReport } from '../support/sampleReport.js'

const around = (value: number): number[] => [0.97, 0.98, 0.99, 1, 1.01, 1.02, 1.03].map((part) => value * part)

const reportWith = (figures: readonly Figure[], promised: readonly Promised[] = []): Report => ({
  ...sampleReport(),
  answers: [{ question: 'fixed', asks: 'What?', answer: { figures, promised } }],
})

/** What becomes of one figure. */
const turn = (unit: string, before: readonly number[], after: readonly number[], least = 0.05): string | undefined => {
  const name = 'it'
  const { changes } = compareReports(
    reportWith([{ name, unit, samples: before }]),
    reportWith([{ name, unit, samples: after }]),
    least,
  )
  return changes[0]?.turn
}

describe('two reports', () => {
  it('say that rates became better when they rise, and times, memory and processor time when they fall', () => {
    expect(turn('messages/s', around(100), around(130))).to.equal('better')
    expect(turn('messages/s', around(130), around(100))).to.equal('worse')
    for (const unit of ['ms a request', 'µs', 'B a connection', 'MiB', 's'])
      expect(turn(unit, around(100), around(130)), unit).to.equal('worse')
    expect(turn('', around(1), around(1.3))).to.equal('more')
    expect(turn('', around(1.3), around(1))).to.equal('less')
  })

  it('let a goal say what is better', () => {
    const promise = (value: number): Report =>
      reportWith([], [{ name: 'it', goal: { atMost: 1.3 }, unit: '', samples: around(value) }])
    expect(compareReports(promise(1.2), promise(1.6), 0.05).changes[0]?.turn).to.equal('worse')
  })

  it('call no change what lies within the noise, or below the least that counts', () => {
    expect(turn('messages/s', around(100), around(101))).to.equal('same')
    expect(turn('messages/s', around(100), around(107), 0.05), 'the interval reaches below').to.equal('same')
    expect(turn('messages/s', around(100), around(130), 0.5)).to.equal('same')
  })

  it('do not judge by too few samples, and see that counts which never vary have not changed', () => {
    expect(turn('messages/s', [1, 2], [3, 4])).to.equal('unsure')
    expect(turn('in all', [0, 0], [0, 0])).to.equal('same')
  })

  it('name what is only in one of them, and leave out what was left out', () => {
    const figure = (name: string, samples: readonly number[] = around(1)): Figure => ({ name, unit: 'B', samples })
    const { onlyBefore, onlyAfter, changes } = compareReports(
      reportWith([figure('old'), figure('both')]),
      reportWith([figure('both'), figure('new'), figure('left out', [])]),
      0.05,
    )
    expect(onlyBefore).to.deep.equal([{ question: 'fixed', name: 'old, B' }])
    expect(onlyAfter).to.deep.equal([{ question: 'fixed', name: 'new, B' }])
    expect(changes).to.have.lengthOf(1)
  })

  it('say what was not the same around them', () => {
    const old = sampleReport()
    const { commit, ...environment } = old.environment
    expect(commit).not.to.equal(undefined)
    const changed = { ...environment, node: 'v24.0.0', load: 3, packages: { framewright: '0.1.0' } }
    const young: Report = { ...old, environment: changed }
    expect(compareReports(old, young, 0.05).circumstances).to.deep.equal([
      { what: 'Node.js', before: 'v20.0.0', after: 'v24.0.0' },
      { what: 'load', before: 'little', after: '3.0: others were at work' },
      { what: 'commit', before: '0123456789ab', after: 'unknown' },
      { what: 'ws', before: '8.0.0', after: 'absent' },
    ])
    expect(compareReports(old, old, 0.05).circumstances).to.deep.equal([])
  })
})
