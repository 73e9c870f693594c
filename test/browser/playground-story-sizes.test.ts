import { afterAll, beforeAll, test } from 'vitest';
import { openPlayground, type Playground, settled } from './playground-page.js';
import { DEEDS, next, phase, shares, TOLD } from './story-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

/** What else the text speaks of once that has been done. */
const REVEALED: Record<number, Record<string, string>> = {
  4: { maps: '#network .net-large' },
  7: { filters: '#layers .choose-stroke', sum: '#layers .stroke .pixels >> nth=0' },
};

const SIZES = [
  [1280, 800],
  [1920, 1080],
  [768, 1024],
  [390, 844],
];
const LANGUAGES = ['en-GB', 'zh-CN'];

// Side by side: a page that scrolls and plays waits more than it computes.
test.concurrent.for(SIZES.flatMap(([width, height]) => LANGUAGES.map((language) => ({ width, height, language }))))(
  'what each step of the story speaks of is seen, clear of bar and panel, at $width x $height, $language',
  async ({ width, height, language }, { expect }) => {
    const { page, errors, close } = await playground.visit('?epochs=1', { width, height, language });
    await settled(page);
    await page.locator('#story-opener').click();
    for (const [step, told] of TOLD.entries()) {
      const seen = async (when: string, what: Record<string, string>) => {
        const hidden = async () => Object.entries(await shares(page, what)).filter(([, share]) => share < 0.9);
        const message = `step ${step + 1}, ${when}`;
        await expect.poll(hidden, { message }).toEqual([]);
        if (process.env.SHOTS)
          await page.screenshot({ path: `${process.env.SHOTS}/story-${width}-${language}-${step + 1}-${when}.png` });
      };
      await seen('ask', told);
      await page.locator('.story-answers button').first().click();
      await seen('do', told);
      await DEEDS[step](page);
      await expect.poll(() => phase(page)).toBe('seen');
      await seen('seen', REVEALED[step + 1] ?? told);
      await next(page).click();
    }
    expect(errors).toEqual([]);
    await close();
  },
);
