import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { network } from '../examples/lib/recipe.js';
import {
  ArgumentError,
  Conv2D,
  Dense,
  evaluate,
  Flatten,
  MaxPool2D,
  manualSeed,
  noGrad,
  ReLU,
  Sequential,
  ShapeError,
  softmax,
  tensor,
  weightHash,
} from '../src/index.js';
import { ablate, handMadeFilters, replaceFilter, topActivations } from '../src/inspect/index.js';
import { report } from '../src/node/index.js';
import { type fewDigits, subjectOf, trainedSubject } from './report-subject.js';

const SECTIONS = ['lesson', 'filters', 'growth', 'chance', 'behavior', 'reading', 'limits', 'settings'];

let digits: Awaited<ReturnType<typeof fewDigits>>;
let subject: Awaited<ReturnType<typeof trainedSubject>>;
let made: Awaited<ReturnType<typeof report>>;
let seconds: number;
beforeAll(async () => {
  subject = await trainedSubject();
  digits = subject.digits;
  const begun = process.cpuUsage(); // Not the time on the clock: other tests run beside this one.
  made = await report({ ...subject, title: 'Filters <script>alert(1)</script> & "more"', settings: { lr: 0.05 } });
  const { user, system } = process.cpuUsage(begun);
  seconds = (user + system) / 1e6;
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

/** What must be true of every report; gives its document. */
function check(page: string): Document {
  checkNesting(page);
  const { document } = parseHTML(page);
  expect([...document.querySelectorAll('section')].map(({ id }) => id)).toEqual(SECTIONS);
  for (const image of document.querySelectorAll('img')) {
    expect(image.getAttribute('src')).toMatch(/^data:image\/png;base64,[\w+/=]+$/);
    expect(image.getAttribute('alt')).toMatch(/\w/);
  }
  expect(document.querySelectorAll('svg[role=img] > title').length).toBe(document.querySelectorAll('svg').length);
  expect(page.replace(/data:[^"]*/g, '').replace(/<script>[\s\S]*<\/script>/, '')).not.toMatch(
    /undefined|NaN|\bnull\b|Infinity|\[object/,
  );
  expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:|\/\/\w+\./);
  expect(page.length).toBeLessThan(3e6);
  return document;
}

const words = (document: Document, id: string) => document.getElementById(id)!.textContent!.replace(/\s+/g, ' ');

describe('the report of a model that was trained', () => {
  test('is one small page that loads nothing, made in less than 3 s', () => {
    const document = check(made.html);
    expect(document.querySelectorAll('svg').length).toBe(3);
    expect(seconds).toBeLessThan(3);
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
    expect(made.figures.versions.convgrad).toMatch(/^\d+\.\d+\.\d+/);
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
    expect(made.figures.topActivations[2]).toEqual(topActivations(model, 'conv1', 2, digits.heldOut, { count: 5 }));
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
          ...{ conv1: new Conv2D(1, 3, 5), relu1: new ReLU(), pool1: new MaxPool2D(2), conv2: new Conv2D(3, 4, 3) },
          ...{ relu2: new ReLU(), conv3: new Conv2D(4, 4, 3), flatten: new Flatten(), dense: new Dense(256, 10) },
        }),
    ],
  ])('%s, untrained: it says so that nothing was learned, and why parts are missing', async (_, make) => {
    manualSeed(2);
    const { html } = await report(subjectOf(make(), digits));
    const document = check(html);
    expect(words(document, 'growth')).toContain('a timeline, the filters as they were kept');
    expect(words(document, 'chance')).toContain('Since when it is so cannot be said');
    expect(words(document, 'reading')).toContain('This is no more than guessing gets.');
    expect(document.querySelector('.note')!.textContent).toContain('has not learned');
    expect(document.querySelectorAll('.frame, #moment, #chance svg + svg').length).toBe(0);
  });

  test('a filter of zeros is dead, and nothing is shown that it answers to', async () => {
    manualSeed(3);
    const model = network({ filters: 4 });
    model.at('conv1', Conv2D).weight.data.fill(0, 25, 50);
    const { html, figures } = await report(subjectOf(model, digits));
    const document = check(html);
    expect(figures.topActivations[1]).toEqual([]);
    expect(figures.ablation[1]).toEqual({ filter: 1, accuracy: figures.heldOut.accuracy, handMade: null });
    expect(words(document, 'filters')).toContain('1 dead · R² –');
    expect(words(document, 'behavior')).toContain('all its weights are 0');
    expect(words(document, 'chance')).toContain('do not count in the mean');
  });

  test('a layer of zeros: no p-value, nothing follows', async () => {
    const model = network({ filters: 3 });
    model.at('conv1', Conv2D).weight.data.fill(0);
    const { html } = await report(subjectOf(model, digits));
    const document = check(html);
    expect(document.querySelector('.conclusion')!.textContent).toBe('All filters are dead: nothing follows.');
    const numbers = [...document.querySelectorAll('.key dd')].map(({ textContent }) => textContent);
    expect(numbers.slice(1)).toEqual(['0 of 3', '–', '–', '–']);
  });
});

describe('what does not fit is refused', () => {
  test.each<[string, (given: typeof subject) => object, RegExp]>([
    ['an unknown option', (given) => ({ ...given, titel: 'x' }), /unknown option 'titel'/],
    ['no options', () => undefined as unknown as object, /expected model, digits, study and nulls, got undefined/],
    ['an unknown layer', (given) => ({ ...given, layer: 'conv7' }), /no layer 'conv7'/],
    [
      'a layer of several channels',
      (given) => ({ ...given, layer: 'conv2' }),
      /\[filters, 1, k, k\] in conv2, got \[16, 5, 3, 3\]/,
    ],
    ['a dense layer', (given) => ({ ...given, layer: 'dense' }), /\[filters, 1, k, k\] in dense, got \[10, 400\]/],
    [
      'a study of others',
      (given) => ({ ...given, model: network() }),
      /a study of filters \[12, 1, 5, 5\], got one of \[5, 1, 5, 5\]/,
    ],
    [
      'a timeline that the study has not',
      (given) => ({ ...given, study: { ...given.study, timeline: [] } }),
      /expected the timeline of the study, of 0 moments, got 5/,
    ],
    [
      'other nulls',
      (given) => ({ ...given, nulls: given.nulls.slice(1) }),
      /the nulls of the study, normal, colored, got colored/,
    ],
  ])('%s', async (_, change, message) => {
    const attempt = report(change(subject) as typeof subject);
    await expect(attempt).rejects.toThrow(message);
    await attempt.catch((error) => expect(error instanceof ArgumentError || error instanceof ShapeError).toBe(true));
  });
});
