/** Colours of the series, for each scheme: told apart also by those who see few colours, and 3:1 against the page. */
export const SERIES_COLOURS: readonly (readonly [light: string, dark: string])[] = [
  ['#0068a8', '#56b4e9'],
  ['#c75000', '#e69f00'],
  ['#00795a', '#2cc295'],
  ['#b0417f', '#e58fc0'],
  ['#7a6400', '#f0e442'],
  ['#5b4bb5', '#a99cf5'],
  ['#a3222e', '#ff7a70'],
  ['#4d5358', '#c3c9d0'],
]

export const BACKGROUND = ['#ffffff', '#14171a'] as const

const colours = SERIES_COLOURS.map(([light, dark], index) => `--s${index}:light-dark(${light},${dark});`).join('')
const classes = SERIES_COLOURS.map((_, index) => `.s${index}{color:var(--s${index})}`).join('\n')

/** How every page looks. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:light-dark(${BACKGROUND[0]},${BACKGROUND[1]});--ink:light-dark(#1a1d20,#e6e9ec);
--soft:light-dark(#555c63,#a4adb5);--rule:light-dark(#d5d9dd,#363c42);--raised:light-dark(#f5f7f8,#1c2024);
--link:light-dark(#0058a0,#7cc4f5);--good:light-dark(#00694a,#3ecf9f);--bad:light-dark(#a3222e,#ff8f86);${colours}}
:root[data-scheme=light]{color-scheme:light}
:root[data-scheme=dark]{color-scheme:dark}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
header,main{max-width:96rem;margin:0 auto;padding:0 clamp(1rem,3vw,2.5rem)}
header{display:flex;gap:1rem;align-items:baseline;justify-content:space-between;padding-top:1.25rem}
main{padding-bottom:4rem}
h1{font-size:clamp(1.4rem,1.1rem + 1.4vw,2.1rem);line-height:1.2;margin:0}
h2{font-size:1.35rem;line-height:1.25;margin:2.75rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--rule)}
h3{font-size:1.05rem;margin:1.5rem 0 .4rem}
p,nav ol{max-width:46rem;margin:.5rem 0}
.lead{font-size:1.1rem;color:var(--soft)}
a{color:var(--link)}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.3rem .6rem;z-index:1}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
button{font:inherit;font-size:.9rem;color:var(--ink);background:var(--raised);border:1px solid var(--soft);
border-radius:6px;padding:.3rem .8rem;cursor:pointer}
code,pre{font:.9em/1.45 ui-monospace,monospace}
pre{overflow-x:auto;background:var(--raised);padding:.7rem 1rem;border-radius:6px}
nav ol{display:flex;flex-wrap:wrap;gap:.15rem 1.25rem;padding:0;list-style:none}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:.5rem 1.5rem;margin:1rem 0;
padding:.8rem 1rem;background:var(--raised);border-radius:8px}
.facts dt{font-size:.82rem;color:var(--soft)}
.facts dd{margin:0}
.scroll{overflow-x:auto;margin:.75rem 0;max-width:100%}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.25rem}
th,td{text-align:left;vertical-align:top;padding:.28rem .9rem .28rem 0;border-bottom:1px solid var(--rule)}
th{font-weight:500}
thead th{font-weight:600;border-bottom-color:var(--soft);vertical-align:bottom}
th+th,td{padding-left:.9rem;padding-right:0}
tbody th{min-width:8.5rem}
@media (max-width:30rem){tbody th{min-width:5.5rem}th,td{padding-right:.5rem}th+th,td{padding-left:.5rem}}
th.number,td.number{text-align:right;white-space:nowrap}
thead th.number{white-space:normal}
tr.on{background:var(--raised)}
.verdict{white-space:nowrap;font-weight:600}
.good{color:var(--good)}
.bad{color:var(--bad)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,36rem),1fr));gap:1rem 2.5rem}
.chart{container-type:inline-size;margin:1rem 0;max-width:56rem;min-width:0}
figcaption{font-weight:600;margin-bottom:.3rem}
figcaption small{display:block;font-weight:400;color:var(--soft)}
.plot{border-radius:6px;cursor:crosshair;touch-action:pan-y}
.plot svg{display:block;width:100%;height:auto;overflow:visible;font:13px system-ui,sans-serif}
.plot svg.narrow{display:none;max-width:32rem}
@container (max-width:34.9rem){.plot svg.wide{display:none}.plot svg.narrow{display:block}}
.plot text{fill:var(--ink)}
.plot .tick,.plot .axis{fill:var(--soft)}
.middle{text-anchor:middle}
.end{text-anchor:end}
.grid{stroke:var(--rule)}
.rule{stroke:var(--soft);fill:none}
.line{stroke:currentColor;stroke-width:2;fill:none;stroke-linejoin:round}
.d1 .line{stroke-dasharray:7 4}
.d2 .line{stroke-dasharray:2 4}
.band{fill:currentColor;opacity:.16}
.mark{fill:currentColor;stroke:var(--page)}
.bar{fill:currentColor;opacity:.85}
.spread{stroke:var(--ink);stroke-width:1.5;fill:none}
.cursor{stroke:var(--ink);stroke-dasharray:3 3;fill:none}
.reading{min-height:1.5em;margin:.1rem 0;font-size:.92rem;font-variant-numeric:tabular-nums;max-width:none}
.legend{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));gap:.1rem 1.25rem;list-style:none;
margin:0 0 .4rem;padding:0;font-size:.92rem}
.legend:empty{display:none}
.legend svg{width:26px;height:12px;overflow:visible}
.value{font-weight:600;font-variant-numeric:tabular-nums}
details{font-size:.95rem}
summary{cursor:pointer;color:var(--link);width:fit-content}
${classes}
@media print{button,nav,.skip{display:none}body{font-size:12px}}
`
