/**
 * The other half of the page's script: zoom, movement and the tooltip. It follows `drawScript` in the same scope and
 * changes nothing but the shared view and the pointer.
 */
export const inputScript = `
  const show = (from, span) => {
    view.span = Math.min(whole, Math.max(shortest, span))
    view.from = Math.min(whole - view.span, Math.max(0, from))
    redraw()
  }
  const zoom = (factor, at) => {
    const span = Math.min(whole, Math.max(shortest, view.span * factor))
    show(at - (at - view.from) * span / view.span, span)
  }
  const middle = () => view.from + view.span / 2
  const acts = { in: () => zoom(0.6, middle()), out: () => zoom(1 / 0.6, middle()), all: () => show(0, whole) }

  // The span under the pointer, or the nearest one within three pixels: the smallest are hard to hit.
  const find = (run, ms, y) => {
    const place = places.findIndex((own) => y >= own.y - gap / 2 && y < own.y + own.height + gap / 2)
    if (place < 0) return
    const { rows } = run.lanes[place]
    if (rows.length === 0) return
    const laid = rowsIn(run, place)
    const line = Math.min(rows.length - 1, Math.max(0, Math.floor((y - laid.y) / laid.each)))
    const row = rows[line]
    let low = 0, high = row.length / 4
    while (low < high) {
      const half = (low + high) >> 1
      if (row[half * 4 + 1] <= ms) low = half + 1
      else high = half
    }
    let best, least = 3 * view.span / Math.max(1, panels[0].width - gutter)
    for (const i of [low - 1, low]) {
      if (i < 0 || i * 4 >= row.length) continue
      const [name, start, duration, bytes] = row.slice(i * 4, i * 4 + 4)
      const off = Math.max(start - ms, ms - start - duration, 0)
      if (off > least) continue
      least = off
      best = { place, name, start, duration, bytes }
    }
    return best
  }
  const line = (tag, text) => {
    const element = document.createElement(tag)
    element.textContent = text
    return element
  }
  const explain = (panel, event) => {
    const box = panel.canvas.getBoundingClientRect()
    const x = event.clientX - box.left
    if (x < gutter) return hide()
    pointer = { x }
    const ms = view.from + (x - gutter) / (box.width - gutter) * view.span
    const span = find(panel.run, ms, event.clientY - box.top)
    tip.hidden = !span
    if (!span) return
    const { place, name, start, duration, bytes } = span
    const rate = bytes > 0 && duration > 0 ? ' at ' + Math.round(bytes / duration / 1000).toLocaleString('en') + ' MB/s' : ''
    tip.replaceChildren(line('b', model.names[name]), line('span', model.lanes[place].title), document.createElement('br'),
      exact(duration) + ', from ' + exact(start))
    if (bytes >= 0) tip.append(document.createElement('br'), size(bytes) + rate)
    const { width, height } = tip.getBoundingClientRect()
    tip.style.left = Math.max(4, Math.min(innerWidth - width - 8, event.clientX + 14)) + 'px'
    tip.style.top = (event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18) + 'px'
  }
  const hide = () => {
    tip.hidden = true
    pointer = null
  }

  for (const panel of panels) {
    const { canvas } = panel
    const plot = () => Math.max(1, canvas.clientWidth - gutter)
    const timeAt = (event) => view.from + (event.clientX - canvas.getBoundingClientRect().left - gutter) / plot() * view.span
    let held
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault()
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
      if (sideways) show(view.from + (event.deltaX || event.deltaY) / plot() * view.span, view.span)
      else zoom(Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0025), timeAt(event))
      explain(panel, event)
    }, { passive: false })
    canvas.addEventListener('pointerdown', (event) => {
      held = { x: event.clientX, from: view.from }
      canvas.setPointerCapture(event.pointerId)
      canvas.classList.add('dragging')
    })
    canvas.addEventListener('pointermove', (event) => {
      if (held) show(held.from - (event.clientX - held.x) / plot() * view.span, view.span)
      explain(panel, event)
      redraw()
    })
    const release = () => {
      held = undefined
      canvas.classList.remove('dragging')
    }
    canvas.addEventListener('pointerup', release)
    canvas.addEventListener('pointercancel', release)
    canvas.addEventListener('pointerleave', () => { hide(); redraw() })
    canvas.addEventListener('dblclick', acts.all)
  }
  for (const button of document.querySelectorAll('[data-do]')) button.addEventListener('click', acts[button.dataset.do])
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const keys = {
      '+': acts.in, '=': acts.in, '-': acts.out, 0: acts.all,
      ArrowLeft: () => show(view.from - view.span * 0.15, view.span),
      ArrowRight: () => show(view.from + view.span * 0.15, view.span),
    }
    keys[event.key]?.()
  })
  addEventListener('resize', redraw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw)
  draw()
`
