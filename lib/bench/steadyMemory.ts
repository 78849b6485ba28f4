/**
 * For processes whose speed is measured: memory is taken and given back as in a program of some size.
 * - Where the C library is glibc, memory that has been freed stays in the process. By default it may go back to the system
 *   and come again, page by page, for every chunk that arrives: whether it does depends on what happens to lie behind it,
 *   stays so for a while, and halves the rate of any contender.
 * - V8 lets its heap grow by so much before it collects what is old. With the few megabytes of a benchmark, a dozen
 *   megabytes of Buffers, which count as well, are above that: it then collects all the time, which makes a third fewer
 *   messages of 64 KiB, in some processes and not in others.
 */
export const STEADY_MEMORY = {
  env: { MALLOC_TRIM_THRESHOLD_: '1073741824', MALLOC_MMAP_THRESHOLD_: '33554432' },
  execArgv: ['--initial-old-space-size=256'],
}
