import { styleText } from 'node:util'
import type { Output } from '@/cli/io.js'
import type { Paint } from '@/lab/index.js'

/** Colours, where they can be seen. @param environment where NO_COLOR is looked for */
export const paintFor = (output: Output, environment: Readonly<Record<string, string | undefined>>): Paint => {
  const coloured = output.isTTY === true && (environment['NO_COLOR'] ?? '') === ''
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text)
}
