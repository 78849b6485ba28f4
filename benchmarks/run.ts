/** Measures, and compares with what was promised: `npm run bench -- --help` says how. */
import { runBenchmarks } from './commandLine.js'
import { QUESTIONS } from './questions.js'

process.exitCode = await runBenchmarks(QUESTIONS, process.argv.slice(2), process)
