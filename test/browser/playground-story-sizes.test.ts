import { afterAll, beforeAll, test } from 'vitest';
import { ACTS } from '../../examples/playground/src/story/acts.js';
import { openPlayground, type Playground, settled } from './playground-page.js';
import { DEEDS, next, phase, say, shares, TOLD } from './story-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** What else the text speaks of once that has been done. */
const REVEALED: Record<number, Record<string, string>> = {
  4: { maps: '#network .net-large' },
  7: {
    filters: '#layers .choose-stroke',
    first: '#layers .stroke .pixels >> nth=0',
    last: '#layers .stroke .pixels >> nth=2',
  },
};

const SIZES = [
  [1280, 800],
  [1920, 1080],
  [768, 1024],
  [390, 844],
];
const LANGUAGES = ['en-GB', 'zh-CN'];

/** What a reader of English is answered, by step. */
const ANSWERED: Record<number, RegExp> = {
  5: /^After \d+ batches of 64 digits it names \d+\.\d% of new ones right\./,
  6: /^The loss fell from \d\.\d{4} to \d\.\d{4}\./,
  9: /^0\.\d\d before training, 0\.\d\d after \d+ batches: (not )?above /,
  10: /^It takes this for a \d \(\d+\.\d%\)/,
};

// Side by side: a page that scrolls and plays waits more than it computes.
test.concurrent.for(SIZES.flatMap(([width, height]) => LANGUAGES.map((language) => ({ width, height, language }))))(
  'a reader who guesses and does what is asked is answered in each step of the story, and sees what it speaks of clear of bar and panel, at $width x $height, $language',
  async ({ width, height, language }, { expect }) => {
    const english = language === 'en-GB';
    // At the first size the network still learns when the story goes on.
    const query = english && width === 1280 ? '?epochs=2' : '?epochs=1';
    const { page, errors, close } = await playground.visit(query, { width, height, language });
    await settled(page);
    await page.locator('#story-opener').click();
    for (const [i, told] of TOLD.entries()) {
      const where = `step ${i + 1}`;
      const seen = async (when: string, what: Record<string, string>) => {
        const hidden = async () => Object.entries(await shares(page, what)).filter(([, share]) => share < 0.9);
        await expect.poll(hidden, { message: `${where}, ${when}` }).toEqual([]);
        expect(await phase(page), where).toBe(when);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/story-${width}-${language}-${i + 1}-${when}.png` });
      };
      const head = english ? `Step ${i + 1} of 10` : `第 ${i + 1} 步，共 10 步`;
      await expect.poll(() => page.locator('.story-head').textContent(), { message: where }).toContain(head);
      await seen('ask', told);
      const asked = await say(page);
      // English: right in the steps of even numbers. Chinese: the first.
      const { right } = ACTS[i];
      const guess = english ? (i % 2 ? right : [0, 1, 2].find((answer) => answer !== right)!) : 0;
      await page.locator('.story-answers button').nth(guess).click();
      if (english) {
        const verdict = guess === right ? /^Right\. \S/ : /^Not quite\. \S/;
        await expect.poll(() => page.locator('.story-do p').first().textContent()).toMatch(verdict);
      }
      await seen('do', told);
      await DEEDS[i](page);
      await expect.poll(() => phase(page), { message: where }).toBe('seen');
      const answer = await say(page);
      expect(answer, where).toMatch(english ? (ANSWERED[i + 1] ?? /\S/) : /\S/);
      expect(answer, where).not.toBe(asked);
      await seen('seen', REVEALED[i + 1] ?? told);
      await next(page).click();
    }
    await expect.poll(() => page.locator('.story').count()).toBe(0);
    expect(errors).toEqual([]);
    await close();
  },
);
