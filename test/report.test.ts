import { readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { network } from '../examples/lib/recipe.js';
import {
  ArgumentError,
  Conv2D,
  Dataset,
  Dense,
  evaluate,
  Flatten,
  Generator,
  MaxPool2D,
  Module,
  manualSeed,
  noGrad,
  ReLU,
  Sequential,
  ShapeError,
  softmax,
  type Tensor,
  tensor,
  weightHash,
} from '../src/index.js';
import { ablate, handMadeFilters, replaceFilter, topActivations } from '../src/inspect/index.js';
import { type ReportOptions, report } from '../src/report/index.js';
import { coloredSubject, type fewDigits, subjectOf, trainedSubject } from './report-subject.js';

const SECTIONS = ['lesson', 'filters', 'growth', 'chance', 'behavior', 'reading', 'limits', 'settings'];

let digits: Awaited<ReturnType<typeof fewDigits>>;
let subject: Awaited<ReturnType<typeof trainedSubject>>;
let made: Awaited<ReturnType<typeof report>>;
/** How many images convolutions looked at for the report: most of its time, whatever else the machine does. */
let images = 0;
beforeAll(async () => {
  subject = await trainedSubject();
  digits = subject.data;
  const forward = vi.spyOn(Conv2D.prototype, 'forward');
  made = await report({ ...subject, title: 'Filters <script>alert(1)</script> & "more"', settings: { lr: 0.05 } });
  for (const [x] of forward.mock.calls) images += x.shape[0];
  forward.mockRestore();
});

/** Throws unless every element is closed where it should be. */
function checkNesting(page: string): void {
  const open: string[] = [];
  const markup = page.replace(/<(script|style)>[\s\S]*?<\/\1>/g, '').replace(/="[^"]*"/g, '');
  for (const [, closing, name, self] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*?(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!self && !['meta', 'link', 'img', 'input'].includes(name)) open.push(name);
  }
  expect(open).toEqual([]);
}

/** What must be true of every report, with all sections but some; gives its document. */
function check(page: string, ...without: string[]): Document {
  checkNesting(page);
  const { document } = parseHTML(page);
  expect([...document.querySelectorAll('section')].map(({ id }) => id)).toEqual(
    SECTIONS.filter((id) => !without.includes(id)),
  );
  for (const image of document.querySelectorAll('img')) {
    expect(image.getAttribute('src')).toMatch(/^data:image\/png;base64,[\w+/=]+$/);
    expect(image.getAttribute('alt')).toMatch(/\w/);
  }
  expect(document.querySelectorAll('svg[role=img] > title').length).toBe(document.querySelectorAll('svg').length);
  expect(page.replace(/data:[^"]*/g, '').replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(
    /undefined|NaN|\bnull\b|\bfalse\b|Infinity|\[object/,
  );
  expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|\/\/\w+\./);
  expect(page.length).toBeLessThan(3e6);
  return document;
}

const words = (document: Document, id: string) => document.getElementById(id)!.textContent!.replace(/\s+/g, ' ');

describe('the report of a model that was trained', () => {
  test('is one small page that loads nothing, made with few looks at the images', () => {
    const document = check(made.html);
    expect(document.querySelectorAll('svg').length).toBe(3);
    expect(images).toBeGreaterThan(2 * 200);
    expect(images).toBeLessThan(5500); // 5,407, of 200 that are held out.
  });

  test('a title with a script in it is a text', () => {
    const { document } = parseHTML(made.html);
    expect(document.querySelectorAll('script').length).toBe(1);
    expect(document.querySelector('h1')!.textContent).toBe('Filters <script>alert(1)</script> & "more"');
    expect(document.title).toBe('Filters <script>alert(1)</script> & "more"');
  });

  test('has the study in its figures, and says what it concludes', () => {
    expect(made.figures).toMatchObject(subject.study);
    const { document } = parseHTML(made.html);
    expect(words(document, 'filters')).toContain(subject.study.conclusion);
    expect(document.querySelectorAll('.card').length).toBe(5);
    const rows = [...document.querySelectorAll('#behavior tbody tr')].map((row) => row.textContent!);
    subject.study.after.filters.forEach((filter, i) => {
      expect(rows[i]).toContain(filter.class);
      expect(rows[i]).toContain(filter.r2ori.toFixed(2));
    });
  });

  test('shows each moment of the timeline with its step, the images seen, accuracy and R2ori', () => {
    const { document } = parseHTML(made.html);
    const captions = [...document.querySelectorAll('.frame figcaption')].map(({ textContent }) => textContent);
    const seen = [0, 320, 640, 960, 1200]; // The last of 38 batches has 16 images.
    expect(captions).toEqual(
      subject.study.timeline.map(({ step, accuracy, r2ori }, i) => {
        const shares = `held-out accuracy ${(100 * accuracy).toFixed(1)}% · mean R2ori ${r2ori.toFixed(2)}`;
        return `step ${step} · ${seen[i].toLocaleString('en')} images seen · ${shares}`;
      }),
    );
    expect(document.querySelectorAll('.frame.printed').length).toBe(5);
    expect(document.querySelector('#moment')!.getAttribute('max')).toBe('4');
  });

  test('accuracy, ablation, activations and hash are those that the functions themselves give', () => {
    const { model } = subject;
    const { accuracy, loss, confusion } = evaluate(model, digits.heldOut);
    expect(made.figures.heldOut).toMatchObject({ count: 200, accuracy, loss, confusion });
    expect(made.figures.weightHash).toBe(weightHash(model));
    expect(made.figures.settings).toEqual({ lr: 0.05 });
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(made.figures.versions).toEqual({ convgrad: version, node: process.versions.node });
    made.figures.ablation.forEach((row, filter) => {
      expect(row).toMatchObject({ filter, accuracy: ablate(model, 'conv1', filter).evaluate(digits.heldOut).accuracy });
      const { name, cosine } = subject.study.after.filters[filter].nearest!;
      const { values } = handMadeFilters(5).find((other) => other.name === name)!;
      const kernel = tensor(
        values.map((value) => value * Math.sign(cosine)),
        { shape: [5, 5] },
      );
      const { accuracy } = replaceFilter(model, 'conv1', filter, kernel).evaluate(digits.heldOut);
      expect(row.handMade).toEqual({ name, accuracy });
    });
    expect(made.figures.topActivations![2]).toEqual(topActivations(model, 'conv1', 2, digits.heldOut, { count: 5 }));
  });

  test('the worst mistakes are those of the highest probability, the surest first', () => {
    const { heldOut } = digits;
    const wrong = Array.from(heldOut.labels, (label, index) => {
      const x = tensor(heldOut.input(index), { shape: [1, 1, 28, 28] });
      const shares = [...noGrad(() => softmax(subject.model.forward(x))).data];
      const probability = Math.max(...shares);
      return { index, label, predicted: shares.indexOf(probability), probability };
    }).filter(({ label, predicted }) => label !== predicted);
    wrong.sort((a, b) => b.probability - a.probability);
    expect(made.figures.heldOut.mistakes).toBe(wrong.length);
    expect(made.figures.worstMistakes).toHaveLength(Math.min(12, wrong.length));
    made.figures.worstMistakes.forEach((mistake, i) => {
      expect(mistake).toMatchObject({ index: wrong[i].index, label: wrong[i].label, predicted: wrong[i].predicted });
      expect(mistake.probability).toBeCloseTo(wrong[i].probability, 5);
    });
  });

  test('its figures are plain JSON, and it is the same when it is made again', async () => {
    expect(JSON.parse(JSON.stringify(made.figures))).toEqual(made.figures);
    const again = await report(subject);
    expect((await report(subject)).html).toBe(again.html);
  });
});

describe('the report of other models', () => {
  test.each([
    ['3x3 filters', () => network({ kernelSize: 3, filters: 16 })],
    ['7x7 filters', () => network({ kernelSize: 7, filters: 2 })],
    ['one filter', () => network({ filters: 1 })],
    [
      'three convolutions',
      () =>
        new Sequential({
          conv1: new Conv2D(1, 3, 5),
          relu1: new ReLU(),
          pool1: new MaxPool2D(2),
          conv2: new Conv2D(3, 4, 3),
          relu2: new ReLU(),
          conv3: new Conv2D(4, 4, 3),
          flatten: new Flatten(),
          dense: new Dense(256, 10),
        }),
    ],
  ])('%s, untrained: it says that nothing was learned, and leaves out the training', async (_, make) => {
    manualSeed(2);
    const { html } = await report(subjectOf(make(), digits));
    const document = check(html, 'growth');
    expect(document.querySelector('.note')!.textContent).toContain('has not learned');
    expect(document.querySelectorAll('.frame, #moment, #chance svg + svg').length).toBe(0);
  });

  test('a filter of zeros is dead, and nothing is shown that it answers to', async () => {
    manualSeed(3);
    const model = network({ filters: 4 });
    model.at('conv1', Conv2D).weight.data.fill(0, 25, 50);
    const { html, figures } = await report(subjectOf(model, digits));
    const document = check(html, 'growth');
    expect(figures.topActivations![1]).toEqual([]);
    expect(figures.ablation[1]).toEqual({ filter: 1, accuracy: figures.heldOut.accuracy, handMade: null });
    expect(words(document, 'filters')).toContain('1 dead · R² –');
    expect(words(document, 'behavior')).toContain('all its weights are 0');
    expect(words(document, 'chance')).toContain('do not count in the mean');
  });

  test('a layer of zeros: no p-value, nothing follows', async () => {
    const model = network({ filters: 3 });
    model.at('conv1', Conv2D).weight.data.fill(0);
    const { html } = await report(subjectOf(model, digits));
    const document = check(html, 'growth');
    expect(document.querySelector('.conclusion')!.textContent).toBe('All filters are dead: nothing follows.');
    const numbers = [...document.querySelectorAll('.key dd')].map(({ textContent }) => textContent);
    expect(numbers.slice(1)).toEqual(['0 of 3', '–', '–', '–']);
  });
});

/** The red, green and blue in the middle of square (x, y) of a picture with `across` squares in a row. */
function colorAt(image: Element, across: number, x: number, y: number): number[] {
  const { width, data } = decode(Buffer.from(image.getAttribute('src')!.split(',')[1], 'base64'));
  const square = (width - 2) / across;
  const at = 4 * (Math.floor(1 + (y + 0.5) * square) * width + Math.floor(1 + (x + 0.5) * square));
  return [...data.slice(at, at + 3)];
}

describe('the report of a model on color images', () => {
  let colored: Awaited<ReturnType<typeof coloredSubject>>;
  let made: Awaited<ReturnType<typeof report>>;
  beforeAll(async () => {
    colored = await coloredSubject();
    made = await report({ ...colored, title: 'Shapes', introduction: 'A net names shapes.', caveats: ['A caveat.'] });
  });

  test('has all parts, in the words of the caller and of the data, and speaks of no digits', () => {
    const document = check(made.html);
    expect(document.title).toBe('Shapes');
    expect(document.querySelector('main > p')!.textContent).toMatch(
      /^A net names shapes\. This page looks at the 4 filters/,
    );
    expect(document.querySelector('main > p')!.textContent).toContain('layer see:');
    expect(document.querySelector('#limits li:last-child')!.textContent).toBe('A caveat.');
    for (const name of colored.data.heldOut.classNames) expect(words(document, 'reading')).toContain(name);
    expect(made.html.replace(/data:[^"]*/g, '')).not.toMatch(/digit|mnist/i);
  });

  test('speaks of digits when the caller does', async () => {
    const { html } = await report({ model: colored.model, data: colored.data, introduction: 'It reads digits.' });
    expect(html).toMatch(/digit/);
  });

  test('measures what the colors of a filter share, and in which of them it is', () => {
    const { document } = parseHTML(made.html);
    expect(made.figures).toMatchObject({ layer: 'see', shape: [4, 3, 5, 5] });
    expect(made.figures.after!.filters).toHaveLength(4);
    const cells = [...document.querySelectorAll('#behavior tbody tr:nth-child(3) td')].map((cell) => cell.textContent);
    const { channels, shared, r2ori, nearest } = colored.study.after.filters[2];
    const shown = (value: number) => value.toFixed(2).replace('-', '−');
    const [red, green, blue] = channels.map(shown);
    expect(cells[0]).toBe(`red: ${red}, green: ${green}, blue: ${blue}`);
    expect(cells[1]).toBe(`${(100 * shared).toFixed(1)}%`);
    expect(cells[4]).toBe(shown(r2ori));
    // A hand-made filter takes the place of the pattern, in its colors.
    const { values } = handMadeFilters(5).find(({ name }) => name === nearest!.name)!;
    const kernel = channels.map((factor) => [...values].map((value) => value * factor * Math.sign(nearest!.cosine)));
    const replaced = replaceFilter(colored.model, 'see', 2, tensor(kernel.flat(), { shape: [3, 5, 5] }));
    const { accuracy } = replaced.evaluate(colored.data.heldOut);
    expect(made.figures.ablation[2].handMade).toEqual({ name: nearest!.name, accuracy });
  });

  test('shows images and filters in color: a filter as 0.5 + w / (2 max), on the scale of all', () => {
    const { document } = parseHTML(made.html);
    const { heldOut } = colored.data;
    const input = heldOut.input(made.figures.example.index);
    const image = document.querySelector('.maps img')!;
    for (const [x, y] of [
      [3, 7],
      [12, 2],
    ]) {
      const bytes = [0, 1, 2].map((channel) => Math.round(255 * input[channel * 256 + y * 16 + x]));
      expect(colorAt(image, 16, x, y)).toEqual(bytes);
    }
    const weights = colored.model.at('see', Conv2D).weight.data;
    const most = [...weights, ...colored.timeline!.snapshots[0].weights].reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    const after = document.querySelectorAll('.card')[1].querySelectorAll('img')[1];
    const byte = (channel: number) => Math.round(255 * (0.5 + weights[75 + 25 * channel + 5 + 3] / (2 * most)));
    expect(colorAt(after, 5, 3, 1)).toEqual([byte(0), byte(1), byte(2)]);
  });
});

describe('any number of classes of color images', () => {
  test.each([1, 2, 3, 12, 31])('%i', async (classes) => {
    const generator = new Generator(`classes ${classes}`);
    const length = 2 * classes;
    const heldOut = new Dataset(
      Float32Array.from({ length: length * 3 * 64 }, () => generator.uniform()),
      [3, 8, 8],
      Array.from({ length }, (_, i) => i % classes),
      Array.from({ length: classes }, (_, c) => `kind <${c}>`),
    );
    manualSeed(4);
    const model = new Sequential(new Conv2D(3, 2, 3), new ReLU(), new Flatten(), new Dense(72, classes));
    const { html, figures } = await report({ ...subjectOf(model, { train: heldOut, heldOut }), timeline: undefined });
    const document = check(html, 'growth');
    expect(words(document, 'reading')).toContain(`of ${length} held-out images`);
    expect(document.querySelectorAll('#reading svg').length).toBe(classes > 30 ? 0 : 1);
    if (classes > 30) {
      const rows = [...document.querySelectorAll('#reading tbody tr')];
      expect(rows).toHaveLength(12);
      const [label, predicted, count] = [...rows[0].children].map(({ textContent }) => textContent);
      const of = (name: string) => Number(/<(\d+)>/.exec(name)![1]);
      expect(count).toBe(`${figures.heldOut.confusion[of(label)][of(predicted)]} of 2`);
    } else for (const name of heldOut.classNames) expect(words(document, 'reading')).toContain(name);
    if (classes === 1) expect(words(document, 'reading')).toContain('no mistake');
  });
});

describe('what is not given is left out', () => {
  test('without a study: no figures of edges, no chance', async () => {
    const { model, data, timeline } = subject;
    const { html, figures } = await report({ model, data, timeline });
    const document = check(html, 'chance');
    expect(figures).not.toHaveProperty('after');
    expect(document.querySelector('h1')!.textContent).toBe('The filters of conv1');
    expect(document.querySelector('.frame figcaption')!.textContent).toMatch(/^step 0 · held-out accuracy [\d.]+%$/);
    expect(html.replace(/<style>[\s\S]*<\/style>|data:[^"]*/g, '')).not.toMatch(
      /R2ori|R²|closest|hand-made|conclusion/,
    );
    expect([...document.querySelectorAll('#behavior th[scope=col]')].map(({ textContent }) => textContent)).toEqual([
      'filter',
      'accuracy without it',
    ]);
  });

  test('with the model and held-out images alone', async () => {
    const { html } = await report({ model: subject.model, data: { heldOut: digits.heldOut } });
    expect(words(check(html, 'growth', 'chance'), 'settings')).not.toContain('learned from');
  });

  test('a model of which it cannot be told what its filters see: no images that they answer to', async () => {
    class Own extends Module {
      readonly inner = subject.model;
      override forward(x: Tensor): Tensor {
        return this.inner.forward(x);
      }
    }
    const { html, figures } = await report({ model: new Own(), data: digits });
    expect(figures).toMatchObject({ layer: 'inner.conv1', topActivations: null });
    expect(figures.heldOut.accuracy).toBe(made.figures.heldOut.accuracy);
    expect(check(html, 'growth', 'chance').querySelector('.tops')).toBeNull();
  });
});

describe('how gray images look', () => {
  const shown = async (options: Partial<ReportOptions>) => {
    const { model } = subject;
    const { html } = await report({ model, data: digits, example: 3, ...options });
    return parseHTML(html).document.querySelector('.maps img')!;
  };

  test('1 is white, and black as ink; normalized images too', async () => {
    const input = digits.heldOut.input(3);
    const brightest = input.indexOf(Math.max(...input));
    const [x, y] = [brightest % 28, Math.floor(brightest / 28)];
    const light = Math.round(255 * input[brightest]);
    expect(light).toBeGreaterThan(250);
    const [plain, ink] = [await shown({}), await shown({ ink: true })];
    expect(colorAt(plain, 28, 0, 0)).toEqual([0, 0, 0]);
    expect(colorAt(plain, 28, x, y)).toEqual([light, light, light]);
    expect(colorAt(ink, 28, 0, 0)).toEqual([255, 255, 255]);
    expect(colorAt(ink, 28, x, y)).toEqual([255 - light, 255 - light, 255 - light]);

    // Normalized images look as they did before.
    const heldOut = digits.heldOut.map((values) => values.map((value) => (value - 0.13) / 0.31));
    expect((await shown({ data: { heldOut } })).getAttribute('src')).toBe(plain.getAttribute('src'));
  });
});

describe('what does not fit is refused', () => {
  test.each<[string, (given: typeof subject) => Partial<ReportOptions> | undefined, RegExp]>([
    ['an unknown option', (given) => ({ ...given, titel: 'x' }) as ReportOptions, /unknown option 'titel'/],
    ['no options', () => undefined, /expected data.heldOut to be a Dataset, got undefined/],
    ['an unknown layer', (given) => ({ ...given, layer: 'conv7' }), /no layer 'conv7'/],
    [
      'a layer of several channels',
      (given) => ({ ...given, layer: 'conv2' }),
      /filters of one channel, or of three in the first layer, conv1, got \[16, 5, 3, 3\] in conv2/,
    ],
    ['a dense layer', (given) => ({ ...given, layer: 'dense' }), /filters of one channel, .* got \[10, 400\] in dense/],
    [
      'a study of others',
      (given) => ({ ...given, model: network() }),
      /a study of filters \[12, 1, 5, 5\], got one of \[5, 1, 5, 5\]/,
    ],
    [
      'a timeline that the study has not',
      (given) => ({ ...given, study: { ...given.study, timeline: [] } }),
      /expected the timeline of the study, of 0 snapshots, got 5/,
    ],
    [
      'other nulls',
      (given) => ({ ...given, nulls: given.nulls.slice(1) }),
      /the nulls of the study, normal, colored, got colored/,
    ],
    ['no nulls', (given) => ({ ...given, nulls: undefined }), /the nulls of the study, normal, colored, got none/],
    ['no model', ({ data }) => ({ data }), /expected a model with a Conv2D, got undefined/],
    ['a model without filters', ({ data }) => ({ data, model: new Sequential(new Flatten()) }), /with a Conv2D/],
    [
      'no image',
      ({ model, data }) => ({ model, data: { heldOut: data.heldOut.take(0) } }),
      /data.heldOut, got an empty/,
    ],
    ['an example that is not there', (given) => ({ ...given, example: 200 }), /example to be .* 0 to 199, got 200/],
  ])('%s', async (_, change, message) => {
    const attempt = report(change(subject) as ReportOptions);
    await expect(attempt).rejects.toThrow(message);
    await attempt.catch((error) => expect(error instanceof ArgumentError || error instanceof ShapeError).toBe(true));
  });
});
