/**
 * What every page does: the button changes the scheme, and charts show the values under the mouse or at the arrow keys.
 * Without it all the same is there to be read, in the tables.
 */
export const PAGE_SCRIPT = `'use strict'
{
  const root = document.documentElement
  const button = document.getElementById('scheme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  const dark = () => (root.dataset.scheme ?? (system.matches ? 'dark' : 'light')) === 'dark'
  const label = () => { button.textContent = dark() ? 'Light' : 'Dark' }
  button.setAttribute('aria-label', 'Change between light and dark')
  button.addEventListener('click', () => { root.dataset.scheme = dark() ? 'light' : 'dark'; label() })
  system.addEventListener('change', label)
  label()
  button.hidden = false
}
for (const plot of document.querySelectorAll('.plot[data-stops]')) {
  const figure = plot.closest('figure')
  const down = plot.dataset.along === 'down'
  const stops = plot.dataset.stops.split(';').map((places) => places.split(' ').map(Number))
  const drawings = [...plot.querySelectorAll('svg')]
  const [head, ...rows] = figure.querySelectorAll('tr')
  const names = [...head.cells].map((cell) => cell.textContent)
  const reading = figure.querySelector('.reading')
  const values = [...figure.querySelectorAll('.value')]
  let chosen
  const show = (row) => {
    rows[chosen]?.classList.remove('on')
    chosen = row
    rows[row]?.classList.add('on')
    const cells = [...(rows[row]?.cells ?? [])].map((cell) => cell.textContent)
    const told = cells.slice(1).map((text, index) => names[index + 1] + ': ' + text)
    values.forEach((value, index) => { value.textContent = cells[index + 1] ?? '' })
    const first = cells[0] === undefined ? '\\u00a0' : down ? cells[0] : names[0] + ': ' + cells[0]
    reading.textContent = values.length > 0 ? first : [first, ...told].join(', ')
    if (cells.length > 0) {
      plot.setAttribute('aria-valuenow', row + 1)
      plot.setAttribute('aria-valuetext', [first, ...told].join(', '))
    }
    drawings.forEach((drawing, index) => {
      const place = stops[index][row]
      const { width, height } = drawing.viewBox.baseVal
      const line = down ? 'M0 ' + place + 'H' + width : 'M' + place + ' 30V' + (height - 46)
      drawing.querySelector('.cursor').setAttribute('d', place === undefined ? '' : line)
    })
  }
  plot.addEventListener('pointermove', ({ clientX, clientY }) => {
    const index = drawings.findIndex((drawing) => drawing.getBoundingClientRect().width > 0)
    const box = drawings[index].getBoundingClientRect()
    const { width, height } = drawings[index].viewBox.baseVal
    const place = down ? ((clientY - box.top) / box.height) * height : ((clientX - box.left) / box.width) * width
    let nearest = 0
    stops[index].forEach((stop, row) => {
      if (Math.abs(stop - place) < Math.abs(stops[index][nearest] - place)) nearest = row
    })
    if (nearest !== chosen) show(nearest)
  })
  plot.addEventListener('pointerleave', () => { if (document.activeElement !== plot) show() })
  plot.addEventListener('blur', () => show())
  plot.addEventListener('keydown', (event) => {
    const last = rows.length - 1
    const at = chosen ?? -1
    const to = {
      ArrowRight: at + 1, ArrowDown: down ? at + 1 : at - 1, ArrowLeft: at - 1, ArrowUp: down ? at - 1 : at + 1,
      PageDown: at + 10, PageUp: at - 10, Home: 0, End: last,
    }[event.key]
    if (event.key === 'Escape') show()
    if (to === undefined) return
    event.preventDefault()
    show(Math.max(0, Math.min(last, to)))
  })
}
`
