/** The style sheet of the report, for screens of any width and for print. */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 900px; background: #fff; color: #222;
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif;
  -webkit-print-color-adjust: exact; print-color-adjust: exact; overflow-wrap: break-word; }
h1 { margin: 0.5rem 0; font-size: 2rem; line-height: 1.2; }
h2 { margin: 3rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid #ddd; font-size: 1.45rem; }
h3 { margin: 2rem 0 0.5rem; font-size: 1.1rem; }
p, ul { margin: 0.75rem 0; max-width: 46rem; }
figure { margin: 1rem 0; }
figcaption, .caption, caption, .legend { color: #555; font-size: 0.85rem; line-height: 1.45; }
caption { padding: 0.4rem 0; max-width: min(46rem, calc(100vw - 2rem)); text-align: left; }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
.legend, .legend span { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; }
.legend span { flex-wrap: nowrap; white-space: nowrap; }
.wide { overflow-x: auto; }
.wide svg { display: block; min-width: 560px; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid #e5e5e5; text-align: left; vertical-align: middle; }
thead th { color: #555; font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: inherit; }
tbody th, tbody td { white-space: nowrap; }
#settings td { white-space: normal; overflow-wrap: anywhere; }
th img { display: inline-block; max-width: none; margin-left: 0.3rem; vertical-align: middle; }
code { padding: 0.1rem 0.3rem; background: #f4f4f4; overflow-wrap: anywhere; }
.key { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 0.75rem; margin: 1.25rem 0; padding: 0; }
.key div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding: 0.6rem 0.8rem; border: 1px solid #ddd; border-radius: 6px; }
.key dt { color: #555; font-size: 0.8rem; line-height: 1.3; }
.key dd { margin: 0; font-size: 1.2rem; font-weight: 600; white-space: nowrap; }
.conclusion { padding: 0.6rem 0.9rem; border-left: 4px solid #0072b2; background: #f3f8fc; max-width: none; }
.note { padding: 0.6rem 0.9rem; border-left: 4px solid #d55e00; background: #fdf5ef; max-width: none; }
.lesson { display: flex; flex-wrap: wrap; gap: 0.75rem 1.25rem; align-items: center; }
.lesson > span { padding-bottom: 3.4rem; font-size: 1.5rem; }
.matrix { width: auto; font-size: 0.85rem; }
.matrix caption { height: 3.4em; caption-side: bottom; vertical-align: top; }
.matrix td { width: 2.6rem; height: 2.6rem; padding: 0; border: 1px solid #999; text-align: center; }
.matrix .outlined { box-shadow: inset 0 0 0 2px #d64514; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(255px, 1fr)); gap: 0.5rem 1.25rem; }
.card { margin: 0.4rem 0; break-inside: avoid; }
.card > div { display: flex; gap: 0.6rem; }
.card span { display: block; color: #555; font-size: 0.75rem; }
.card figcaption { color: #222; }
.controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; max-width: none; }
.controls input { flex: 1 1 200px; min-width: 0; }
button { padding: 0.25rem 0.9rem; font: inherit; }
.frames { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; min-height: 13rem; align-items: flex-start; }
.frame { margin: 0.5rem 0; max-width: 100%; break-inside: avoid; }
.controls[hidden], .frame[hidden] { display: none; }
.frame figcaption { margin-top: 0.4rem; color: #222; font-size: 1rem; font-variant-numeric: tabular-nums; }
.maps, .mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 0.75rem; }
.maps figure, .mistakes figure, .tops figure { margin: 0; break-inside: avoid; }
.maps figcaption { display: flex; gap: 0.35rem; align-items: center; padding-top: 0.2rem; }
.tops { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 0.9rem 1.5rem; }
.tops figure > div { display: flex; gap: 4px; align-items: center; }
.tops img { min-width: 0; flex: 0 1 auto; }
.tops img:first-child { margin-right: 6px; flex: 0 0 auto; }
@media (max-width: 480px) {
  body { padding: 1rem 0.9rem 3rem; }
  .tops { grid-template-columns: 1fr; }
  .frame img { image-rendering: auto; }
}
@page { margin: 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  h1, h2, h3 { break-after: avoid; }
  h2 { margin-top: 1.5rem; }
  figure, tr, .lesson, .key, .conclusion, .note { break-inside: avoid; }
  .wide { overflow: visible; }
  .wide svg { min-width: 0; max-height: 110mm; }
  tbody td { white-space: normal; }
  .controls, .screen { display: none; }
  .frame img, .tops img { image-rendering: auto; }
  .frames { min-height: 0; }
  .frame { width: calc(33% - 1rem); }
  .frame figcaption { font-size: 0.75rem; }
  .frame.printed[hidden] { display: block; }
  .frame:not(.printed) { display: none; }
}
`;
