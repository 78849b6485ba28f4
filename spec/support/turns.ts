/** Lets the event loop turn, so that what is due by now has happened. No time passes on a clock of ours. */
export const turns = async (count = 1): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate)
}

/** Lets the event loop turn until something is so. */
export const turnsUntil = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await turns()
}
