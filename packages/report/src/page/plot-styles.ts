/** The drawings. Colours come from custom properties, so that a drawing follows the page. */
export const plotStyles: string = `
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
.track{fill:var(--grid)}
.fill.calm{fill:var(--calm)}
.fill.good{fill:var(--good)}
.fill.bad{fill:var(--bad)}
.fill.refused{fill:var(--refused)}
@media print{.plot,.plot.wide{min-width:0;max-width:100%}}
`
