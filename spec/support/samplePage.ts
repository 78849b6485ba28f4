import {
  barChart,
  charts,
  histogram,
  lineChart,
  page,
  paragraph,
  percentileChart,
  table,
  verdict,
} from '@/pages/index.js'

const SIZES = [0, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 16_777_216]

const rates = (
  name: string,
  top: number,
): { name: string; points: { x: number; y: number; low: number; high: number }[] } => ({
  name,
  points: SIZES.map((x) => {
    const y = top / (1 + x / 3_000)
    return { x, y, low: y * 0.85, high: y * 1.2 }
  }),
})

const NAMES = [
  'strict',
  'pipelined',
  'length prefix',
  'line',
  'JSON values',
  'bare net',
  'naive concat',
  'ws',
  'frame-stream',
]

/** A page with one of everything. The values are made up. */
export const samplePage = (): string =>
  page({
    title: 'What framings cost',
    lead: 'A page with one of everything, to be looked at.',
    facts: [
      ['Node.js', 'v20.20.2'],
      ['Processor', '2 × Some Processor 3000 at 2.40 GHz'],
      ['System', 'linux 6.1.0 x64'],
      ['Memory', '7.8 GiB'],
    ],
    sections: [
      {
        title: 'Rate over size',
        body: charts([
          lineChart({
            title: 'Rate over message size',
            note: 'Median and the middle half of the samples.',
            x: { title: 'message size', unit: 'B', scale: 'log' },
            y: { title: 'rate', unit: 'messages/s', scale: 'log' },
            series: NAMES.map((name, index) => rates(name, 8e6 / 2.2 ** index)),
          }),
          lineChart({
            title: 'Rate over the delay of the link',
            x: { title: 'delay, one way', unit: 'ms' },
            y: { title: 'rate', unit: 'messages/s' },
            series: ['strict', 'pipelined'].map((name, index) => ({
              name,
              points: [0, 1, 10, 50].map((x) => ({ x, y: index === 0 ? 20_000 / (1 + 20 * x) : 21_000 - 40 * x })),
            })),
          }),
        ]),
      },
      {
        title: 'Latency',
        body: charts([
          percentileChart({
            title: 'Latency by percentile',
            axis: { title: 'latency', unit: 'ms', scale: 'log' },
            series: ['strict', 'pipelined'].map((name, index) => ({
              name,
              points: [0, 50, 75, 90, 99, 99.9, 99.99, 100].map((percentile) => ({
                percentile,
                value: (0.04 + index * 0.01) * (1 + (percentile > 99 ? 40 : percentile / 90)),
              })),
            })),
          }),
          histogram({
            title: 'How often which latency',
            axis: { title: 'latency', unit: 'ms' },
            counted: 'messages',
            bins: Array.from({ length: 24 }, (_, index) => ({
              from: index / 100,
              to: (index + 1) / 100,
              count: Math.round(90_000 * Math.exp(-(((index - 7) / 4) ** 2))),
            })),
          }),
          lineChart({
            title: 'Memory while it ran',
            shape: 'steps',
            x: { title: 'time', unit: 'ms' },
            y: { title: 'resident memory', unit: 'B' },
            series: [
              {
                name: 'server',
                points: Array.from({ length: 200 }, (_, index) => ({
                  x: index * 50,
                  y: 3e7 + 1e7 * Math.floor(index / 23) + (index % 7) * 2e6,
                })),
              },
            ],
          }),
          barChart({
            title: 'Rate of each',
            axis: { title: 'rate', unit: 'messages/s' },
            bars: NAMES.map((name, index) => {
              const value = 5e6 / 1.8 ** index
              return { name, value, low: value * 0.9, high: value * 1.15 }
            }),
          }),
        ]),
      },
      {
        title: 'Goals',
        body: [
          paragraph('What was promised, and what came out.'),
          table({
            caption: 'Promised numbers',
            columns: [
              { title: 'what' },
              { title: 'goal', numeric: true },
              { title: 'measured', numeric: true },
              { title: 'verdict' },
            ],
            rows: [
              ['strict, the next one waiting, over bare, on two cores', '≥ 0.9', '0.94', verdict(true, 'holds')],
              ['pipelined over ws', '≥ 20', '18.2', verdict(false, 'falls short')],
            ],
          }),
        ],
      },
    ],
  })
