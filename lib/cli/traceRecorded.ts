import type { Io } from '@/cli/io.js'
import { PageFile } from '@/cli/pageFile.js'
import { paintFor } from '@/cli/paint.js'
import { recordedRows } from '@/cli/recordedRows.js'
import { Report } from '@/cli/report.js'
import { Ladder } from '@/lab/index.js'

/** What is drawn, and where. */
export interface Recorded {
  /** The file of JSON lines; `-` is standard input. */
  readonly from: string
  readonly html?: string | undefined
  readonly maxRows: number
  readonly json: boolean
}

/** Draws what was recorded before: on stdout, unless a page is all that is wanted. */
export const traceRecorded = async ({ from, html, maxRows, json }: Recorded, io: Io): Promise<number> => {
  const report = new Report(io, json)
  const ladder = new Ladder({ paint: paintFor(io.stdout, io.environment), numbered: true })
  await using page =
    html === undefined ? undefined : await PageFile.open(html, { title: `Timeline of ${from}`, maxRows })
  const printed = html === undefined || json
  let rows = 0
  for await (const row of recordedRows(from, io)) {
    if (rows === 0 && printed) report.say(`${ladder.head()}\n`)
    rows++
    page?.add(row)
    if (printed) report.tell(row.event, row, ladder.row(row))
  }
  await page?.finish()
  if (rows === 0 && printed) report.say(`${from} holds no rows\n`)
  if (!printed) report.say(`${rows} rows of ${from} are drawn in ${html}\n`)
  return 0
}
