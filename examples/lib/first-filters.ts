/** What a network's first filters became. */
import type { Dataset, Tensor } from '../../src/index.js';
import { filterGrid, nullDistribution } from '../../src/inspect/index.js';
import { savePng } from '../../src/node/index.js';
import { angleText, type FilterStudy, studyFilters, studyText } from '../../src/report/index.js';

/**
 * Measures them as example 03 does, against random filters, and random filters as smooth as the images are; prints the
 * table, and writes a picture of them before and after training.
 * @param path of the picture
 */
export async function firstFilters(
  path: string,
  title: string,
  { data, shape }: Tensor,
  before: ArrayLike<number>,
  patches: Dataset,
): Promise<FilterStudy> {
  const size = shape[3];
  const nulls = [nullDistribution('normal', size), nullDistribution('colored', size, { patches })];
  const study = studyFilters(data, shape, { nulls, before });
  console.log(`\n${title}\n${studyText(study)}\n`);
  const labels = study.after.filters.map((f) => `${f.filter}\n${f.class} ${angleText(f)}\nR² ${f.r2ori.toFixed(2)}`);
  await savePng(path, filterGrid(data, shape, { before, labels, title }));
  return study;
}
