/** Everything but the drawings: from 320 pixels to paper. */
export const layoutStyles: string = `
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
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(168px,1fr));gap:1px;background:var(--card);border:1px solid var(--rule);border-radius:10px;overflow:hidden;margin:22px 0 18px}
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
