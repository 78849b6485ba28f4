/** The name that was probably meant, if one is near enough. */
export const nearest = (typed: string, names: readonly string[]): string | undefined => {
  let best: string | undefined
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1
  for (const name of names) {
    const edits = name.startsWith(typed) && typed !== '' ? 0 : distance(typed, name)
    if (edits < least) [best, least] = [name, edits]
  }
  return best
}

/** Letters to add, to drop or to change. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [at, letter] of from.split('').entries()) {
    const next = [at + 1]
    for (const [index, other] of to.split('').entries()) {
      const changed = (row[index] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(changed, (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
