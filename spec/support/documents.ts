import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of the project, which is one step further away from what the build made. */
export const ROOT = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url))

/** A file of the project as text. @param name as seen from the folder of the project */
export const textOf = (name: string): string => readFileSync(`${ROOT}${name}`, 'utf8')

/** The code blocks marked with `language`, in order; those in a list without its indentation. */
export const codeBlocks = (markdown: string, language: string): string[] =>
  [...markdown.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)].flatMap(([, indent = '', mark, code = '']) =>
    mark === language ? [code.replaceAll(new RegExp(`^${indent}`, 'gm'), '')] : [],
  )

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
