export { type Bar, barChart, type BarChart } from '@/pages/barChart.js'
export { type Bin, type Histogram, histogram } from '@/pages/histogram.js'
export { type LineChart, lineChart, type Point, type Series } from '@/pages/lineChart.js'
export { escaped, html, Markup, type Part, trusted } from '@/pages/markup.js'
export {
  charts,
  type Fact,
  jsonBlock,
  page,
  type PageContent,
  paragraph,
  type Section,
} from '@/pages/page.js'
export { percentileChart, type PercentileChart } from '@/pages/percentileChart.js'
export { quantity } from '@/pages/quantity.js'
export type { Axis } from '@/pages/scale.js'
export { type Cell, type Column, table, verdict } from '@/pages/table.js'
