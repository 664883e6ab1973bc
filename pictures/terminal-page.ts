import { type Markup, markup, trusted } from '@sluice/report/markup'
import type { Span } from './terminal-screen.ts'

const styles = `
:root{--page:#fff;--ink:#1f2328;--soft:#59636e;--edge:#d1d9e0;--bar:#f6f8fa;--red:#cf222e;--green:#1a7f37;--yellow:#9a6700;--cyan:#1b7c83}
@media (prefers-color-scheme:dark){:root{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;--edge:#3d444d;--bar:#151b23;--red:#ff7b72;--green:#3fb950;--yellow:#d29922;--cyan:#39c5cf}}
body{margin:0;background:transparent}
main{display:inline-block;background:var(--page);color:var(--ink);border:1px solid var(--edge);border-radius:10px;overflow:hidden}
header{background:var(--bar);border-bottom:1px solid var(--edge);height:32px;display:flex;align-items:center;gap:8px;padding:0 14px}
header i{width:11px;height:11px;border-radius:50%;background:var(--edge)}
pre{margin:0;padding:14px 18px 18px;font:14px/1.5 "DejaVu Sans Mono",monospace}
.bold{font-weight:700}
.dim,.prompt{color:var(--soft)}
.red{color:var(--red)}
.green{color:var(--green)}
.yellow{color:var(--yellow)}
.cyan{color:var(--cyan)}
`

/** Page that shows a terminal: the command as it was typed, and the lines that it has written. */
export function terminalPage(command: string, lines: readonly (readonly Span[])[]): string {
  const spans = (line: readonly Span[]): Markup[] =>
    line.map(({ text, look }) => (look === '' ? markup`${text}` : markup`<span class="${look}">${text}</span>`))
  return markup`${trusted('<!DOCTYPE html>')}
<html lang="en"><head><meta charset="utf-8"><title>Terminal</title><style>${trusted(styles)}</style></head>
<body><main><header><i></i><i></i><i></i></header><pre><span class="prompt">$</span> <span class="bold">${command}</span>
${lines.map((line) => markup`${spans(line)}\n`)}</pre></main></body></html>
`.toString()
}
