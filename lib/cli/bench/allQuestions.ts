import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { isQuestion, type Question } from '@/bench/index.js'

/** Where the questions lie, from here: in this repository and its build, and in the package. */
const FOLDERS = ['../../../benchmarks/', '../../benchmarks/']

/** Everything that can be asked, in the order in which it is answered. */
export const allQuestions = async (): Promise<readonly Question[]> => {
  for (const folder of FOLDERS) {
    const file = new URL(`${folder}questions${extname(import.meta.url)}`, import.meta.url)
    if (!existsSync(file)) continue
    const { QUESTIONS: found }: { readonly QUESTIONS?: unknown } = await import(file.href)
    if (Array.isArray(found)) return found.filter(isQuestion)
  }
  throw new Error('the questions are missing from this installation')
}
