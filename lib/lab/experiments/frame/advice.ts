/** What to do about it in a program of one's own. */
export interface Advice {
  readonly words: string
  /** A whole program in TypeScript, of a few lines; it compiles as it stands. */
  readonly code: string
}

/** This package, as a program imports it. Written out in a text, the build would take it for an import of its own. */
export const PACKAGE = 'framewright'
