/** HTML in which texts are escaped. */
export class Html {
  readonly text: string;
  /** @param text HTML whose texts are escaped; for other texts use `html` */
  constructor(text: string) {
    this.text = text;
  }
}

/** What `html` takes: texts and numbers are escaped; null, undefined and false become nothing. */
export type Content = string | number | null | undefined | false | Html | readonly Content[];

/** A template for HTML, which escapes its values unless they are HTML. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(parts.reduce((text, part, i) => text + rendered(values[i - 1]) + part));
}

function rendered(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(rendered).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A section of the report: a heading and its content. */
export function section(id: string, heading: string, ...content: Content[]): Html {
  return html`<section id="${id}"><h2>${heading}</h2>
${content}
</section>
`;
}

/** A table with a caption, whose first column is a header; it scrolls on a narrow page. */
export function table(caption: Content, head: readonly Content[], rows: readonly (readonly Content[])[]): Html {
  return html`<div class="wide" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>\n`)}</tbody></table></div>
`;
}

/** An SVG chart with a caption. */
export function chart(svg: string, caption: Content): Html {
  return html`<figure><div class="wide" tabindex="0">${new Html(svg)}</div><figcaption>${caption}</figcaption></figure>
`;
}
