/** Where a hook waits until the spec lets it go on. */
export class Gate {
  /** Somebody waits at the gate, or has passed it. */
  readonly reached: Promise<void>
  readonly #opened: Promise<void>
  #reach: () => void = () => {}
  #open: () => void = () => {}

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#reach = resolve
    })
    this.#opened = new Promise((resolve) => {
      this.#open = resolve
    })
  }

  /** Waits until the gate is open; from then on it stays open. */
  pass(): Promise<void> {
    this.#reach()
    return this.#opened
  }

  open(): void {
    this.#open()
  }
}
