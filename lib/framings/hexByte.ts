/** A byte as it is written here: two digits. */
export const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0')
