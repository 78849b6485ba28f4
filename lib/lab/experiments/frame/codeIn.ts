/** The code that an attempt fails with, such as `ECONNREFUSED`. @param success what is said when it does not fail */
export const codeIn = async (attempt: Promise<unknown>, success = 'none'): Promise<string> => {
  try {
    await attempt
    return success
  } catch (error) {
    return codeOfError(error)
  }
}

/** The code of an error, or its words. */
export const codeOfError = (error: unknown): string => {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message
  return String(error)
}
