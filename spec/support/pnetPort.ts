let next = 42_100 + (process.pid % 500) * 20

/**
 * A UDP port for the advertisements of one spec. All nodes of a machine hear every broadcast on their port, so specs
 * that run at once, in this process or another, must not share one.
 */
export const pnetPort = (): number => {
  next = next >= 59_000 ? 42_100 : next + 1
  return next
}
