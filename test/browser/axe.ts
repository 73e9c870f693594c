import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: string[];
}

/**
 * What axe-core finds in a page that stands still: what scrolls meanwhile is taken for its own background, and a color on
 * its way to another for what is meant.
 * Styles are not loaded a second time: no rule that is on looks at them.
 * @param include selects what to look at; the whole page unless given
 */
export async function violations(page: Page, ...include: string[]): Promise<Violation[]> {
  return (await page.evaluate(`(async () => {
    for (let still = 0, before = NaN; still < 20; before = scrollY) {
      await new Promise(requestAnimationFrame);
      still = scrollY === before ? still + 1 : 0;
    }
    for (const each of document.getAnimations()) if (Number.isFinite(each.effect.getComputedTiming().endTime)) each.finish();
    ${AXE};
    const include = ${JSON.stringify(include)};
    const { violations } = await axe.run(include.length > 0 ? { include } : document, { resultTypes: ['violations'], preload: false });
    return violations.map(({ id, impact, nodes }) => ({
      id, impact, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + failureSummary),
    }));
  })()`)) as Violation[];
}

/** Of these, what is serious or worse. */
export async function seriousViolations(page: Page, ...include: string[]): Promise<Violation[]> {
  return (await violations(page, ...include)).filter(({ impact }) => impact === 'serious' || impact === 'critical');
}
