import { placeText } from '@/bench/figureTitle.js'
import type { Point } from '@/bench/point.js'
import type { Figure } from '@/bench/question.js'
import { spreadOf } from '@/bench/statistics.js'
import { table } from '@/bench/textTable.js'

type Placed = Figure & { readonly point: Point }
const isPlaced = (figure: Figure): figure is Placed => figure.point !== undefined

/** Figures that are part of rows of like ones, and the others. */
export const placedAmong = (figures: readonly Figure[]): readonly [placed: Placed[], others: Figure[]] => [
  figures.filter(isPlaced),
  figures.filter((figure) => !isPlaced(figure)),
]

/**
 * Tables with a row for each line of a plot: one for each quantity, with a column for each value of its axis; or, where
 * there is only one value, one table with a column for each quantity. Each cell is a median and how far the middle half
 * of the samples reaches from it.
 */
export const matrices = (placed: readonly Placed[]): string[] => {
  const titles = distinct(placed.map(titleOf))
  const values = distinct(placed.map(({ point }) => point.value))
  const [first] = placed
  if (first === undefined) return []
  if (values.length === 1) {
    const head = placeText(first.point)
    return matrix(head, titles, placed, titleOf)
  }
  return titles.flatMap((title, place) => {
    const own = placed.filter((figure) => titleOf(figure) === title)
    const places = distinct(own.map(({ point }) => placeText(point)))
    const rows = matrix(title, places, own, ({ point }) => placeText(point))
    return place === 0 ? rows : ['', ...rows]
  })
}

const titleOf = ({ name, unit }: Figure): string => (unit === '' ? name : `${name}, ${unit}`)

const matrix = (
  head: string,
  columns: readonly string[],
  placed: readonly Placed[],
  columnOf: (figure: Placed) => string,
): string[] => {
  const lines = distinct(placed.map(({ point }) => point.line))
  const cell = (line: string, column: string): string => {
    const found = placed.find((figure) => figure.point.line === line && columnOf(figure) === column)
    return found === undefined ? '-' : spreadText(found.samples)
  }
  return table([[head, ...columns], ...lines.map((line) => [line, ...columns.map((column) => cell(line, column))])])
}

const spreadText = (samples: readonly number[]): string => {
  const { median, low, high } = spreadOf(samples)
  const percent = median === 0 ? 0 : Math.round((Math.max(high - median, median - low) / Math.abs(median)) * 100)
  return percent === 0 ? brief(median) : `${brief(median)} ±${percent} %`
}

/** Three digits and a unit: `4.12 M`, `231 k`, `12.5`. */
const brief = (value: number): string => {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const)
    if (Math.abs(value) >= 0.9995 * size) return `${Number((value / size).toPrecision(3))} ${unit}`
  return String(Number(value.toPrecision(3)))
}

const distinct = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]
