import type { Figure } from '@/lab/experiments/frame/figure.js'
import { ladderMarkup } from '@/lab/experiments/frame/html/ladderMarkup.js'
import { barChart, lineChart, type Markup, percentileChart, table } from '@/pages/index.js'

/** A figure as part of a page. */
export const figureMarkup = (figure: Figure): Markup => {
  switch (figure.kind) {
    case 'bars':
      return barChart(figure)
    case 'plot':
      return lineChart(figure)
    case 'percentiles':
      return percentileChart(figure)
    case 'ladder':
      return ladderMarkup(figure)
    case 'table':
      return table({ ...figure, caption: figure.title })
  }
}
