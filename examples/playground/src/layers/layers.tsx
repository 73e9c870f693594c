import '../styles/inspector.css';
import { useMemo } from 'preact/hooks';
import { Card } from '../card.js';
import type { Inquiry } from '../inspector/inquiry.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Unmeasured } from '../training/trouble.js';
import type { HeldOut } from '../worker/held-out.js';
import { Asking } from './asking.js';
import { LikestSection } from './likest.js';
import { Photographs } from './photographs.js';
import { SeparableSection } from './separable.js';
import { StrokesSection } from './strokes.js';
import { useLayersTexts } from './texts.js';
import '../styles/layers.css';

/** What each section of the card needs. */
export interface Asked {
  asking: Asking;
  inquiry: Inquiry;
  heldOut: HeldOut;
  /** Whether a state fits the network that the worker has. */
  fits: (state: Snapshot | null) => state is Snapshot;
}

/** What the layers behind the first make of what it finds. */
export function LayersCard() {
  const { training, settings, inquiry: shared } = useStore();
  const texts = useLayersTexts();
  const heldOut = training.heldOut.value;
  const inquiry = shared.value;
  const asking = useMemo(() => new Asking(() => training.isLearning.peek()), [inquiry]);
  const { filters, kernelSize } = settings.value;
  const fits = (state: Snapshot | null): state is Snapshot =>
    state !== null && state.shape[0] === filters && state.shape[2] === kernelSize;
  const asked = heldOut && inquiry && { asking, inquiry, heldOut, fits };
  return (
    <Card id="layers" title={texts.title} lede={texts.lede}>
      <div class="layers">
        {asked ? (
          <>
            <StrokesSection {...asked} />
            <LikestSection {...asked} />
            <SeparableSection {...asked} />
          </>
        ) : (
          <Unmeasured />
        )}
        <Photographs />
      </div>
    </Card>
  );
}
