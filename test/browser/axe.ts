import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { standsStill } from './playground-page.js';

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
  await standsStill(page);
  return (await page.evaluate(`(async () => {
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
