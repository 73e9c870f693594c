import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Converter, JSX, PageEvent, RendererEvent } from 'typedoc';

const PLAYGROUND = '../examples/playground/dist';

/** Names pages by their headings, puts the playground beside them, and sees to it that no page loads anything from elsewhere. */
export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, page) => {
    const heading = /^# (.*)\n/.exec(page.content[0].text);
    if (!heading) throw new Error(`${page.name}.md: expected a heading in its first line`);
    page.name = heading[1];
  });
  // The start page has the project's name as its heading already.
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    project.readme[0].text = project.readme[0].text.replace(/^# .*\n/, '');
  });

  app.renderer.hooks.on('sidebar.begin', (context) => {
    const href = context.relativeURL('playground/index.html');
    return JSX.createElement('p', null, JSX.createElement('a', { href }, 'The playground'));
  });
  app.renderer.on(PageEvent.END, ({ url, contents }) => {
    const loaded = /<(script|link|img|iframe)\b[^>]*\b(src|href)="(https?:)?\/\/[^"]*"/.exec(contents);
    if (loaded) throw new Error(`${url} would load ${loaded[0]}`);
  });
  app.renderer.on(RendererEvent.END, ({ outputDirectory }) => {
    if (!existsSync(PLAYGROUND)) throw new Error(`expected the playground in ${PLAYGROUND}: npm run playground:build`);
    cpSync(PLAYGROUND, join(outputDirectory, 'playground'), { recursive: true });
  });
}
