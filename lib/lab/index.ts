export { type Addresses, Capture, type CaptureOptions } from '@/lab/capture/capture.js'
export { captureProxy } from '@/lab/capture/captureProxy.js'
export { captureTrace } from '@/lab/capture/captureTrace.js'
export type { TcpFlow } from '@/lab/capture/tcpFlow.js'
export {
  type Decoder,
  type DecoderPair,
  type Dialect,
  dialectOf,
  type Stretch,
  type WireKind,
} from '@/lab/decoders/decoder.js'
export { dialectNamed, DIALECTS } from '@/lab/decoders/dialects.js'
export type { Advice } from '@/lab/experiments/frame/advice.js'
export type { Bench, Progress } from '@/lab/experiments/frame/bench.js'
export type { Expectation, Finding, Measure } from '@/lab/experiments/frame/expectation.js'
export { type Experiment, experiment, type Outcome, type Plan } from '@/lab/experiments/frame/experiment.js'
export type { Figure, FigureOf } from '@/lab/experiments/frame/figure.js'
export { type ExperimentReport, runExperiment, type RunOptions } from '@/lab/experiments/frame/runExperiment.js'
export { reportPage, reportsPage } from '@/lab/experiments/frame/html/reportPage.js'
export { reportText, type ReportStyle } from '@/lab/experiments/frame/text/reportText.js'
export { EXPERIMENTS } from '@/lab/experiments/experiments.js'
export { type DissectorPorts, KNOWN_PORTS, wiresharkDissector } from '@/lab/dissector/dissector.js'
export { bandwidth, type BandwidthOptions } from '@/lab/faults/bandwidth.js'
export { blackHole } from '@/lab/faults/blackHole.js'
export { corrupt, type CorruptOptions } from '@/lab/faults/corrupt.js'
export { dropOk } from '@/lab/faults/dropOk.js'
export { duplicateOk } from '@/lab/faults/duplicateOk.js'
export { down, type Fault, type Passage, up, type Way } from '@/lab/faults/fault.js'
export { FAULT_FORMS, type FaultForm, type Written } from '@/lab/faults/faultForms.js'
export { halfClose } from '@/lab/faults/halfClose.js'
export { latency, type LatencyOptions } from '@/lab/faults/latency.js'
export { limit } from '@/lab/faults/limit.js'
export type { OkOptions } from '@/lab/faults/okFault.js'
export { parseFault, parseFaults } from '@/lab/faults/parseFault.js'
export { cutPart, type Part } from '@/lab/faults/part.js'
export type { FramePlace, Place } from '@/lab/faults/place.js'
export { reset } from '@/lab/faults/reset.js'
export { slice, type SliceOptions } from '@/lab/faults/slice.js'
export { slowClose } from '@/lab/faults/slowClose.js'
export { stall, type StallOptions } from '@/lab/faults/stall.js'
export { tracePage, type TracePageOptions } from '@/lab/page/tracePage.js'
export { TRACE_TABLE_RANGES, TraceTable, type TraceTableLimits } from '@/lab/page/traceTable.js'
export { type Legs, Proxy, PROXY_RANGES, type ProxyEvent, type ProxyLimits, type ProxyOptions } from '@/lab/proxy.js'
export { type FaultyPair, faultyPair, faultyStream } from '@/lab/relay/faultyPair.js'
export { Relay, RELAY_RANGES, type RelayLimits, type RelayOptions } from '@/lab/relay/relay.js'
export type { Crossing, RelayEvent } from '@/lab/relay/relayEvent.js'
export { type Difference, differenceWords, type Ending } from '@/lab/replay/difference.js'
export { parseRecording, readRecording } from '@/lab/replay/readRecording.js'
export {
  type RecordedConversation,
  type RecordedStep,
  RECORDING_RANGES,
  type RecordingLimits,
} from '@/lab/replay/recording.js'
export { replayAt, replayOn, replayTo } from '@/lab/replay/replay.js'
export {
  type Pace,
  REPLAY_RANGES,
  type ReplayLimits,
  type ReplayOptions,
  type ReplayReport,
} from '@/lab/replay/replayOptions.js'
export { CoreTap } from '@/lab/trace/coreTap.js'
export { foundWhen } from '@/lab/trace/foundWhen.js'
export { Ladder, type LadderStyle, type Paint, type Rung, shownHex } from '@/lab/trace/ladder.js'
export { proxyTap } from '@/lab/trace/proxyTap.js'
export { rowFrom } from '@/lab/trace/rowFrom.js'
export { Timeline, TIMELINE_RANGES, type TimelineLimits } from '@/lab/trace/timeline.js'
export { Trace, type TraceOptions } from '@/lab/trace/trace.js'
export type { NoteKind, Spot, TraceEvent, TraceListener } from '@/lab/trace/traceEvent.js'
export { type RowStretch, type TraceRow, traceRow } from '@/lab/trace/traceRow.js'
export { type Field, type FieldForm, FILTER_PREFIX } from '@/lab/wire/field.js'
export { FIELDS, type Wire, type WireFamily, type WireFraming, WIRES } from '@/lab/wire/wires.js'
export type {
  Axis,
  Bar,
  BarChart,
  Cell,
  Column,
  Fact,
  LineChart,
  Markup,
  PercentileChart,
  Point,
  Series,
} from '@/pages/index.js'
