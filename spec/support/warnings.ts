import { turns } from './turns.js'

/** The warnings of the process while `work` runs and soon after. */
export const warningsOf = async (work: () => unknown): Promise<readonly string[]> => {
  const warned: string[] = []
  const onWarning = ({ message }: Error): void => void warned.push(message)
  process.on('warning', onWarning)
  try {
    await work()
    await turns(3)
    return warned
  } finally {
    process.off('warning', onWarning)
  }
}
