/**
 * The drawing half of the page's script: each run on a canvas, all of them in one shared view. Text that runs in the
 * reader's browser, with no build step of its own, so it is plain JavaScript that keeps to what every browser has.
 * A canvas, because a trace may hold more spans than a page can hold elements.
 */
export const drawScript = `
  const model = JSON.parse(document.getElementById('model').textContent)
  const tip = document.getElementById('tip')
  const whole = model.duration > 0 ? model.duration * 1.03 : 1
  const shortest = Math.min(whole, 0.002)
  const view = { from: 0, span: whole }
  const gutter = 128, top = 22, gap = 12, strip = 40
  let pointer = null, queued = false

  // A lane is as tall in every run as its busiest run needs; a run with fewer rows there gets taller ones.
  const places = []
  let y = top + 6
  model.lanes.forEach((lane, place) => {
    const rows = Math.max(1, ...model.runs.map((run) => run.lanes[place].rows.length))
    const height = rows === 1 ? 26 : rows * Math.max(2, Math.min(15, Math.floor(120 / rows)))
    places.push({ y, height })
    y += height + gap
  })
  const rowsIn = (run, place) => {
    const rows = Math.max(1, run.lanes[place].rows.length)
    const { y, height } = places[place]
    const each = Math.min(26, height / rows)
    return { y: y + (height - each * rows) / 2, each }
  }
  const stripTop = y
  const total = y + strip + 8

  const panels = [...document.querySelectorAll('canvas')].map((canvas) => {
    canvas.style.height = total + 'px'
    return { canvas, ink: canvas.getContext('2d'), run: model.runs[canvas.dataset.run], width: 0 }
  })

  const time = (ms, step) => {
    if (step >= 1000) return (ms / 1000).toFixed(0) + ' s'
    if (step < 0.01) return (ms * 1000).toFixed(step < 0.001 ? 1 : 0) + ' µs'
    return ms.toFixed(step < 0.1 ? 2 : step < 1 ? 1 : 0) + ' ms'
  }
  const exact = (ms) => ms < 1 ? (ms * 1000).toFixed(1) + ' µs' : ms < 1000 ? ms.toFixed(2) + ' ms' : (ms / 1000).toFixed(3) + ' s'
  const size = (bytes) => bytes < 1024 ? bytes + ' B'
    : bytes < 1048576 ? (bytes / 1024).toFixed(1) + ' KiB' : (bytes / 1048576).toFixed(2) + ' MiB'
  const niceStep = (least) => {
    const power = 10 ** Math.floor(Math.log10(least))
    return power * [1, 2, 5, 10].find((factor) => factor * power >= least)
  }
  const shortened = (ink, text) => {
    const fits = (end) => ink.measureText(text.slice(0, end) + '…').width <= gutter - 8
    if (ink.measureText(text).width <= gutter - 8) return text
    let end = text.length - 1
    while (end > 1 && !fits(end)) end--
    return text.slice(0, end) + '…'
  }

  const draw = () => {
    queued = false
    const css = getComputedStyle(document.documentElement)
    const paint = (name) => css.getPropertyValue(name).trim()
    const family = getComputedStyle(document.body).fontFamily
    const ratio = window.devicePixelRatio || 1
    for (const panel of panels) {
      const { canvas, ink, run } = panel
      panel.width = canvas.clientWidth
      canvas.width = Math.round(panel.width * ratio)
      canvas.height = Math.round(total * ratio)
      ink.setTransform(ratio, 0, 0, ratio, 0, 0)
      const right = panel.width, plot = right - gutter
      const x = (ms) => gutter + (ms - view.from) / view.span * plot
      const write = (text, at, line, style, color, align) => {
        ink.font = style + ' ' + family
        ink.fillStyle = color
        ink.textAlign = align || 'left'
        ink.fillText(text, at, line)
      }
      ink.textBaseline = 'middle'

      const step = niceStep(view.span / plot * 90)
      for (let n = Math.ceil(view.from / step); n * step <= view.from + view.span; n++) {
        const at = Math.round(x(n * step)) + 0.5
        ink.fillStyle = paint('--grid')
        ink.fillRect(at - 0.5, top - 4, 1, total)
        if (at < right - 24) write(time(n * step, step), at, 9, '11px', paint('--soft'), n === 0 ? 'left' : 'center')
      }

      model.lanes.forEach((lane, place) => {
        const { y, height } = places[place]
        const middle = y + height / 2
        const { share } = run.lanes[place]
        ink.font = '600 12.5px ' + family
        write(shortened(ink, lane.title), 0, middle - 7, '600 12.5px', paint('--ink'))
        write((share * 100).toFixed(share < 0.1 ? 1 : 0) + ' % busy', 0, middle + 8, '11px', paint('--soft'))
        ink.fillStyle = paint('--line')
        ink.fillRect(0, y + height + gap / 2 - 0.5, right, 1)
      })
      const middle = stripTop + strip / 2
      write('Lanes busy', 0, middle - 7, '600 12.5px', paint('--ink'))
      write('at the same time', 0, middle + 8, '11px', paint('--soft'))

      ink.save()
      ink.beginPath()
      ink.rect(gutter, 0, plot, total)
      ink.clip()
      model.lanes.forEach((lane, place) => {
        const { y, each } = rowsIn(run, place)
        const color = paint(lane.color)
        run.lanes[place].rows.forEach((row, line) => {
          let drawnTo = -1
          for (let i = 0; i < row.length; i += 4) {
            const from = x(row[i + 1]), to = x(row[i + 1] + row[i + 2])
            if (to < gutter) continue
            if (from > right) break
            // Never thinner than can be seen; spans that fall on a pixel already drawn are skipped.
            const end = Math.max(to - (to - from > 4 ? 1 : 0), from + 1.5)
            if (end <= drawnTo + 0.25) continue
            drawnTo = end
            ink.fillStyle = color
            const room = end - from, tall = Math.max(1.5, each - (each > 5 ? 2 : 0.5))
            ink.beginPath()
            ink.roundRect(from, y + line * each, room, tall, Math.min(3, room / 3, tall / 3))
            ink.fill()
            if (tall < 11 || room < 56) continue
            const name = model.names[row[i]], left = Math.max(from, gutter)
            ink.font = '600 11px ' + family
            if (ink.measureText(name).width + 8 <= end - left)
              write(name, left + 5, y + line * each + tall / 2 + 0.5, '600 11px', paint('--on-bar'))
          }
        })
      })

      // Level by level, not stretch by stretch: one long rectangle has no seams where two short ones would.
      const most = Math.max(2, model.lanes.length), each = strip / most
      const level = (least, count, color) => {
        ink.fillStyle = paint(color)
        for (let i = 0; i < run.busy.length; i += 3) {
          if (run.busy[i + 2] < least) continue
          const from = run.busy[i]
          while (run.busy[i + 3] === run.busy[i + 1] && run.busy[i + 5] >= least) i += 3
          const left = x(from), end = x(run.busy[i + 1])
          if (end > gutter && left < right) ink.fillRect(left, stripTop + strip - each * count, end - left, each * count)
        }
      }
      level(1, 1, '--alone')
      for (let lanes = 2; lanes <= most; lanes++) level(lanes, lanes, '--together')

      const flag = (at, line, label) => {
        ink.font = '600 11.5px ' + family
        const wide = ink.measureText(label).width + 14
        const left = at + wide < right ? at : at - wide
        ink.fillStyle = paint('--ink')
        ink.beginPath()
        ink.roundRect(left, line, wide, 19, 4)
        ink.fill()
        write(label, left + 7, line + 10, '600 11.5px', paint('--card'))
      }
      flag(x(run.duration), stripTop - 2, exact(run.duration))
      ink.fillStyle = paint('--ink')
      ink.fillRect(x(run.duration), top - 2, 1.5, total)
      if (pointer) {
        ink.globalAlpha = 0.5
        ink.fillRect(pointer.x, top - 4, 1, total)
        ink.globalAlpha = 1
        flag(pointer.x, 0, exact(view.from + (pointer.x - gutter) / plot * view.span))
      }
      ink.restore()
    }
  }
  const redraw = () => {
    if (!queued) requestAnimationFrame(draw)
    queued = true
  }
`
