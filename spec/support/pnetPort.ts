/** Below the ports that systems hand out by themselves. */
const FIRST = 20_000
const LAST = 32_000
/** Processes whose ports never meet; each worker of one run has a number. */
const PROCESSES = 8

const own = Number(process.env['MOCHA_WORKER_ID'] ?? process.pid) % PROCESSES
let next = FIRST + own

/**
 * A UDP port for the advertisements of one spec. All nodes of a machine hear every broadcast on their port, so specs
 * that run at once, in this process or another, must not share one.
 */
export const pnetPort = (): number => {
  next = next + PROCESSES > LAST ? FIRST + own : next + PROCESSES
  return next
}
