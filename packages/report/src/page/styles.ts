/** Colours of a page. Text has a contrast of at least 4.5:1 on `page` and `card`, marks of at least 3:1. */
export type Palette = Readonly<Record<keyof typeof light, string>>

/** Light palette, also used for print. */
export const light = {
  page: '#f5f6f8',
  card: '#ffffff',
  ink: '#17212b',
  soft: '#55616e',
  rule: '#d9dee4',
  grid: '#e6e9ee',
  edge: '#7c8792',
  best: '#e9f5ee',
  accent: '#0f6cad',
  calm: '#3f76a8',
  good: '#147a52',
  bad: '#b3261e',
  refused: '#96650b',
  queued: '#7f8a96',
  connect: '#a8620f',
  'first-byte': '#3f83bf',
  body: '#123f66',
}

/** Dark palette. */
export const dark: Palette = {
  page: '#0f1419',
  card: '#171d24',
  ink: '#e8edf2',
  soft: '#a3afbb',
  rule: '#313b46',
  grid: '#28313b',
  edge: '#7d8996',
  best: '#16302a',
  accent: '#5fb0ee',
  calm: '#5e9dd0',
  good: '#46be8c',
  bad: '#f5827a',
  refused: '#dba63f',
  queued: '#7f8b97',
  connect: '#d0914b',
  'first-byte': '#4c97d4',
  body: '#b9dcf7',
}

/** CSS custom properties of a palette. */
function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour};`)
    .join('')
}

/** Styles of everything but the plots, for screens from 320 pixels and for print. */
const layoutStyles: string = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main,footer{max-width:1168px;margin:0 auto;padding:0 24px}
header{padding:40px 0 8px}
h1,h2,h3,p,ul,dl,dd,figure{margin:0}
h1{font-size:17px;font-weight:600;line-height:1.4;overflow-wrap:anywhere}
h2{font-size:19px;font-weight:650;letter-spacing:-.01em;margin-bottom:14px}
h3{font-size:15px;font-weight:650;margin:18px 0 6px}
bdi{unicode-bidi:isolate}
code{font:.93em ui-monospace,"SF Mono","Cascadia Mono","DejaVu Sans Mono",Consolas,monospace;overflow-wrap:anywhere}
.kind{color:var(--soft);font-size:13.5px;margin-bottom:6px}
.verdict{font-size:clamp(28px,4.6vw,46px);font-weight:700;line-height:1.12;letter-spacing:-.022em;margin:18px 0 12px;text-wrap:balance;overflow-wrap:break-word}
.lead{max-width:76ch;font-size:16.5px}
.lead+.lead{margin-top:4px;color:var(--soft)}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:22px 24px 24px;margin:18px 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(148px,1fr));gap:1px;background:var(--card);border:1px solid var(--rule);border-radius:10px;overflow:hidden;margin:22px 0 18px}
.tiles>div{box-shadow:0 0 0 1px var(--rule);padding:14px 18px 15px}
dt{color:var(--soft);font-size:13.5px}
.value{font-size:25px;font-weight:650;letter-spacing:-.015em;line-height:1.25;font-variant-numeric:tabular-nums;margin-top:3px}
.note,.aside{color:var(--soft);font-size:13.5px}
.was{font-weight:500;color:var(--soft)}
.aside{max-width:80ch;margin-top:10px}
.aside.first{margin:0 0 12px;font-size:15px;color:var(--ink)}
.legend+figure{margin-top:26px}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:18px}
.pair>section{margin:0}
.pair.inner{gap:28px}
.pair+section,section+.pair{margin-top:18px}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:13.5px;padding-bottom:8px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;padding:0}
caption span{display:inline-block;position:sticky;left:0;max-width:min(76ch,100vw - 62px)}
th,td{padding:7px 10px;text-align:right;border-top:1px solid var(--rule);vertical-align:baseline;white-space:nowrap}
th:first-child{padding-left:0}
td:last-child,th:last-child{padding-right:8px}
thead th,thead th.bar{vertical-align:bottom;border-top:0;color:var(--soft);font-weight:550;font-size:13px;white-space:normal;vertical-align:bottom;overflow-wrap:normal}
tbody th{font-weight:500}
th.text,td.text{text-align:left;white-space:normal;min-width:9em}
th.text:has(code){min-width:14.2em}
th:first-child{position:sticky;left:0;background:var(--card)}
td.bar,th.bar{width:30%;min-width:80px;vertical-align:middle}
th.bar{text-align:left}
tr.best>*{background:var(--best);font-weight:650}
tr.best>:first-child{box-shadow:-10px 0 var(--best),inset 3px 0 var(--good);padding-left:10px}
.badge{display:inline-block;border:1px solid var(--good);color:var(--good);border-radius:99px;font-size:12px;font-weight:650;line-height:1.35;padding:0 7px;margin-left:6px;white-space:nowrap}
.range{display:block;color:var(--soft);font-size:12.5px;font-weight:400}
.list{padding-left:1.2em}
.list li{margin:3px 0}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent);font-size:13.5px;width:fit-content}
details>.scroll{margin-top:10px;max-height:420px;overflow:auto}
.meaning{display:grid;grid-template-columns:minmax(110px,max-content) 1fr;gap:6px 20px;font-size:14px}
.meaning dt{color:var(--ink);font-weight:600;font-size:14px}
.meaning dd{color:var(--soft);max-width:76ch}
footer{color:var(--soft);font-size:13px;padding-top:6px;padding-bottom:36px}
@media screen and (max-width:860px){.pair{grid-template-columns:minmax(0,1fr)}}
@media screen and (max-width:560px){
main,footer{padding-left:14px;padding-right:14px}
header{padding-top:24px}
section{padding:16px 14px 18px}
.scroll{max-width:none;margin-right:-14px;padding-right:14px}
td.bar,th.bar{min-width:56px}
.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}
.tiles>div{padding:11px 13px 12px}
.value{font-size:20px}
.meaning{grid-template-columns:1fr;gap:0}
.meaning dd{margin-bottom:8px}
}
@media print{
body{background:#fff;font-size:10.5pt}
main,footer{max-width:none;padding:0}
header{padding-top:0}
section{border:0;border-top:1px solid var(--rule);border-radius:0;padding:12px 0;margin:10px 0}
.tiles{break-inside:avoid}
tr,figure,.drawn{break-inside:avoid}
h2,figcaption{break-after:avoid}
.scroll,details>.scroll{overflow:visible;max-height:none}
th:first-child{position:static}
table{font-size:7.5pt}
caption span{position:static;max-width:none}
th,td{padding:4px 4px}
thead th,thead th.bar{font-size:7pt}
.range{font-size:6.5pt}
th.text,td.text{min-width:5em}
th.text:has(code){min-width:0}
.value{font-size:15pt}
.verdict{font-size:26pt}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`

