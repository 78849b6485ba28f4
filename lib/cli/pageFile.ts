import { CaptureFile } from '@/cli/captureFile.js'
import { tracePage, type TraceRow, TraceTable } from '@/lab/index.js'

/** A timeline as a page, which is written when all is over. The file is opened before, to learn at once if it cannot be. */
export class PageFile {
  readonly #title: string
  readonly #table: TraceTable
  readonly #file: CaptureFile

  /** @param failed told once, when it cannot be written @throws TransportError FILE_FAILED, OPTION_INVALID */
  constructor(
    path: string,
    { title, maxRows }: { readonly title: string; readonly maxRows: number },
    failed: (error: Error) => void,
  ) {
    this.#title = title
    this.#table = new TraceTable({ maxRows })
    this.#file = new CaptureFile(path, failed)
  }

  add(row: TraceRow): void {
    this.#table.add(row)
  }

  finish(): void {
    this.#file.write(Buffer.from(tracePage(this.#table, { title: this.#title })))
    this.#file.close()
  }
}
