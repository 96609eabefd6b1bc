"""How the page of a report looks, on light and dark screens and on paper; knows no content."""

from __future__ import annotations

STYLE = """
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f24; --quiet: #57606a; --line: #d8dee4; --sunken: #eef1f4;
  --good: #116329; --good-soft: #dafbe1; --warn: #7d4e00; --warn-soft: #fff3c4; --bad: #a40e26; --bad-soft: #ffe3e6;
  --link: #0550ae; --bar-good: #1a7f37; --bar-warn: #bf8700; --bar-bad: #cf222e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --ink: #e6edf3; --quiet: #9da7b3; --line: #30363d; --sunken: #0d1117;
    --good: #56d364; --good-soft: #12261e; --warn: #e3b341; --warn-soft: #2b2111; --bad: #ff7b72; --bad-soft: #341a1d;
    --link: #79c0ff; --bar-good: #2ea043; --bar-warn: #bb8009; --bar-bad: #da3633;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.55;
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
main, header, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; display: flex; gap: 2rem; align-items: center; flex-wrap: wrap; }
header svg { flex: none; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
h3 { font-size: 1rem; margin: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem;
  margin: 1.25rem 0; }
p { margin: .4rem 0; }
.quiet, small { color: var(--quiet); }
a { color: var(--link); }
code { font: .88em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--sunken);
  border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--quiet); font-weight: 600; font-size: .85rem; }
tbody tr:last-child > * { border-bottom: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { display: block; min-width: 7rem; height: .55rem; border-radius: 9px; background: var(--sunken);
  margin-top: .5rem; overflow: hidden; border: 1px solid var(--line); }
.bar > i { display: block; height: 100%; }
.tag { display: inline-block; border-radius: 99px; padding: .05rem .6rem; font-size: .85rem; font-weight: 600;
  white-space: nowrap; }
.good { color: var(--good); background: var(--good-soft); } .bar > .good { background: var(--bar-good); }
.warn { color: var(--warn); background: var(--warn-soft); } .bar > .warn { background: var(--bar-warn); }
.bad { color: var(--bad); background: var(--bad-soft); } .bar > .bad { background: var(--bar-bad); }
.none { color: var(--quiet); background: var(--sunken); }
.ring-good { stroke: var(--bar-good); } .ring-warn { stroke: var(--bar-warn); } .ring-bad { stroke: var(--bar-bad); }
.ring-none { stroke: var(--quiet); } .ring-track { stroke: var(--line); } .ring-text { fill: var(--ink); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: .75rem; margin: 0; }
.facts div { background: var(--sunken); border-radius: 8px; padding: .6rem .8rem; }
.facts dt { color: var(--quiet); font-size: .85rem; } .facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.blocker { border-top: 1px solid var(--line); padding: .9rem 0; }
.blocker:first-of-type { border-top: 0; padding-top: 0; }
.blocker header { display: flex; gap: .6rem; align-items: baseline; padding: 0; margin: 0 0 .35rem;
  max-width: none; flex-wrap: wrap; }
.pairs { display: grid; grid-template-columns: 5.5rem 1fr; gap: .15rem .75rem; margin: 0; }
.pairs dt { color: var(--quiet); } .pairs dd { margin: 0; overflow-wrap: anywhere; }
.plain { list-style: none; padding: 0; margin: 0; } .plain li { margin: .15rem 0; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.25rem; }
details { border-top: 1px solid var(--line); padding: .55rem 0; } details:first-of-type { border-top: 0; }
summary { cursor: pointer; font-weight: 600; }
.control { padding: .5rem 0 .5rem 1rem; border-left: 3px solid var(--line); margin: .5rem 0; overflow-wrap: anywhere; }
.control ul { margin: .25rem 0 0; padding-left: 1.1rem; }
footer { padding-top: .5rem; padding-bottom: 3rem; }
@media (max-width: 40rem) {
  .pairs { grid-template-columns: 1fr; } .pairs dt { margin-top: .35rem; }
  .wide { display: none; } section { padding: 1rem; } header { gap: 1rem; }
}
@media print {
  :root { --page: #fff; --card: #fff; }
  section { break-inside: avoid; border: 0; padding: 0; } details > * { display: block; }
}
"""
