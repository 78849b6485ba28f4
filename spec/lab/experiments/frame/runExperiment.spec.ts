import { expect } from 'chai'
import { connect } from 'node:net'
import { TransportError } from '@/errors.js'
import { experiment, type Plan } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainServer } from '@/lab/experiments/frame/plainEnds.js'
import { runExperiment } from '@/lab/experiments/frame/runExperiment.js'
import { rejection } from '../../../support/rejection.js'

type Keys = 'pieces' | 'code'

/** An experiment that says what it is told to say. */
const saying = (run: Plan<Keys>['run']) =>
  experiment({
    name: 'told',
    question: 'what?',
    lesson: 'this.',
    advice: { words: 'do', code: '' },
    predict: (bench) => ({
      pieces: { what: 'pieces', from: 2, to: bench.rounds(40), unit: 'reads', because: 'two', otherwise: 'a hurry' },
      code: { what: 'the code', is: 'ECONNRESET', because: 'a reset', otherwise: 'an end' },
    }),
    run,
  })

describe('a run of an experiment', () => {
  it('puts what was measured beside what was foretold, and says what a difference may mean', async () => {
    const differing = saying(() => Promise.resolve({ measured: { pieces: 41, code: 'ECONNRESET' }, figures: [] }))
    const { verdict, findings, tookMs } = await runExperiment(differing)
    expect(verdict).to.equal('differs')
    expect(tookMs).to.be.at.least(0)
    expect(findings).to.deep.equal([
      {
        what: 'pieces',
        because: 'two',
        predicted: '2 to 40 reads',
        measured: '41 reads',
        value: 41,
        verdict: 'differs',
        note: 'a hurry',
      },
      {
        what: 'the code',
        because: 'a reset',
        predicted: 'ECONNRESET',
        measured: 'ECONNRESET',
        verdict: 'as predicted',
      },
    ])
  })

  it('allows for several words where versions differ', async () => {
    const saidBy = (code: string) =>
      runExperiment(
        experiment({
          ...saying(() => Promise.reject(new TransportError('NOT_OPEN'))),
          predict: () => ({
            code: { what: 'code', is: ['end', 'ECONNRESET'], because: 'versions', otherwise: 'what?' },
          }),
          run: () => Promise.resolve({ measured: { code }, figures: [] }),
        }),
      )
    const [first, second, third] = await Promise.all(['end', 'ECONNRESET', 'EPIPE'].map(saidBy))
    expect([first?.verdict, second?.verdict, third?.verdict]).to.deep.equal(['as predicted', 'as predicted', 'differs'])
    expect(first?.findings[0]?.predicted).to.equal('end or ECONNRESET')
  })

  it('does not count what could not be seen as a difference, and says why it was not', async () => {
    const half = saying(() =>
      Promise.resolve({ measured: { pieces: 2, code: { unseen: 'it wants privileges' } }, figures: [] }),
    )
    const { verdict, findings } = await runExperiment(half)
    expect(verdict).to.equal('as predicted')
    expect(findings.map((finding) => [finding.verdict, finding.note])).to.deep.equal([
      ['as predicted', undefined],
      ['not seen', 'it wants privileges'],
    ])
  })

  it('does fewer rounds with less effort, but no fewer than the lesson needs', async () => {
    const rounds: number[] = []
    const counting = saying((bench) => {
      rounds.push(bench.rounds(100, 4), bench.rounds(10, 4))
      return Promise.resolve({ measured: { pieces: 2, code: 'ECONNRESET' }, figures: [] })
    })
    await runExperiment(counting, { effort: 0.1 })
    await runExperiment(counting)
    expect(rounds).to.deep.equal([10, 4, 100, 10])
    for (const effort of [0, 1.1, Number.NaN])
      expect((await rejection(runExperiment(counting, { effort }))).code).to.equal('OPTION_INVALID')
  })

  it('closes what it has opened, also when it fails or is given up, and fails with the cause', async () => {
    const ports: number[] = []
    const failing = saying(async (bench) => {
      const { port } = await bench.listen(() => {})
      ports.push(port)
      await bench.connect(port)
      throw new TransportError('FRAME_MALFORMED')
    })
    const hanging = saying(async (bench) => {
      const { port } = await bench.listen(() => {})
      ports.push(port)
      bench.dial(port)
      bench.say('waiting')
      await new Promise(() => {})
      return { measured: { pieces: 2, code: 'never' }, figures: [] }
    })
    expect((await rejection(runExperiment(failing))).code).to.equal('FRAME_MALFORMED')
    const stop = new AbortController()
    const given = runExperiment(hanging, { signal: stop.signal, progress: () => stop.abort() })
    expect((await rejection(given)).code).to.equal('ABORTED')
    // Whatever it was at when it was given up, it comes no further.
    const going = saying(async (bench) => {
      bench.say('going on')
      await new Promise(setImmediate)
      const server = bench.host(new PlainServer({ handler: Plain, listen: ['127.0.0.1:0'] }))
      await server.start()
      ports.push(server.address.port)
      return { measured: { pieces: 2, code: 'never' }, figures: [] }
    })
    // Nor does it matter what it has begun to wait for.
    const waiting = saying(async (bench) => {
      const one = bench.event(() => {})
      setImmediate(() => bench.say('waiting for two'))
      await bench.event(() => {})
      await one
      return { measured: { pieces: 2, code: 'never' }, figures: [] }
    })
    const two = new AbortController()
    const waited = runExperiment(waiting, { signal: two.signal, progress: () => two.abort() })
    expect((await rejection(waited)).code).to.equal('ABORTED')
    const end = new AbortController()
    const gone = runExperiment(going, { signal: end.signal, progress: () => end.abort() })
    expect((await rejection(gone)).code).to.equal('ABORTED')
    expect((await rejection(runExperiment(hanging, { signal: AbortSignal.abort() }))).code).to.equal('ABORTED')
    for (const port of ports) expect(await refused(port)).to.equal('ECONNREFUSED')
  })
})

const refused = (port: number): Promise<unknown> =>
  new Promise((resolve) => {
    connect({ port, host: '127.0.0.1' })
      .once('connect', () => resolve('connected'))
      .once('error', (error) => resolve('code' in error && error.code))
  })
