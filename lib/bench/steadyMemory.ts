/**
 * Keeps memory that has been freed in the process, where the C library is glibc. By default it may go back to the system
 * and come again, page by page, for every chunk that arrives: whether it does depends on what happens to lie behind it,
 * stays so for a while, and halves the rate of any contender.
 */
export const STEADY_MEMORY = { MALLOC_TRIM_THRESHOLD_: '1073741824', MALLOC_MMAP_THRESHOLD_: '33554432' }
