import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether tshark, the Wireshark of the command line, is on this machine. */
export const HAS_TSHARK = spawnSync('tshark', ['--version']).status === 0

const CHECKS = ['-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']

/**
 * What tshark says of each packet of a capture: the values of these fields.
 * @param more of the command line, such as a script
 * @throws what tshark complains of, but for being root
 */
export const tshark = async (
  file: string,
  fields: readonly string[],
  filter = '',
  more: readonly string[] = [],
): Promise<string[][]> => {
  const wanted = fields.flatMap((field) => ['-e', field])
  const narrow = filter === '' ? [] : ['-Y', filter]
  const args = ['-n', '-r', file, ...CHECKS, ...more, ...narrow, '-T', 'fields', '-E', 'occurrence=a', ...wanted]
  const { stdout, stderr } = await run('tshark', args, { maxBuffer: 2 ** 26 })
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user'))
  if (complaints.length > 0) throw new Error(complaints.join('\n'))
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}
