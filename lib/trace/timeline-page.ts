import { overlap } from './overlap.js'
import { drawScript } from './timeline-draw.js'
import { inputScript } from './timeline-input.js'
import { type TimelineModel, timelineModel } from './timeline-model.js'
import { asRuns, type TimelineRun } from './timeline-run.js'
import { timelineStyle } from './timeline-style.js'
import type { Trace } from './trace.js'

export interface TimelinePageOptions {
  /** Default: 'heddle timeline'. */
  readonly title?: string
  /** A line under the title: what was traced, and where. */
  readonly subtitle?: string
}

/**
 * One HTML page that shows a trace, or several runs of the same work one below the other on one time scale. The page is
 * a single file that loads nothing: it can be mailed, kept as a build artifact, or opened where there is no network.
 */
export function timelinePage(
  trace: Trace | readonly TimelineRun[],
  options: TimelinePageOptions = {},
): string {
  const runs = asRuns(trace)
  const model = timelineModel(runs)
  const title = options.title ?? 'heddle timeline'
  const subtitle = options.subtitle ? `<p>${escapeHtml(options.subtitle)}</p>` : ''
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${timelineStyle}</style>
</head>
<body>
<main>
<header>
<div><h1>${escapeHtml(title)}</h1>${subtitle}</div>
<div class="headline">${headline(runs)}</div>
</header>
<div class="tools">
${legend(model)}
<span class="keys">scroll or + − to zoom, drag or ← → to move, double-click for all</span>
<span><button data-do="in" aria-label="Zoom in">+</button> <button data-do="out" aria-label="Zoom out">−</button>
<button data-do="all">All</button></span>
</div>
${runs.map(panel).join('\n')}
<footer>Overlap: of the time in which anything ran, the share in which two or more lanes were busy at once.</footer>
</main>
<div id="tip" hidden></div>
<script type="application/json" id="model">${inertJson(model)}</script>
<script>(() => {
'use strict'
${drawScript}${inputScript}})()</script>
</body>
</html>
`
}

/** The comparison in two figures; a single trace gets its overlap alone. */
function headline(runs: readonly TimelineRun[]): string {
  const first = runs[0]
  const last = runs.at(-1)
  if (!first || !last) return ''
  const share = figure(percent(overlap(last.trace).share), 'of busy time overlapped', 'together')
  if (first === last || last.trace.duration === 0) return share
  const times = first.trace.duration / last.trace.duration
  return figure(`${times.toFixed(2)} ×`, `the speed of “${first.title}”`) + share
}

function figure(value: string, caption: string, kind = ''): string {
  return `<div class="figure"><b class="${kind}">${value}</b><span>${escapeHtml(caption)}</span></div>`
}

function legend({ lanes }: TimelineModel): string {
  const items = lanes.map(({ title, color }) => key(color, title))
  items.push(key('--alone', 'one lane busy'), key('--together', 'two or more'))
  return `<ul class="legend">${items.join('')}</ul>`
}

function key(color: string, text: string): string {
  return `<li><i style="background: var(${color})"></i>${escapeHtml(text)}</li>`
}

function panel({ title, note, trace }: TimelineRun, index: number): string {
  const facts = [
    ['wall', milliseconds(trace.duration)],
    ['overlap', percent(overlap(trace).share)],
    ['spans', trace.spans.length.toLocaleString('en')],
  ]
  const list = facts.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')
  return `<section>
<div><h2>${escapeHtml(title)}</h2>${note ? `<p>${escapeHtml(note)}</p>` : ''}<dl>${list}</dl></div>
<canvas data-run="${index}" role="img" aria-label="${escapeHtml(`Timeline of ${title}`)}"></canvas>
</section>`
}

function milliseconds(time: number): string {
  return time < 1000 ? `${time.toFixed(1)} ms` : `${(time / 1000).toFixed(2)} s`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** JSON that cannot end the script element it stands in, whatever a span is called. */
function inertJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c')
}
