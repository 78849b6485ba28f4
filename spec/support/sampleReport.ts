import type { Report } from '@/bench/index.js'

const SIZES = [0, 64, 4_096, 262_144, 16_777_216]

/** What a run may have written, with one of everything. The values are made up, and `factor` times as fast as usual. */
export const sampleReport = (factor = 1): Report => {
  const around = (value: number): number[] =>
    [0.96, 0.98, 0.99, 1, 1.01, 1.02, 1.03, 1.05].map((part) => value * factor * part)
  return {
    environment: {
      node: 'v20.0.0',
      v8: '11.3',
      cpu: 'Some Processor 3000',
      cores: 2,
      system: 'linux 6.1.0 x64',
      memoryBytes: 8_321_499_136,
      load: 0.04,
      coresKept: true,
      packages: { framewright: '0.1.0', ws: '8.0.0' },
      commit: '0123456789ab',
    },
    pace: 'quick',
    startedAt: '2026-01-02T03:04:05.000Z',
    answers: [
      {
        question: 'sizes',
        asks: 'What does the handshake cost, over sizes?',
        tookMs: 1_234,
        answer: {
          figures: ['strict', 'pipelined', 'no handshake'].flatMap((line, index) =>
            SIZES.map((value) => ({
              name: 'rate',
              point: { line, axis: 'messageBytes' as const, value },
              unit: 'messages/s',
              samples: around((20_000 * 40 ** index) / (1 + value / 5_000)),
            })),
          ),
          promised: [],
        },
      },
      {
        question: 'delay',
        asks: 'What does a round trip cost, when the link has delay?',
        answer: {
          figures: ['strict', 'pipelined'].flatMap((line) =>
            [0, 1, 10, 50].map((value) => ({
              name: 'rate',
              point: { line, axis: 'delayMs' as const, value },
              unit: 'messages/s',
              samples: around(line === 'strict' ? 20_000 / (1 + 40 * value) : 900_000),
            })),
          ),
          promised: [
            { name: 'pipelined at 50 ms over 0 ms', goal: { atLeast: 0.9 }, unit: '', samples: around(0.97) },
            {
              name: 'resident memory of an idle one',
              goal: { atMost: 2_048 },
              unit: 'B a connection',
              samples: around(2_300),
            },
          ],
          latencies: [0, 10].map((value) => ({
            name: `strict, ${value} ms`,
            point: { line: 'strict', axis: 'delayMs' as const, value },
            count: 10_000,
            minNs: 40_000 + value * 2e6,
            meanNs: 60_000 + value * 2e6,
            maxNs: 9_000_000 + value * 2e6,
            percentiles: [
              [50, 55_000 + value * 2e6],
              [90, 70_000 + value * 2e6],
              [99, 200_000 + value * 2e6],
              [99.9, 4_000_000 + value * 2e6],
              [100, 9_000_000 + value * 2e6],
            ],
          })),
          scores: [
            {
              name: 'strict',
              carrier: 'tcp',
              bytes: 64,
              samples: [{ count: 1_000, elapsedMs: 50, clientCpuMs: 40, serverCpuMs: 30 }],
            },
          ],
          notes: ['only a spec'],
        },
      },
    ],
  }
}
