import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDERS = ['src', 'datasets', 'examples', 'bench', 'test', 'docs'].filter((folder) => existsSync(folder));
/** All files of the repository that may be cited, or that cite. */
const files = [
  ...readdirSync('.').filter((name) => statSync(name).isFile()),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !/(^|\/)(node_modules|dist|fixtures)\//.test(name))
      .map((name) => join(folder, name)),
  ),
];
const pages = files.filter((path) => path.endsWith('.md'));
const text = (path: string) => readFileSync(path, 'utf8');

/** What programs and the build write, and a file of PyTorch's repository. */
const ELSEWHERE = ['report.html', 'examples/playground/dist', 'docs/dist', 'dist/convgrad.min.js', 'mnist/main.py'];
/** `examples/NAME.ts` stands for any name. */
const isPlaceholder = (path: string) => /\b(NAME|TASK)\./.test(path);

/** Whether a path leads to a file: from the page's folder, from the root, from src, or, a name alone, from anywhere. */
const leads = (from: string, path: string) =>
  existsSync(join(dirname(from), path)) ||
  existsSync(path) ||
  existsSync(join('src', path)) ||
  (!path.includes('/') && files.some((file) => basename(file) === path));

const missing = (from: string, cited: Iterable<string>) =>
  [...new Set(cited)]
    .filter((path) => !ELSEWHERE.includes(path) && !isPlaceholder(path) && !leads(from, path))
    .map((path) => `${from} cites ${path}`);

test('there are pages to check', () => {
  expect(pages).toEqual(expect.arrayContaining(['README.md', 'bench/README.md', 'examples/README.md']));
  expect(pages.length).toBeGreaterThan(6);
});

test('every link between pages leads somewhere, to a heading too', () => {
  const slug = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
  const wrong = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path, anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        if (!existsSync(file)) return true;
        const headings = () => [...text(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading));
        return anchor !== undefined && !headings().includes(anchor);
      })
      .map((target) => `${page} links to ${target}`),
  );
  expect(wrong).toEqual([]);
});

test('every file and folder that a page names is there', () => {
  const file = /`([\w./-]+\.(?:ts|tsx|mjs|js|json|md|py|png|svg|html|css))`/g;
  const inFolder = /(?<![\w/.-])((?:examples|src|test|bench|datasets|docs)\/[\w./-]*\w)/g;
  const wrong = pages.flatMap((page) =>
    missing(
      page,
      [file, inFolder].flatMap((pattern) => [...text(page).matchAll(pattern)].map(([, path]) => path)),
    ),
  );
  expect(wrong).toEqual([]);
});

test('every page and program that a source names is there', () => {
  const sources = files.filter((path) => /^(src|datasets|examples|bench)\/.*\.(ts|tsx|py|css|html)$/.test(path));
  expect(sources.length).toBeGreaterThan(200);
  const named = (path: string) =>
    text(path)
      .replace(/(?:from|import\(?)\s*'[^']+'|https?:\S+/g, '')
      .matchAll(/(?<![\w/.-])(?:\.\.?\/)*([\w./-]*\w\.(?:md|ts|tsx|py))\b/g);
  const wrong = sources.flatMap((path) => {
    const cited = [...named(path)].map(([, name]) => name).filter((name) => !name.endsWith('.d.ts'));
    return missing(path, cited).filter(
      (citation) => !files.some((file) => file.endsWith(citation.split(' cites ')[1])),
    );
  });
  expect(wrong).toEqual([]);
});

test('what is missing is seen', () => {
  expect(missing('bench/nets.ts', ['DESIGN.md', 'README.md', 'lib/ours.ts'])).toEqual([
    'bench/nets.ts cites DESIGN.md',
  ]);
  expect(missing('README.md', ['examples/gone.ts', 'examples/NAME.ts'])).toEqual(['README.md cites examples/gone.ts']);
});
