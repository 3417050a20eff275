/** The page's style. Light or dark follows the reader's system; the script reads its colors from these variables. */
export const timelineStyle = `
:root {
  color-scheme: light dark;
  --paper: #faf9f6; --card: #ffffff; --ink: #1f1d1a; --soft: #6d6860; --line: #e6e2da; --grid: #efece5; --hover: #f3f0e9;
  --js: #e09112; --ring: #2f74e0; --copy: #8b54d6; --compute: #12956f; --on-bar: #ffffff;
  --other-0: #0e8fa8; --other-1: #c2487e; --other-2: #6f8f1f; --other-3: #64748b;
  --alone: #d8d3c8; --together: #e0466e;
  --shadow: 0 1px 2px rgb(60 50 30 / .06), 0 6px 24px rgb(60 50 30 / .06);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #131417; --card: #1b1d21; --ink: #eceae5; --soft: #9b978f; --line: #2d3036; --grid: #25282d; --hover: #24272c;
    --js: #f2b544; --ring: #69a2ff; --copy: #b78cff; --compute: #41cb9f; --on-bar: #14161a;
    --other-0: #4cc7dd; --other-1: #f184b2; --other-2: #b2cf5a; --other-3: #9aa8bb;
    --alone: #41454d; --together: #ff7595;
    --shadow: 0 1px 2px rgb(0 0 0 / .4);
  }
}
* { box-sizing: border-box }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
  font-variant-numeric: tabular-nums;
}
main { max-width: 1680px; margin: 0 auto; padding: 20px 28px 16px }
header { display: flex; flex-wrap: wrap; align-items: end; gap: 10px 32px; margin-bottom: 14px }
h1 { margin: 0; font-size: 22px; line-height: 1.2; font-weight: 650; letter-spacing: -.01em }
header p { margin: 4px 0 0; color: var(--soft) }
.headline { margin-left: auto; display: flex; gap: 28px }
.figure { text-align: right }
.figure b { display: block; font-size: 24px; line-height: 1.1; font-weight: 650; letter-spacing: -.02em }
.figure span { color: var(--soft); font-size: 12px }
.figure b.together { color: var(--together) }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; margin-bottom: 10px; font-size: 12px; color: var(--soft) }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0; padding: 0; list-style: none }
.legend i { display: inline-block; width: 11px; height: 11px; margin-right: 6px; border-radius: 3px; vertical-align: -1px }
.tools .keys { margin-left: auto }
.tools button {
  min-width: 28px; height: 26px; padding: 0 9px; border: 1px solid var(--line); border-radius: 7px;
  background: var(--card); color: var(--ink); font: inherit; cursor: pointer;
}
.tools button:hover { background: var(--hover) }
section {
  margin-bottom: 14px; padding: 12px 16px 4px; border: 1px solid var(--line); border-radius: 12px;
  background: var(--card); box-shadow: var(--shadow);
}
section > div { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-bottom: 4px }
h2 { margin: 0; font-size: 15px; font-weight: 650 }
section p { margin: 0; color: var(--soft); font-size: 13px }
dl { display: flex; gap: 16px; margin: 0 0 0 auto; font-size: 13px }
dl div { display: flex; gap: 6px }
dt { color: var(--soft) }
dd { margin: 0; font-weight: 600 }
canvas { display: block; width: 100%; touch-action: pan-y; cursor: grab; outline-offset: 4px }
canvas.dragging { cursor: grabbing }
#tip {
  position: fixed; z-index: 1; max-width: 360px; padding: 8px 11px; border: 1px solid var(--line); border-radius: 9px;
  background: var(--card); box-shadow: 0 4px 18px rgb(0 0 0 / .18); font-size: 12.5px; pointer-events: none;
}
#tip b { display: block }
#tip span { color: var(--soft) }
footer { color: var(--soft); font-size: 12px }
`
