import { oneOf, type Options } from '@/cli/arguments.js'

/** The option that names how messages become bytes. */
export const FRAMING = {
  framing: {
    type: 'string',
    value: 'NAME',
    help: 'handshake (default), length (u32 before each), line (\\n behind each) or json',
  },
} as const satisfies Options

const NAMES = ['handshake', 'length', 'line', 'json'] as const
export type FramingName = (typeof NAMES)[number]

/** What `--framing` names. @throws UsageError */
export const framingFrom = (name = 'handshake'): FramingName => oneOf(name, '--framing', NAMES)
