import { OutFile } from '@/cli/outFile.js'
import { tracePage, type TraceRow, TraceTable } from '@/lab/index.js'

/**
 * A timeline as a page, which is written when all is over; until then what had the name before stays. The file is opened
 * before, to learn at once if it cannot be.
 */
export class PageFile implements AsyncDisposable {
  readonly #title: string
  readonly #table: TraceTable
  readonly #file: OutFile

  private constructor(title: string, table: TraceTable, file: OutFile) {
    this.#title = title
    this.#table = table
    this.#file = file
  }

  /** @throws TransportError FILE_FAILED, OPTION_INVALID */
  static async open(
    path: string,
    { title, maxRows }: { readonly title: string; readonly maxRows: number },
  ): Promise<PageFile> {
    return new PageFile(title, new TraceTable({ maxRows }), await OutFile.open(path))
  }

  add(row: TraceRow): void {
    this.#table.add(row)
  }

  /** @throws TransportError FILE_FAILED */
  async finish(): Promise<void> {
    await using file = this.#file
    await file.write(Buffer.from(tracePage(this.#table, { title: this.#title })))
    await file.keep()
  }

  /** Throws it away unless it was finished. Never rejects. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]()
  }
}
