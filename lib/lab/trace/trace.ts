import { CoreTap } from '@/lab/trace/coreTap.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import { Timeline, type TimelineLimits } from '@/lab/trace/timeline.js'
import type { TraceListener } from '@/lab/trace/traceEvent.js'

/** What a trace can read along, and who else is told. */
export interface TraceOptions extends TimelineLimits {
  /** Known beside those of the lab; one is found by the name of the connection's framing. @default [] */
  readonly dialects?: readonly Dialect[]
  /** Told of each line as it comes, too, such as `captureTrace(capture)`. @default nobody */
  readonly listener?: TraceListener
}

/** Watches the connections of this process that open from now on, until `end()`, and keeps their timeline. */
export class Trace extends Timeline implements Disposable {
  readonly #tap: CoreTap

  /** @throws TransportError OPTION_INVALID */
  constructor(options: TraceOptions = {}) {
    super(options)
    const { dialects = [], listener = () => {} } = options
    this.#tap = new CoreTap((event) => {
      this.add(event)
      listener(event)
    }, dialects)
  }

  end(): void {
    this.#tap.end()
  }

  [Symbol.dispose](): void {
    this.end()
  }
}
