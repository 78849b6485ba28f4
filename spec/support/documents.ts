import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the project, which is one step further away from what the build made. */
export const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url))

/** A file of the project as text. @param name as seen from the folder of the project */
export const textOf = (name: string): string => readFileSync(`${ROOT}${name}`, 'utf8')

/** What is written for people, as seen from the folder of the project; the history of changes is not. */
export const DOCUMENTS: readonly string[] = ['', 'docs/'].flatMap((folder) =>
  readdirSync(ROOT + folder)
    .filter((name) => name.endsWith('.md') && name !== 'CHANGELOG.md')
    .map((name) => folder + name),
)

/** A block of code in a document. */
export interface Block {
  /** Where it stands: its document and line. */
  readonly place: string
  /** What it is marked with: a language, and perhaps more words. */
  readonly mark: string
  /** Without the indentation that a list gives it. */
  readonly code: string
  /** Nothing but white space stands between this block and the one before it. */
  readonly follows: boolean
}

/** All blocks of code in a document, in order. */
export const blocksOf = (document: string): readonly Block[] => {
  const text = textOf(document)
  let end = 0
  return [...text.matchAll(/^( *)```([^\n]*)\n([^]*?)^ *```$/gm)].map((found) => {
    const [all, indent = '', mark = '', code = ''] = found
    const before = text.slice(end, found.index)
    end = found.index + all.length
    const line = text.slice(0, found.index).split('\n').length
    return {
      place: `${document}:${line}`,
      mark: mark.trim(),
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      follows: before.trim() === '',
    }
  })
}

/** The code of the blocks marked with `mark`, in order. */
export const codeBlocks = (document: string, mark: string): readonly string[] =>
  blocksOf(document).flatMap((block) => (block.mark === mark ? [block.code] : []))

/** The rows of all tables, without their heads: the text of each cell, without the marks of code. */
export const tableRows = (markdown: string): string[][] => {
  const lines = markdown.split('\n')
  const rule = (line: string | undefined): boolean => line !== undefined && /^[| -]*---[| -]*$/.test(line)
  return lines
    .filter((line, at) => line.startsWith('|') && !rule(line) && !rule(lines[at + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

/** What stands under a heading, up to the next one of its level or above. @throws Error when there is no such heading */
export const chapterOf = (markdown: string, heading: string): string => {
  const lines = markdown.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`there is no chapter ${heading}`)
  const level = (lines[start] ?? '').indexOf(' ')
  const end = lines.findIndex((line, at) => at > start && new RegExp(`^#{1,${level}} `).test(line))
  return lines.slice(start + 1, end < 0 ? lines.length : end).join('\n')
}
