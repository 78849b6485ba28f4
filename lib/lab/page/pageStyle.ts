/** How the page of a timeline looks, beside what all pages have in common. It fills the window and no more. */
export const TRACE_STYLE = `
:root{--kind-opening:var(--s5);--kind-length:var(--s0);--kind-answer:var(--s2);--kind-payload:var(--s1);
--kind-delimiter:var(--s3);--kind-bytes:var(--s7);--kind-notes:var(--s4);--kind-faults:var(--s6);
--kind-ends:var(--soft)}
[data-kind=opening]{--kind:var(--kind-opening)}
[data-kind=length]{--kind:var(--kind-length)}
[data-kind=answer]{--kind:var(--kind-answer)}
[data-kind=payload]{--kind:var(--kind-payload)}
[data-kind=delimiter]{--kind:var(--kind-delimiter)}
[data-kind=bytes]{--kind:var(--kind-bytes)}
[data-kind=notes]{--kind:var(--kind-notes)}
[data-kind=faults]{--kind:var(--kind-faults)}
[data-kind=ends]{--kind:var(--kind-ends)}
html,body{height:100%}
body{display:flex;flex-direction:column;overflow:hidden;font-size:15px}
header,main{max-width:none;width:100%;padding:0 1rem}
header{padding-top:.6rem;align-items:center}
h1{font-size:1.15rem;overflow-wrap:anywhere}
main{flex:1;min-height:0;display:flex;flex-direction:column;padding-bottom:.6rem}
main h2{position:absolute;left:-999rem}
main>section{flex:1;min-height:0;display:flex;flex-direction:column}
.lead{font-size:.9rem;margin:.1rem 0 .4rem;max-width:none}
.soft{color:var(--soft)}
.controls{display:flex;flex-wrap:wrap;gap:.35rem .7rem;align-items:center;font-size:.88rem}
.controls fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.15rem .7rem;min-width:0}
.controls legend{float:left;padding:0 .8rem 0 0;color:var(--soft)}
.controls label{display:inline-flex;gap:.35rem;align-items:center;white-space:nowrap}
.controls label[hidden]{display:none}
.controls small{font-size:12px;color:var(--soft);font-variant-numeric:tabular-nums}
.controls input[type=checkbox]{margin:0;accent-color:var(--kind,var(--link))}
.swatch{width:.8em;height:.8em;border-radius:2px;background:var(--kind)}
.controls input[type=search],.controls input[type=text]{font:inherit;color:inherit;background:var(--raised);
border:1px solid var(--soft);border-radius:6px;padding:.15rem .5rem;min-width:0}
#search{width:10rem}
#conversation{width:5.5rem}
.controls button{font-size:.88rem;padding:.15rem .6rem}
.controls button[aria-pressed=true]{background:var(--link);border-color:var(--link);color:var(--page)}
.group{display:inline-flex;gap:.25rem}
#status{margin:.25rem 0;min-height:1.4em;font-size:.88rem;color:var(--soft);max-width:none;font-variant-numeric:tabular-nums}
.desk{flex:1;min-height:0;display:grid;gap:0 .75rem;
grid-template:auto minmax(0,1fr)/2.75rem minmax(18rem,5fr) minmax(20rem,6fr) minmax(16rem,20rem)}
.ends{grid-column:2;display:flex;justify-content:space-between;gap:1rem;font-size:.85rem;font-weight:600;min-width:0;height:1.7rem;
align-items:center}
.ends span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
#strip,#ladder{display:block;width:100%;height:100%;touch-action:none;border-radius:4px}
#strip{grid-area:2/1;cursor:ns-resize;background:var(--raised)}
#ladder{grid-area:2/2;cursor:grab}
#ladder:active{cursor:grabbing}
#list{grid-area:1/3/3/4;min-width:0;min-height:0;display:flex;flex-direction:column;overflow:hidden;border-radius:4px}
#list-body{flex:1;min-height:0;overflow:hidden;position:relative}
.line{display:grid;grid-template-columns:var(--columns);gap:0 .6rem;height:26px;align-items:center;padding:0 .4rem;
font:12.5px/26px ui-monospace,monospace;white-space:nowrap;border-left:4px solid var(--kind,transparent);
transform:translateY(var(--shift,0))}
.line[hidden]{display:none}
#list{--columns:10ch 9ch 1.5ch 26.5ch minmax(0,1fr)}
#list.numbered{--columns:4ch 10ch 9ch 1.5ch 26.5ch minmax(0,1fr)}
#list:not(.numbered) .number{display:none}
.head{color:var(--soft);border-bottom:1px solid var(--rule);height:1.7rem;transform:none;flex:none;font-family:system-ui,sans-serif}
.cell{overflow:hidden;text-overflow:ellipsis}
.number,.time,.apart{text-align:right;font-variant-numeric:tabular-nums}
.number,.apart{color:var(--soft)}
.digits{color:var(--kind)}
#list-body .line:hover{background:var(--raised)}
.line[aria-selected=true]{background:color-mix(in srgb,var(--link) 22%,transparent)!important}
.line.found .words{text-decoration:underline;text-decoration-color:var(--link);text-decoration-thickness:2px}
#details{grid-area:1/4/3/5;min-height:0;display:flex;flex-direction:column;border-left:1px solid var(--rule);padding-left:.9rem}
#details:not([data-open=true]){display:none}
.desk:not(:has(#details[data-open=true]))>#list{grid-column:3/5}
#details-body{overflow:auto;min-height:0}
#details h3{margin:.1rem 0 .3rem;font-size:1.05rem}
#details h4{margin:.8rem 0 .2rem;font-size:.9rem}
#details-close{display:none}
.meaning{margin:0 0 .5rem;overflow-wrap:anywhere}
.row-facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.1rem .8rem;margin:0;font-size:.88rem}
.row-facts dt{color:var(--soft)}
.row-facts dd{margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.stretches{list-style:none;margin:.6rem 0;padding:0;font-size:.88rem}
.stretches li{border-left:4px solid var(--kind);padding-left:.5rem;margin:.2rem 0;overflow-wrap:anywhere}
.dump{margin:0;font-size:12.5px;padding:.5rem .6rem}
.byte{color:var(--kind)}
#hint{position:fixed;z-index:2;max-width:min(26rem,calc(100vw - 1rem));background:var(--page);border:1px solid var(--soft);
border-radius:6px;padding:.35rem .6rem;font-size:.85rem;pointer-events:none;overflow-wrap:anywhere;box-shadow:0 2px 10px #0004}
#hint>*{display:block}
#hint code{font-size:12.5px}
#probe{display:none}
dialog{color:var(--ink);background:var(--page);border:1px solid var(--soft);border-radius:8px;max-width:min(34rem,calc(100vw - 2rem))}
dialog h2{position:static!important;margin-top:0;border:0;padding:0}
dialog dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.25rem 1rem;margin:0 0 1rem}
dialog dd{margin:0}
kbd{font:600 .9em ui-monospace,monospace;white-space:nowrap}
@media (max-width:1450px){
.desk{grid-template:auto minmax(0,1.25fr) minmax(0,1fr)/2.75rem minmax(16rem,3fr) minmax(0,4fr)}
#strip{grid-row:2/4}#ladder{grid-row:2/4}#list{grid-area:1/3/3/4;--columns:10ch 1.5ch 20ch minmax(0,1fr)}
#list.numbered{--columns:4ch 10ch 1.5ch 20ch minmax(0,1fr)}.apart{display:none}
.desk:not(:has(#details[data-open=true]))>#list{grid-column:3;grid-row:1/4}
#details{grid-area:3/3/4/4;border-left:0;border-top:1px solid var(--rule);padding:.4rem 0 0}}
@media (max-width:760px){
header,main{padding:0 .6rem}
h1{font-size:1rem}
.controls fieldset{flex-wrap:nowrap;overflow-x:auto;width:100%;scrollbar-width:thin}
.controls{gap:.3rem .5rem}
#search{flex:1;width:6rem}
.desk{grid-template:auto minmax(0,6fr) minmax(0,5fr)/2rem minmax(0,1fr);gap:0 .5rem}
#strip{grid-area:2/1}#ladder{grid-area:2/2}
.desk>#list,.desk:not(:has(#details[data-open=true]))>#list{grid-area:3/1/4/3;--columns:9ch 1.5ch minmax(0,1fr)}
.desk>#list.numbered{--columns:3.5ch 9ch 1.5ch minmax(0,1fr)!important}
.apart,.digits{display:none}
#details{position:fixed;inset:auto 0 0 0;max-height:55%;background:var(--page);border-top:1px solid var(--soft);padding:.5rem .6rem;
z-index:1;box-shadow:0 -2px 12px #0004}
#details-close{display:block;align-self:flex-end;position:absolute;top:.4rem;right:.6rem}}
`
