/** Text of another program, with nothing in it that could move the cursor or hide the line. */
export const plainText = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
