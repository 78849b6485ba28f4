/** Measures, and compares with what was promised: `npm run bench -- --help` says how. */
import { codecs } from './codecs.js'
import { runBenchmarks } from './harness/commandLine.js'
import { huge } from './huge.js'
import { idle } from './idle.js'
import { large } from './large.js'
import { pipelined64 } from './pipelined64.js'
import { pnet } from './pnet.js'
import { strict64 } from './strict64.js'

process.exitCode = await runBenchmarks(
  [strict64, pipelined64, large, huge, idle, codecs, pnet],
  process.argv.slice(2),
  process,
)
