/** A piece of HTML that is safe to be put into a page as it is. */
export class Html {
  readonly text: string;
  /** @param text HTML whose parts are escaped already; anything else goes through `html` */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can stand in a piece of HTML: texts and numbers are escaped; null, undefined and false leave nothing. */
export type Content = string | number | null | undefined | false | Html | readonly Content[];

/** A template for HTML: whatever is put in is escaped, unless it is HTML itself. */
export function html(parts: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(parts.reduce((text, part, i) => text + rendered(values[i - 1]) + part));
}

function rendered(content: Content): string {
  if (content === null || content === undefined || content === false) return '';
  if (content instanceof Html) return content.text;
  if (typeof content === 'object') return content.map(rendered).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** One part of the report: a heading and what is below it. */
export function section(id: string, heading: string, ...content: Content[]): Html {
  return html`<section id="${id}"><h2>${heading}</h2>
${content}
</section>
`;
}

/** A table with a caption that says what to see and a name first in each row; it scrolls by itself on a narrow page. */
export function table(caption: Content, head: readonly Content[], rows: readonly (readonly Content[])[]): Html {
  return html`<div class="wide" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>\n`)}</tbody></table></div>
`;
}

/** A drawing, such as a chart, with a caption that says what to see. */
export function chart(svg: string, caption: Content): Html {
  return html`<figure><div class="wide" tabindex="0">${new Html(svg)}</div><figcaption>${caption}</figcaption></figure>
`;
}
