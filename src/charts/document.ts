import { optional } from '../errors.js';

/** A document in which the charts of convgrad/charts can be drawn without a page, by the package linkedom. */
export async function chartDocument(): Promise<Document> {
  const { parseHTML } = await optional('chartDocument', 'linkedom', () => import('linkedom'));
  return parseHTML('<!doctype html><html><body></body></html>').document;
}
