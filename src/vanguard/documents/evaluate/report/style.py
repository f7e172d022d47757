"""How the report looks.

It does not know what is in it. No font, picture or script comes from outside.
"""

CSS = """\
:root { color-scheme: light dark; --line: #d5d9de; --soft: #5d6673; --bad: #fbe0de; --bad-ink: #8f1d13;
  --good: #d9f2e0; --good-ink: #0f5a2a; --page: #ffffff; --ink: #1c2128; --band: #f5f7f9; }
@media (prefers-color-scheme: dark) { :root { --line: #3a414b; --soft: #9aa4b1; --bad: #56201c;
  --bad-ink: #ffc9c3; --good: #15402a; --good-ink: #b8f0cc; --page: #14181d; --ink: #e6eaef;
  --band: #1c2128; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 76rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; }
.soft, .cut { color: var(--soft); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .9rem; min-width: 9rem; }
.tile b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .3rem .6rem; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.n, th.n { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.failed td { background: var(--bad); color: var(--bad-ink); }
td.over { color: var(--bad-ink); background: var(--bad); }
article { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; overflow: hidden; }
article > header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: .6rem .9rem;
  background: var(--band); border-bottom: 1px solid var(--line); align-items: baseline; }
.sides { display: grid; grid-template-columns: 1fr 1fr; }
.side { padding: .75rem .9rem; min-width: 0; overflow-wrap: anywhere; }
.side + .side { border-inline-start: 1px solid var(--line); }
.side h4 { margin: 0 0 .4rem; font-size: .8rem; color: var(--soft); font-weight: 600; }
.text { font: 18px/1.9 "Noto Naskh Arabic", "Amiri", "Scheherazade New", "Geeza Pro", "Arabic Typesetting",
  serif; max-height: 32rem; overflow-y: auto; }
.text[dir=ltr] { font: 15px/1.6 system-ui, sans-serif; }
del, ins { text-decoration: none; border-radius: .2rem; padding: 0 .1rem; }
del { background: var(--bad); color: var(--bad-ink); }
ins { background: var(--good); color: var(--good-ink); }
del b, ins b { font-weight: inherit; text-decoration: underline; text-decoration-thickness: 2px;
  text-underline-offset: .3em; }
@media (max-width: 50rem) { .sides { grid-template-columns: 1fr; }
  .side + .side { border-inline-start: 0; border-top: 1px solid var(--line); } }
"""
