import { expect } from 'chai'
import { parseFault } from '@/lab/faults/parseFault.js'
import { caught } from '../../support/caught.js'

describe('parseFault', () => {
  const CASES: readonly (readonly [text: string, problem: string, write: RegExp])[] = [
    ['', 'there is no fault ""', /^latency, bandwidth, slice, stall, .*drop-ok$/],
    ['lag:20', 'there is no fault "lag"', /^latency, /],
    ['constructor', 'there is no fault "constructor"', /^latency, /],
    ['latency', 'it does not say how much', /^latency:MS\[±MS\]\[\/frame\]$/],
    ['latency:', '"" has not the form', /^latency:MS/],
    ['latency:x', '"x" has not the form', /^latency:MS/],
    ['latency:20@4', 'it has no place', /^latency:MS/],
    ['latency:20/sideways', '"/sideways" means nothing', /^\/up or \/down$/],
    ['latency:20/up/down', 'it goes one way only', /^latency\/up$/],
    ['latency:9999999', 'ms is 9999999, which is not within 0 and 3600000', /^latency:MS/],
    ['slice:0', 'bytes is 0, which is not within 1 and 1073741824', /^slice:BYTES/],
    ['slice:7..3', 'maxBytes is 3, which is not within 7 and 1073741824', /^slice:BYTES/],
    ['slice:3/frame', 'it does not work on frames', /^slice:BYTES/],
    ['bandwidth:0', 'bytesPerSecond is 0, which is not within 1 and 1099511627776', /^bandwidth:BYTES/],
    ['limit', 'it does not say where', /^limit@PLACE$/],
    ['limit:5', '"5" has not the form', /^limit@PLACE$/],
    ['reset@2g', '"2g" is no place', /^@100, @2f or @2f\+6$/],
    ['reset@', '"" is no place', /^@100/],
    ['reset@-1', '"-1" is no place', /^@100/],
    ['drop-ok@2f', 'it counts OKs, not frames', /^drop-ok/],
    ['drop-ok:0', 'count is 0, which is not within 1 and 9007199254740991', /^drop-ok/],
    ['corrupt:xyz', '"xyz" has not the form', /^corrupt/],
  ]

  for (const [text, problem, write] of CASES) {
    it(`says of ${JSON.stringify(text)}: ${problem}`, () => {
      const { code, detail } = caught(() => parseFault(text))
      expect([code, detail['option'], detail['given'], detail['problem']]).to.deep.equal([
        'OPTION_INVALID',
        'fault',
        text,
        problem,
      ])
      expect(detail['write']).to.match(write)
    })
  }
})
