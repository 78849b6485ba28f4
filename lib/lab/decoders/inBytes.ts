/** `1 byte`, `2 bytes`. */
export const inBytes = (count: number): string => `${count} byte${count === 1 ? '' : 's'}`
