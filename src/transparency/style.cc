#include "transparency/page.h"

namespace concordat::transparency {

// Contrast of at least 7 to 1 (WCAG 2.2, level AAA) in light and dark; nothing is told by colour alone.
std::string Stylesheet() {
  return R"(:root { color-scheme: light dark; --ink: #14202b; --paper: #ffffff; --line: #8a97a3; --link: #0b3d75; --soft: #eef2f6; }
@media (prefers-color-scheme: dark) { :root { --ink: #eef2f6; --paper: #10171d; --line: #66727d; --link: #a9d1ff; --soft: #1b252e; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 1.05rem/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
a { color: var(--link); }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; background: var(--paper); padding: .5rem; }
nav { display: flex; flex-wrap: wrap; gap: 1.25rem; border-bottom: 1px solid var(--line); padding-bottom: .6rem; }
nav a:first-child { font-weight: 600; margin-right: auto; }
h1 { font-size: 1.7rem; line-height: 1.25; }
h2 { font-size: 1.3rem; margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
article { background: var(--soft); border-radius: .5rem; padding: .25rem 1rem .75rem; margin: 1rem 0; }
.state { display: inline-block; font-size: .85rem; font-weight: 600; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .6rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .5rem; } }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; display: block; overflow-x: auto; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid var(--line); }
tbody th { font-weight: 400; white-space: nowrap; }
input, button { font: inherit; padding: .45rem .7rem; border: 1px solid var(--line); border-radius: .3rem; color: inherit; background: var(--paper); }
button { background: var(--link); color: var(--paper); cursor: pointer; }
label { display: block; font-weight: 600; }
.problem, .said { border-left: .4rem solid var(--link); padding: .4rem .8rem; background: var(--soft); }
.id { font-family: ui-monospace, monospace; font-size: .9rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: .9rem; }
)";
}

}  // namespace concordat::transparency
