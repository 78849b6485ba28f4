/** Below the ports that systems hand out by themselves. */
const FIRST = 20_000
const LAST = 32_000
let next = FIRST + (process.pid % 500) * 20

/**
 * A UDP port for the advertisements of one spec. All nodes of a machine hear every broadcast on their port, so specs
 * that run at once, in this process or another, must not share one.
 */
export const pnetPort = (): number => {
  next = next >= LAST ? FIRST : next + 1
  return next
}
