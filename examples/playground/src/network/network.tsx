import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { wantsRest } from '../motion.js';
import '../styles/draw.css';
import '../styles/network.css';
import '../styles/network-levels.css';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { useWidth } from '../charts/width.js';
import { useDrawing } from '../draw/drawing.js';
import { Drawing } from '../draw/input.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { within } from './fields.js';
import { Layer } from './layer.js';
import { OneNumber } from './number.js';
import { useReadout } from './readout.js';
import { StageMaps } from './stage.js';
import { StageName, Strip } from './strip.js';
import { type Trace, traceOf } from './trace.js';
import { View } from './view.js';

/** From this width of the card on, in pixels, the pad stands beside the strip. */
const BESIDE = 900;
const PAD = 214;

/** The network as one strip: the digit drawn, what each layer makes of it, and how each number came about. */
export function NetworkCard() {
  const { training, replica, parts, settings } = useStore();
  const { network: texts, draw: drawTexts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const shown = useCalm(training.shown, useInSight(box));
  const drawing = useDrawing();
  const { image } = drawing;
  const view = useMemo(() => new View({ conv1: parts.filter, conv2: parts.filter2 }), [parts]);
  // `shown` says when to look again; what is looked at is the newest network.
  const { trace, step } = useMemo(() => {
    const network = shown && replica.peek();
    if (!network) return { trace: null, step: null };
    return { trace: image && traceOf(network.model, image.pixels), step: network.step };
  }, [image, shown]);
  const turns = view.turns.value;
  useLayoutEffect(() => {
    if (turns > 0 && box.current) follow(box.current, view);
  }, [turns]);
  const { condition } = settings.value;
  const loaded = training.loaded.value;
  const beside = width >= BESIDE;
  return (
    <Card id="network" title={texts.title} lede={texts.lede}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape goes up from whatever control inside has the focus */}
      <div
        class={beside ? 'net beside' : 'net'}
        ref={box}
        data-level={view.level.value}
        onKeyDown={(event) => {
          // Who goes up a level does not close the story, too.
          if (event.key === 'Escape' && view.up()) event.stopPropagation();
        }}
      >
        {(step === 0 || condition === 'untrained') && <p class="notice">{drawTexts.untrained}</p>}
        <div class="net-work">
          <div class="net-input" id="draw">
            {trace && <StageName {...{ view, trace }} stage="input" />}
            <Drawing drawing={drawing}>
              {trace && <StageMaps {...{ view, trace }} stage="input" columns={1} opens="layer" name="strip-input" />}
            </Drawing>
          </div>
          <Strip
            {...{ view, trace }}
            width={beside ? width - PAD : width}
            empty={!image}
            quiet={training.isLearning.value}
          />
          <div class="net-says">
            <p class="net-state">
              {step !== null && (
                <span data-testid="network-step" data-step={step}>
                  {step === 0 ? texts.fresh : loaded ? texts.from(loaded.name) : texts.after(step)}
                </span>
              )}{' '}
              {drawing.held && image?.label != null && <span>{texts.held(image.label)}</span>}{' '}
              {condition === 'permuted' && <span>{drawTexts.permuted}</span>}
              {condition === 'scrambled' && <span>{drawTexts.scrambled}</span>}
            </p>
            {trace && <Readout {...{ view, trace }} />}
          </div>
        </div>
        {trace && view.level.value !== 'overview' && <Deeper {...{ view, trace, wide: width >= 640 }} />}
      </div>
    </Card>
  );
}

/** What the number looked at is; followed by nothing that is read aloud, since it changes with the mouse. */
function Readout({ view, trace }: { view: View; trace: Trace }) {
  const { network: texts } = useTexts();
  const readout = useReadout();
  const unit = view.unit.value;
  return (
    <p class={unit ? 'net-readout lit' : 'net-readout'} data-testid="readout">
      {unit ? readout(trace, within(trace, unit)) : texts.hint}
    </p>
  );
}

/** The layer or the number that is open, and the way back. */
function Deeper({ view, trace, wide }: { view: View; trace: Trace; wide: boolean }) {
  const { network: texts } = useTexts();
  const level = view.level.value;
  const chosen = view.chosen.value;
  if (!chosen) return null;
  const unit = within(trace, chosen);
  const { stage, channel, row, column } = unit;
  const number =
    stage === 'classes'
      ? texts.digit(channel)
      : stage === 'input'
        ? texts.pixel(row + 1, column + 1)
        : texts.number(channel, row + 1, column + 1);
  const name = texts.stages[stage];
  return (
    <section class="net-deeper" aria-label={level === 'layer' ? name : number}>
      <nav class="net-path" aria-label={texts.path}>
        <button type="button" title={texts.overviewTip} onClick={() => view.show('overview')}>
          {texts.overview}
        </button>
        <span aria-hidden="true">›</span>
        {level === 'layer' ? (
          <h3>{name}</h3>
        ) : (
          <>
            <button type="button" title={texts.layerTip(name)} onClick={() => view.show('layer')}>
              {name}
            </button>
            <span aria-hidden="true">›</span>
            <h3>{number}</h3>
          </>
        )}
      </nav>
      {level === 'layer' ? (
        <Layer key={stage} {...{ view, trace, stage, wide }} />
      ) : (
        <OneNumber {...{ view, trace, unit }} />
      )}
    </section>
  );
}

/** Moves the focus to what has been opened, or to where one came from, and brings it into view. */
function follow(box: HTMLElement, view: View): void {
  const level = view.level.peek();
  const name = level === 'overview' ? `strip-${view.stage.peek()}` : level;
  const maps = box.querySelector<HTMLElement>(`[data-maps="${name}"]`);
  maps?.focus({ preventScroll: true });
  const still = wantsRest();
  const target = level === 'overview' ? maps : box.querySelector('.net-deeper');
  target?.scrollIntoView({ block: 'nearest', behavior: still ? 'auto' : 'smooth' });
}
