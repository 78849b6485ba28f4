import { DIALECTS } from '@/lab/index.js'
import { itRefuses } from '../support/refusals.js'

describe('trace, of what makes no sense', () => {
  itRefuses([
    [['trace'], 'LISTEN is missing'],
    [['trace', '0'], 'TARGET is missing'],
    [
      ['trace', '0', '0'],
      '"0" is no address: port 0 is for listening only; connect to the port that the server was given',
    ],
    [['trace', '0', '1', '--from', 'x'], '--from goes with --html, --max-rows and --json only'],
    [['trace', '--from', 'x', '--seed', '1'], '--from goes with --html, --max-rows and --json only'],
    [['trace', '0', '1', '--max-rows', '5'], '--max-rows makes sense with --html only; see framewright trace --help'],
    [['trace', '--from', 'x', '--max-rows', '5'], '--max-rows makes sense with --html only'],
    [['trace', '0', '1', '--bytes'], '--bytes makes sense with --json only'],
    [['trace', '0', '1', '--max-rows', '0'], '--max-rows wants a whole number from 1 to 10000000'],
    [['trace', '0', '1', '--fault', 'lag:1'], '--fault "lag:1": there is no fault "lag"; write latency, bandwidth'],
    [['trace', '0', '1', '--fault', 'slice'], '--fault "slice": it does not say how much; write slice:BYTES'],
    [
      ['trace', '0', '1', '--framing', 'raw', '--fault', 'reset@2f'],
      'reset@2f: raw has no frames; choose another --framing',
    ],
    [
      ['trace', '0', '1', '--framing', 'line', '--fault', 'drop-ok/down'],
      'drop-ok/down: line has no answers; choose another --framing',
    ],
    [
      ['trace', '0', '1', '--framing', 'smoke'],
      `--framing wants one of ${DIALECTS.map(({ name }) => name).join(', ')}`,
    ],
    [['trace', '0', '1', '--seed', '1'], '--seed makes sense with --fault or --live only'],
    [['trace', '0', '1', '--seed', 'x'], '--seed wants a whole number from 0 to 4294967295'],
  ])
})