/** Styles of the plots. Colours come from custom properties, so that plots follow the palette of the page. */
const plotStyles: string = `
.patterns{position:absolute}
.plot{display:block;width:100%;min-width:410px;max-width:640px;height:auto}
.plot.wide{min-width:820px;max-width:none}
.plot text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums;fill:var(--soft)}
.grid{stroke:var(--grid);stroke-width:1;fill:none}
.base{stroke:var(--edge);stroke-width:1;fill:none}
figcaption{font-size:14px;color:var(--soft);margin-bottom:10px;max-width:76ch}
figcaption strong{color:var(--ink);font-weight:650}
.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:3px 18px;margin-top:8px;font-size:13px;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:7px}
.legend svg{flex:none}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round;stroke-linecap:round}
.thin{stroke-width:1.6}
.main{stroke:var(--accent)}
.second{stroke:var(--connect);stroke-dasharray:7 4}
.ideal{stroke:var(--edge);stroke-width:1.6;stroke-dasharray:2 4}
.bound{stroke:var(--bad);stroke-width:1.6;stroke-dasharray:8 3 2 3}
.whisker{fill:none;stroke-width:1.5}
.point{fill:var(--accent);stroke:var(--card);stroke-width:1.5}
.second-point{fill:var(--connect);stroke:var(--card);stroke-width:1.5}
.auto{fill:var(--card);stroke:var(--good);stroke-width:2.4}
.auto-line{stroke:var(--good)}
.sequential{fill:var(--card);stroke:var(--edge);stroke-width:2}
.sequential-line{stroke:var(--edge)}
.spot path{stroke:var(--good);stroke-width:1.6;stroke-dasharray:5 4;fill:none}
.spot circle{fill:none;stroke:var(--good);stroke-width:2.4}
.plot .spot text{fill:var(--good);font-weight:650}
.queued{fill:var(--queued)}
.connect{fill:var(--connect)}
.first-byte{fill:var(--first-byte)}
.body{fill:url(#hatch-body)}
.body-ground{fill:var(--body)}
.body-stroke{stroke:var(--first-byte);stroke-width:2.4}
.backoff{fill:url(#hatch-backoff);stroke:var(--refused);stroke-width:.7}
.backoff-stroke{stroke:var(--refused);stroke-width:2.2}
.cross{fill:none;stroke:var(--bad);stroke-width:1.8}
.succeeded{fill:var(--calm)}
.failed{fill:url(#hatch-failed)}
.failed-ground{fill:var(--card)}
.failed-stroke{stroke:var(--bad);stroke-width:9}
.refused{fill:url(#dots-refused)}
.legend .failed{stroke:var(--bad)}
.legend .refused{stroke:var(--refused)}
.refused-ground{fill:var(--card)}
.refused-dot{fill:var(--refused)}
.bar svg{display:block;width:100%;height:10px}
.heat{fill:var(--calm)}
.heat-1{fill-opacity:.14}
.heat-2{fill-opacity:.28}
.heat-3{fill-opacity:.45}
.heat-4{fill-opacity:.65}
.heat-5{fill-opacity:.9}
.track{fill:var(--grid)}
.fill.calm{fill:var(--calm)}
.fill.good{fill:var(--good)}
.fill.bad{fill:var(--bad)}
.fill.refused{fill:var(--refused)}
@media print{.plot,.plot.wide{min-width:0;max-width:100%}}
`

/** Style sheet of a page. */
export const styles: string = `
:root{color-scheme:light dark;${properties(light)}}
@media screen and (prefers-color-scheme:dark){:root{${properties(dark)}}}
${layoutStyles}${plotStyles}`
