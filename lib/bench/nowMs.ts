/** Milliseconds on a clock that all processes of the machine share; only differences mean anything. */
export const nowMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e3 + nanoseconds / 1e6
}
