import { type Markup, markup, trusted } from '@sluice/report/markup'
import { patterns, styles } from '@sluice/report/parts'

/** Styles of the elements that only live pages have. */
const ownStyles = `
#controls{display:flex;flex-wrap:wrap;gap:10px;align-items:center;margin:14px 0}
#controls[hidden],[hidden]{display:none}
button,input{font:inherit;color:var(--ink);background:var(--card);border:1px solid var(--edge);border-radius:8px;padding:6px 14px}
button{cursor:pointer}
button.link{border:0;background:none;padding:0;color:var(--accent);text-align:left;overflow-wrap:anywhere}
button.small{padding:2px 10px;font-size:13px}
.cursor{stroke:var(--ink);stroke-width:1;fill:none;pointer-events:none}
.selection{fill:var(--accent);fill-opacity:.2;pointer-events:none}
svg[data-time]{cursor:crosshair;user-select:none}
#time{margin:-8px 0 18px}
#time-values{min-height:1.5em;color:var(--ink);font-variant-numeric:tabular-nums;max-width:none}
dialog{max-width:min(900px,94vw);width:100%;border:1px solid var(--edge);border-radius:10px;background:var(--card);color:var(--ink);padding:22px 24px}
dialog::backdrop{background:rgb(0 0 0/.5)}
.buttons{display:flex;gap:10px;justify-content:flex-end;margin-top:18px}
.check{display:flex;gap:6px;align-items:center}
#find{flex-wrap:wrap}
#runs-text,#find input[type=search]{width:14em;max-width:100%}
#find input[type=checkbox]{width:auto}
#more{margin-top:12px}
button:focus-visible,input:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
input{width:6.5em}
form{display:flex;gap:8px;align-items:center}
#connection{color:var(--bad)}
#connection.calm{color:var(--soft)}
header:has(#controls){padding-bottom:0}
main>.pair{margin:18px 0}
main>.pair:not(:has(section)){display:none}
.half>section{margin:0;height:100%}
main>.half{margin:18px 0}
.half:empty{display:none}
progress{appearance:none;width:7em;height:8px;vertical-align:middle;border:0;border-radius:4px;overflow:hidden;background:var(--rule)}
progress::-webkit-progress-bar{background:var(--rule)}
progress::-webkit-progress-value{background:var(--accent)}
progress::-moz-progress-bar{background:var(--accent)}
#share progress{display:block;width:100%;margin:0 0 14px}
a{color:var(--accent)}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
`

/** Style sheet of the page. */
export const pageStyles: string = styles + ownStyles

/** Content of a page: one run, the runs of a store, or a gateway. */
export type PageKind = 'run' | 'runs' | 'gateway'

/**
 * Document of a page: empty elements that the script fills, so it is the same for every run. `isListed` adds a link to
 * the list.
 */
export function pageShell(kind: PageKind, isListed: boolean): string {
  return markup`${trusted('<!DOCTYPE html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Sluice</title>
<link rel="stylesheet" href="page.css">
<link rel="icon" href="data:,">
<script type="module" src="page.js"></script>
</head>
<body>
${patterns}
<main>
${kind === 'run' ? runParts(isListed) : kind === 'runs' ? listParts() : gatewayParts()}</main>
<footer><p>${isListed || kind === 'runs' ? 'This page is served from the store of the runs.' : `This page is served by the ${kind} itself, and ends with it.`}</p></footer>
</body>
</html>
`.toString()
}

const slot = (id: string): Markup => markup`<div id="${id}" class="half"></div>\n`

function listParts(): Markup {
  return markup`<header>
<p class="kind">Sluice · runs of a store</p>
<h1 id="title"></h1>
<p class="verdict" id="verdict"></p>
<p id="connection" role="status"></p>
</header>
<div id="tiles"></div>
<p class="filter"><label for="runs-text">Filter by name or state</label> <input id="runs-text" type="search" maxlength="200"> <span id="runs-note" class="aside" role="status"></span></p>
${slot('runs')}${slot('workers')}`
}

function gatewayParts(): Markup {
  return markup`<header>
<p class="kind">Sluice · gateway</p>
<h1 id="title"></h1>
<p class="verdict" id="verdict"></p>
<p id="connection" role="status"></p>
</header>
<div id="tiles"></div>
${slot('upstreams')}${slot('callers')}<div class="pair">${slot('statuses')}${slot('refused')}</div>`
}

function runParts(isListed: boolean): Markup {
  return markup`<header>
<p class="kind">Sluice · ${isListed ? markup`<a href="../../">all runs</a>` : 'live run'}</p>
<h1 id="title"></h1>
<p class="verdict" id="verdict"></p>
<div id="share"></div>
<div id="lead"></div>
<div id="controls" role="group" aria-label="Controls of the run">
<button id="pause" type="button" data-action="pause">Pause</button>
<button id="continue" type="button" data-action="continue" hidden>Continue</button>
<form id="concurrency-form"><label for="concurrency">In flight at most</label><input id="concurrency" type="number" min="1" max="100000" required><button type="submit">Set</button></form>
<form id="rate-form"><label for="rate">Rate</label><input id="rate" type="text" placeholder="50/s" maxlength="40" required><button type="submit">Set</button></form>
<form id="priority-form" hidden><label for="priority">Priority</label><input id="priority" type="number" min="-1000" max="1000" required><button type="submit">Set</button></form>
<button id="stop" type="button" data-action="stop">Stop</button>
<button id="retry" type="button" data-retry="all" hidden>Retry failures</button>
</div>
<p><button id="save" type="button">Save this page</button></p>
<p id="connection" role="status"></p>
</header>
<div id="tiles"></div>
${slot('waits')}${slot('series')}<div id="time" hidden><p class="aside" id="time-values" aria-live="polite"></p>
<p class="aside">Plots over time: point for values, drag to zoom, double click or Escape for the whole run. Keys in a plot: arrows, + and −.
<button id="zoom-in" type="button" class="small">Zoom in</button> <button id="zoom-out" type="button" class="small">Zoom out</button> <button id="zoom-all" type="button" class="small" hidden>Whole run</button></p></div>
<div class="pair">${slot('flights')}${slot('hosts')}</div>
${slot('workers')}${slot('errors')}<div class="pair">${slot('statuses')}${slot('times')}</div>
${slot('open')}${slot('failures')}${findParts(isListed)}${slot('recent')}${slot('slowest')}${slot('changes')}${slot('settings')}`
}

/** Search over the calls: of a stored run all, of a live one those that its process keeps. */
function findParts(isListed: boolean): Markup {
  const what = isListed
    ? 'all calls of this run'
    : 'the last 1,000 calls (of a fast run one in 10 ms, and one failure), the last failures and the slowest calls'
  return markup`<section id="calls"><h2>Find calls</h2>
<form id="find"${isListed ? undefined : markup` data-live="1"`}>
<label for="find-text">Text in URL or id</label><input id="find-text" name="text" type="search" maxlength="200">
<label for="find-ending">Status or code</label><input id="find-ending" name="ending" type="search" maxlength="300" placeholder="503, 4xx">
<label class="check"><input name="failed" type="checkbox" value="1">Failed only</label>
<button type="submit">Find</button>
</form>
<p class="aside" id="found-note" role="status" aria-live="polite">Searches ${what}.</p>
<div id="found"></div>
<button id="more" type="button" hidden>More</button>
</section>
<dialog id="dialog" aria-labelledby="dialog-title"><h2 id="dialog-title"></h2>
<div id="dialog-content"></div>
<p class="buttons"><button id="dialog-do" type="button" hidden></button><button id="dialog-close" type="button">Close</button></p>
</dialog>
`
}
