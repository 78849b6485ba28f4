/// <reference lib="dom" />

/** An element with a class and with children; text in it is text, whatever is in it. */
export const element = <Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] => {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.append(...children)
  return made
}

/** The element of the page with this id. @throws Error when the page has none of this kind */
export const elementOf = <Kind extends Element>(id: string, kind: new () => Kind): Kind => {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`the page has no ${id}`)
}

/** A canvas that is drawn on in CSS pixels, however many the screen has for each. */
export const drawingOn = (canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D => {
  const scale = devicePixelRatio
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)]
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
  }
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('this browser draws no pictures')
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  return context
}
