/** Which part of a track is seen: from `top` on, so much for each pixel. It never leaves the track by more than a margin. */
export class Viewport {
  /** In pixels. */
  height = 1
  top = 0
  perPx = 1
  #first = 0
  #last = 1
  #least = 1
  #most = 1
  #usual = 0

  get bottom(): number {
    return this.top + this.height * this.perPx
  }

  get middle(): number {
    return this.top + (this.height * this.perPx) / 2
  }

  /**
   * @param least how much a pixel shows at least, so how near one can come
   * @param usual how much it may show at any rate, even of a short track that then leaves room below
   */
  setTrack(first: number, last: number, least: number, usual = 0): void {
    this.#usual = usual
    this.#first = first
    this.#last = Math.max(last, first + least)
    this.#least = least
    this.#fit()
  }

  resize(height: number): void {
    this.height = Math.max(1, height)
    this.#fit()
  }

  pan(pixels: number): void {
    this.top += pixels * this.perPx
    this.#fit()
  }

  /** @param factor above 1 comes nearer @param y in pixels from the top: what is there stays there */
  zoom(factor: number, y = this.height / 2): void {
    const place = this.placeOf(y)
    this.perPx /= factor
    this.#limit()
    this.top = place - y * this.perPx
    this.#fit()
  }

  show(top: number, bottom: number): void {
    this.perPx = (bottom - top) / this.height
    this.#limit()
    this.top = (top + bottom - this.height * this.perPx) / 2
    this.#fit()
  }

  /** Begins at this place. */
  begin(place: number, perPx = this.perPx): void {
    this.perPx = perPx
    this.top = place - MARGIN_PX * perPx
    this.#fit()
  }

  showAll(): void {
    this.show(this.#first - MARGIN_PX * this.#most, this.#last + MARGIN_PX * this.#most)
  }

  /** Moves as little as it must to have this place in sight, with some room around it. */
  reveal(place: number): void {
    const room = Math.min(60, this.height / 4) * this.perPx
    if (place < this.top + room) this.top = place - room
    else if (place > this.bottom - room) this.top = place + room - this.height * this.perPx
    this.#fit()
  }

  yOf(place: number): number {
    return (place - this.top) / this.perPx
  }

  placeOf(y: number): number {
    return this.top + y * this.perPx
  }

  #limit(): void {
    this.#most = Math.max(
      this.#least,
      this.#usual,
      (this.#last - this.#first) / Math.max(1, this.height - 2 * MARGIN_PX),
    )
    this.perPx = Math.min(Math.max(this.perPx, this.#least), this.#most)
  }

  #fit(): void {
    this.#limit()
    const margin = MARGIN_PX * this.perPx
    const end = Math.max(this.#first - margin, this.#last + margin - this.height * this.perPx)
    this.top = Math.min(Math.max(this.top, this.#first - margin), end)
  }
}

export const MARGIN_PX = 12
