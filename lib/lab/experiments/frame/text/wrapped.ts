/** Breaks text into lines of at most `columns`, each behind `indent`. A word that is longer has a line of its own. */
export const wrapped = (text: string, columns: number, indent = ''): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && indent.length + longer.length > columns) {
      lines.push(line)
      line = word
    } else line = longer
  }
  return [...lines, line].map((words) => `${indent}${words}\n`).join('')
}
