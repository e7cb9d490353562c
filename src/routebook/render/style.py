"""The one style sheet of every HTML view: JupyterLab's own variables first, our values where there are none.

Dark or light follows the notebook's theme where it says so (JupyterLab, VS Code, Colab), else the reader's system. The
selectors double their class (``.rb.rb``) to win over the notebook's styles for tables and headings.
"""

from __future__ import annotations

from routebook.render.palette import DARK, LIGHT

_MODELS = "".join(
    f".rb .rb-m{n}{{--c:light-dark({light},{dark})}}" for n, (light, dark) in enumerate(zip(LIGHT, DARK, strict=True))
)
_CSS = """
.rb{color-scheme:light dark;container-type:inline-size;
--ink:var(--jp-content-font-color1,light-dark(#1f2328,#e6e8eb));--soft:light-dark(#59636e,#a3acb5);
--line:var(--jp-border-color2,light-dark(#dfe3e8,#363c44));--bg:var(--jp-layout-color0,light-dark(#fff,#15181c));
--panel:light-dark(#f6f8fa,#1f242a);--c:var(--line);
font:13px/1.5 var(--jp-ui-font-family,system-ui,sans-serif);font-variant-numeric:tabular-nums;color:var(--ink);
background:var(--bg);border:1px solid var(--line);border-radius:8px;overflow:hidden;margin:4px 0}
[data-jp-theme-light=true] .rb,.vscode-light .rb{color-scheme:light}
[data-jp-theme-light=false] .rb,.vscode-dark .rb,html[theme=dark] .rb{color-scheme:dark}
.rb *{box-sizing:border-box}
.rb :is(.rb-soft,.rb-k,.rb-why,.rb-note,small){color:var(--soft)}
.rb-top{display:flex;flex-wrap:wrap;gap:4px 14px;align-items:center;padding:9px 14px;background:var(--panel)}
.rb-sp{flex:1}
.rb-chip{display:inline-block;border:1px solid var(--line);border-radius:99px;padding:0 8px;font-size:12px;
line-height:18px;color:var(--soft);white-space:nowrap}
.rb .rb-warning{color:light-dark(#8a5a00,#f0c36a)}
.rb .rb-bad,.rb-err strong{color:light-dark(#b3261e,#ffb4ab)}
.rb-simulated{border-style:dashed}
.rb :is(.rb-note,.rb-ask,.rb-row,.rb-scroll){border-top:1px solid var(--line)}
.rb-note{padding:5px 14px;font-size:12px}
.rb-ask{display:grid;grid-template-columns:auto minmax(0,1fr);gap:2px 10px;padding:9px 14px;align-items:baseline}
.rb-q,.rb-why{white-space:pre-wrap;overflow-wrap:anywhere}
.rb.rb summary{font-weight:400}
.rb.rb.rb tr{background:none;padding:0}
.rb.rb :is(table,td,th){background:none;border:0;font-size:inherit;text-align:left;vertical-align:top;margin:0}
.rb.rb table{border-collapse:collapse;table-layout:auto}
.rb.rb .rb-cols,.rb-cols>tbody{display:block;width:100%}
.rb.rb .rb-row{display:grid;grid-template-columns:repeat(var(--n),minmax(0,1fr))}
.rb-n1{--n:1}.rb-n2{--n:2}.rb-n3{--n:3}.rb-n4{--n:4}
.rb.rb .rb-card{display:grid;grid-row:span 3;grid-template-rows:subgrid;width:auto;min-width:0;max-width:none;padding:0;
white-space:normal;border-top:3px solid var(--c);border-right:1px solid var(--line);margin-right:-1px}
.rb-head{padding:10px 14px 8px}
.rb.rb h4{font:inherit;font-weight:600;margin:0;overflow-wrap:anywhere}
.rb-host{display:flex;flex-wrap:wrap;gap:3px 6px;align-items:center;color:var(--soft);font-size:12px;min-height:20px}
.rb-facts{display:grid;grid-template-columns:auto minmax(20px,1fr) auto;gap:2px 8px;padding:0 14px 8px;font-size:12px;
align-items:center;align-content:start}
.rb-facts>div{display:contents}
.rb-v{text-align:right;white-space:nowrap;grid-column:3}
.rb-j{grid-column:1/4;line-height:22px}
.rb-bar{height:5px;border-radius:3px;background:var(--line);position:relative;overflow:hidden}
.rb-bar i{position:absolute;inset:0 auto 0 0;background:var(--c)}
.rb-bar .rb-f{opacity:.45}
.rb-body{padding:2px 14px 14px;overflow-wrap:anywhere;min-width:0}
.rb-cap .rb-body{max-height:38em;overflow:auto}
.rb-live .rb-body{min-height:9em;display:flex;flex-direction:column-reverse}
.rb-live .rb-body>div{margin-bottom:auto}
.rb.rb .rb-body :is(p,ul,ol,pre,blockquote,table,h5,h6){margin:.55em 0}
.rb.rb .rb-body :is(ul,ol){padding-left:1.6em}
.rb.rb .rb-body li :is(ul,ol){margin:0}
.rb.rb .rb-body :is(h5,h6){font:inherit;font-weight:600}
.rb.rb .rb-body h5{font-size:1.1em}
.rb.rb :is(pre,code){font:12px/1.45 var(--jp-code-font-family,ui-monospace,Menlo,monospace);
background:var(--panel);color:inherit}
.rb.rb pre{padding:8px 10px;border:1px solid var(--line);border-radius:6px;white-space:pre-wrap}
.rb.rb pre:has(code){white-space:pre;overflow-x:auto;scrollbar-width:thin}
.rb.rb pre code,.rb.rb .rb-err code{background:none;white-space:inherit}
.rb.rb .rb-body :is(td,th){border:1px solid var(--line);padding:2px 8px}
.rb.rb [align=right]{text-align:right}
.rb.rb [align=center]{text-align:center}
.rb.rb .rb-body blockquote{border-left:3px solid var(--line);padding-left:10px;color:var(--soft)}
.rb a{color:light-dark(#0969da,#6cb6ff)}
.rb-err{margin:.4em 0;padding:8px 11px;border-radius:6px;background:light-dark(#fdecea,#3a1f1d)}
.rb.rb .rb-err p{margin:0}
.rb-caret{display:inline-block;width:7px;height:1em;margin-left:2px;background:var(--c);vertical-align:-2px}
.rb-scroll{overflow-x:auto}
.rb.rb .rb-sum{width:100%}
.rb.rb .rb-sum :is(td,th){padding:4px 14px;text-align:right;font-weight:400}
.rb.rb .rb-sum tr>:first-child{text-align:left}
.rb-sum tbody :is(td,th):not(.rb-long){white-space:nowrap}
.rb-long{min-width:18em}
.rb.rb .rb-sum tbody th{border-left:3px solid var(--c);font-weight:600}
.rb ins{text-decoration:none;background:light-dark(#c8efd6,#1d4a33)}
.rb del{background:light-dark(#fbd9d6,#5a2b28)}
@container (max-width:760px){.rb-n4{--n:2}}
@container (max-width:560px){.rb-n3{--n:1}}
@container (max-width:460px){.rb .rb-row{--n:1}}
"""
STYLE = _CSS.replace("\n", "") + _MODELS

PAGE_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0 auto;padding:28px 20px;max-width:1240px;background:light-dark(#fff,#0d0f12);"
    "color:light-dark(#1f2328,#e6e8eb);font:14px/1.55 system-ui,sans-serif}"
    "h1{font-size:20px;font-weight:600;margin:0 0 2px}"
    "body>p{margin:0 0 14px;color:light-dark(#59636e,#a3acb5)}"
    "footer{margin-top:18px;font-size:12px;color:light-dark(#59636e,#a3acb5)}footer p{margin:0 0 4px}"
    "@media print{.rb.rb pre:has(code){white-space:pre-wrap}}"
)
