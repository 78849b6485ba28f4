/**
 * The bytes of one notification, in memory or in a file, for as many readers as there are. It is held until as many
 * have released as have retained, its maker included.
 */
export interface Body {
  /** Bytes. */
  readonly size: number
  /** SHA-512 of the bytes, 64 bytes. */
  readonly digest: Buffer
  /** All bytes, when they are in memory; not to be changed. */
  readonly bytes: Buffer | undefined
  /** Bytes from `at` on, exactly `length` of them. @throws TransportError BODY_FAILED when the file cannot be read */
  read(at: number, length: number): Buffer | Promise<Buffer>
  /** One reader more. */
  retain(): void
  /** One reader less; the last one frees what the body holds. */
  release(): void
}
