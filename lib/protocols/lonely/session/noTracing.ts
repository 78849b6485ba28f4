/** Messages of ours carry none. */
export const NO_TRACING = Buffer.alloc(0)
