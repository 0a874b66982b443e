/** The one style sheet of the page. Classes of verdicts: b bad, o open, n note, g good, q quiet; p plain, a diagnosis. */
export const style = `
:root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--soft:#f3f5f7;--line:#c9d1d9;--dim:#57606a;--link:#0550ae;
--b:#a40e26;--bb:#ffebe9;--o:#7a4e00;--ob:#fff4d6;--n:#5a3e9b;--nb:#f4efff;--g:#116329;--gb:#e9f7ec;--ice:#d8e6f5;--ices:#8aa8c8}
@media(prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#161b22;--line:#3d444d;--dim:#9aa4af;--link:#79b8ff;
--b:#ff9c94;--bb:#3b1619;--o:#f0c24b;--ob:#33270a;--n:#c9b3ff;--nb:#251c3d;--g:#7ee08c;--gb:#10291a;--ice:#1c2f45;--ices:#4d6a8a}}
*{box-sizing:border-box}
html{font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;color:var(--fg);background:var(--bg);
-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:78rem;padding:0 1rem 3rem}
header{border-bottom:1px solid var(--line);padding:1rem 0 .75rem;margin-bottom:1rem}
h1{font-size:1rem;font-weight:600;margin:0;color:var(--dim)}
h2{font-size:1.6rem;line-height:1.25;margin:1rem 0 .5rem;overflow-wrap:anywhere}
h3{font-size:1.15rem;margin:2rem 0 .5rem}
h4{font-size:1rem;margin:0 0 .25rem;overflow-wrap:anywhere}h4 span{font-weight:400;color:var(--dim)}
h2:focus{outline:none}
p{max-width:46rem;margin:.5rem 0;overflow-wrap:anywhere}
a{color:var(--link)}a:focus-visible,summary:focus-visible,[tabindex]:focus-visible,input:focus-visible{outline:3px solid var(--link);outline-offset:2px}
code,.cmd{font:.875rem/1.5 ui-monospace,SFMono-Regular,Menlo,"Liberation Mono","DejaVu Sans Mono",monospace}
.cmd{overflow-x:auto;white-space:pre;background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.4rem .6rem;margin:.5rem 0}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.5rem}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:.25rem}
fieldset{border:0;margin:0;padding:0;display:none;flex-wrap:wrap;gap:.25rem 1rem;font-size:.9rem}
legend{float:left;padding:0;margin-right:1rem;color:var(--dim)}
label{display:inline-flex;gap:.35rem;align-items:center}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.25rem 1.5rem;margin:1rem 0;font-size:.9rem}
dl div{display:flex;gap:.6rem;min-width:0}dt{color:var(--dim);flex:0 0 5rem}dd{margin:0;min-width:0;overflow-wrap:anywhere}
dl.legend{grid-template-columns:repeat(auto-fill,minmax(21rem,1fr))}.legend dt{flex-basis:8.5rem;padding:0 .4rem;border-radius:4px;align-self:start}
.wide{overflow-x:auto;margin:.5rem 0}
table{border-collapse:collapse;font-size:.875rem;min-width:100%}
th,td{border:1px solid var(--line);padding:.3rem .55rem;text-align:left;vertical-align:top}
thead th{background:var(--soft);white-space:nowrap}
tbody th{font-weight:500;min-width:9rem;max-width:24rem;overflow-wrap:break-word}tbody th small,.sweep th small{display:block;color:var(--dim);font-weight:400}
td.b,td.o,td.n,td.g,td.q{white-space:nowrap}
.b{color:var(--b);background:var(--bb);font-weight:600}.o{color:var(--o);background:var(--ob)}.n{color:var(--n);background:var(--nb)}
.g{color:var(--g);background:var(--gb)}.q{color:var(--dim)}
td.p{opacity:1;background:none;font-weight:400}
td a{color:inherit}.matrix td a{text-decoration:none;display:block}.matrix td a:hover{text-decoration:underline}
.tight .w{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.matrix tbody th,.matrix thead th:first-child{position:sticky;left:0;background:var(--bg)}.matrix td{position:relative}
.chip{display:inline-block;padding:0 .4rem;border-radius:4px;margin:0 .4rem .1rem 0;white-space:nowrap}
b.b,b.o,b.n{padding:0 .3rem;border-radius:4px}
article{border-left:4px solid var(--line);padding:.25rem 0 .25rem .9rem;margin:1rem 0}
article.bad{border-color:var(--b)}article.open{border-color:var(--o)}article.note{border-color:var(--n)}
summary{cursor:pointer;color:var(--link)}
ul{margin:.5rem 0;padding-left:1.25rem}li{overflow-wrap:anywhere}
figure{margin:.75rem 0;overflow-x:auto}
.r{white-space:nowrap}.r svg{width:6.5rem;height:.7rem;vertical-align:middle;margin-right:.5rem;background:linear-gradient(var(--line),var(--line)) center/100% 1px no-repeat}
.r svg{overflow:visible}.r .i{stroke:currentColor;stroke-width:2;fill:none}.r circle{fill:currentColor}
svg.t{font-size:13px;min-width:760px;display:block}svg.t text{fill:var(--fg)}svg.t .m,svg.t .h{fill:var(--dim)}svg.t .h{font-weight:600}
.l{stroke:var(--line);fill:none}.w,.v{stroke:var(--link);stroke-width:1.5;fill:none}.v{stroke:var(--n)}
.c{fill:var(--g)}.k{fill:var(--dim)}.f{fill:var(--ice);stroke:var(--ices);stroke-dasharray:4 3}svg.t .z{fill:var(--dim);font-style:italic}
.sweep{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:flex-start}.sweep figure{flex:1 1 24rem;max-width:36rem}.sweep .wide{flex:1 1 20rem}.sweep table{min-width:0}.sweep tbody th{min-width:0}
figcaption{font-size:.875rem;color:var(--dim);max-width:46rem}figcaption b{color:var(--fg);font-weight:600}
svg.s{font-size:13px;width:100%;min-width:26rem;height:auto;display:block}svg.s .m{fill:var(--dim)}
.keys{display:flex;flex-wrap:wrap;gap:0 1.25rem;color:var(--fg)}.keys svg{width:2.1rem;height:.75rem;vertical-align:middle;margin-right:.35rem}
.j{fill:none;stroke-width:1.5}.y0{--y:var(--link)}.y1{--y:var(--o)}.y2{--y:var(--dim)}.y0 .j,.y1 .j,.y2 .j,.y0 .i,.y1 .i,.y2 .i{stroke:var(--y)}.y0 .a,.y1 .a,.y2 .a{fill:var(--y)}
.y1 .j{stroke-dasharray:6 4}.y2 .j{stroke-dasharray:1.5 3}.s .i{stroke-width:1.5;fill:none}
.sideways{display:none}
footer{border-top:1px solid var(--line);margin-top:3rem;padding-top:.75rem;color:var(--dim);font-size:.875rem}
@supports selector(:has(*)){
fieldset{display:flex}
.page{display:none}.page:target,.page:has(:target){display:block}
main:has(>.page:target) #overview,main:has(.page :target) #overview{display:none}
body:has(#only-odd:checked) .calm{display:none}
}
@media(max-width:40rem){.sideways{display:inline}body{padding:0 .75rem 2rem}h2{font-size:1.35rem}.matrix .w{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}tbody th{min-width:7rem}.wide{margin-inline:-.75rem;padding-inline:.75rem}}
@media print{:root{color-scheme:light;--fg:#000;--bg:#fff;--soft:#f3f5f7;--line:#999;--dim:#444;--link:#000;--b:#a40e26;--bb:#fff;--o:#7a4e00;--ob:#fff;--n:#5a3e9b;--nb:#fff;--g:#116329;--gb:#fff}
nav,fieldset,.back,.skip{display:none!important}.wide,figure,.cmd{overflow:visible;white-space:pre-wrap}article,tr,figure{break-inside:avoid}details::details-content{content-visibility:visible;display:block;height:auto}}
`;
