import { oneOf, type Options } from '@/cli/arguments.js'

/** The option that names how messages become bytes. */
export const FRAMING = {
  framing: {
    type: 'string',
    value: 'NAME',
    help: 'handshake (default), length (u32 before each) or line (\\n behind each)',
  },
} as const satisfies Options

/** What `--framing` names. @throws UsageError */
export const framingFrom = (name = 'handshake'): 'handshake' | 'length' | 'line' =>
  oneOf(name, '--framing', ['handshake', 'length', 'line'])
