import { long } from '../convolution/numbers.js';
import { roundScale } from '../pictures/pixels.js';
import { useTexts } from '../texts/index.js';
import { Maps } from './maps.js';
import type { Palette } from './sheet.js';
import type { Maps as MapsOf, Stage, Trace } from './trace.js';
import type { Level, View } from './view.js';

/** The maps of a stage with the scale of their colors. */
export function StageMaps({
  view,
  trace,
  stage,
  columns,
  opens,
  name,
  only,
  maps = trace.stages[stage],
}: {
  view: View;
  trace: Trace;
  stage: Stage;
  columns: number;
  opens: Exclude<Level, 'overview'> | null;
  name: string;
  only?: number;
  /** What to show in place of what the stage gives. */
  maps?: MapsOf;
}) {
  const { network: texts } = useTexts();
  const palette: Palette = stage === 'input' ? 'ink' : 'signed';
  const scale = stage === 'input' ? 1 : roundScale(maps.values);
  const signed = maps !== trace.stages[stage];
  const label = texts.maps(
    texts.stages[stage],
    only === undefined ? maps.channels : 1,
    maps.height,
    maps.width,
    long(scale),
  );
  return (
    <>
      <Maps {...{ view, trace, stage, maps, only, columns, scale, palette, opens, name, label }} />
      <p class={`net-scale ${stage === 'input' ? 'ink' : signed ? 'signed' : ''}`}>
        <span>{signed ? long(-scale) : '0'}</span>
        <i aria-hidden="true" />
        <span>{long(scale)}</span>
      </p>
    </>
  );
}
