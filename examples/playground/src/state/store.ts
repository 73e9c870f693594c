import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Sequential } from '../../../../src/index.js';
import { Lab } from '../convolution/lab.js';
import { Inquiry } from '../inspector/inquiry.js';
import type { NetworkFile } from '../takeaway/network-file.js';
import type { Failure } from '../worker/failure.js';
import { networkOf } from '../worker/job.js';
import { loadWeights } from '../worker/weights.js';
import { Address } from './address.js';
import { createParts, type Parts } from './parts.js';
import { createPreferences, type Preferences } from './preferences.js';
import { DEFAULTS, type Settings, withUsualRate } from './settings.js';
import { Training } from './training.js';

/** All that the page knows; one of it is made in main.tsx and handed down. */
export interface Store {
  readonly preferences: Preferences;
  readonly settings: ReadonlySignal<Settings>;
  /** Keys in the address whose values cannot be. */
  readonly refused: ReadonlySignal<readonly string[]>;
  readonly training: Training;
  readonly parts: Parts;
  /** What "Take a convolution apart" shows. */
  readonly lab: Lab;
  /**
   * The network that the page shows, to be looked into on the page itself; null until it stands. For each state another
   * object, so that who reads it hears of changes, around one and the same model.
   */
  readonly replica: ReadonlySignal<{ readonly model: Sequential; readonly step: number } | null>;
  /** Asks a worker about the network's filters, one for each make of a network and its digits; null while there are none. */
  readonly inquiry: ReadonlySignal<Inquiry | null>;
  /** Changes settings, the address with them, and prepares a new run. */
  change(settings: Partial<Settings>): void;
  /** Starts again whatever worker has failed. */
  mend(): void;
  /** Shows a network from elsewhere in place of a run. */
  load(name: string, network: NetworkFile): void;
}

/** Starts the workers, and rejects when there are no texts. */
export async function createStore(): Promise<Store> {
  const settings: Signal<Settings> = signal(DEFAULTS);
  const refused = signal<readonly string[]>([]);
  const parts = createParts();
  const lab = new Lab();
  const address = new Address({ settings, refused, lab, filter: parts.filter }, () => training.reset());
  const training = new Training(settings, new URL('digits.bin', document.baseURI).href);
  // One network for each make, filled again for each state.
  const network = computed(() => networkOf(settings.value));
  const replica = computed(() => {
    const shown = training.shown.value;
    if (!shown || !training.prepared.value) return null;
    loadWeights(network.value, shown.weights);
    return { model: network.value, step: shown.step };
  });
  let asked: Inquiry | null = null;
  const inquiry = computed(() => {
    asked?.end(); // Its worker has a network of another make.
    const heldOut = training.heldOut.value;
    const fail = (failure: Failure) => {
      parts.uninspected.value = failure;
    };
    asked = heldOut && new Inquiry(settings.value, heldOut, () => training.slowness(), fail);
    return asked;
  });
  training.reset();
  return {
    preferences: await createPreferences(), // The workers are loaded meanwhile.
    parts,
    lab,
    settings,
    refused,
    training,
    replica,
    inquiry,
    change(patch) {
      address.change(withUsualRate(patch), Object.keys(patch));
      training.reset();
    },
    mend() {
      parts.uninspected.value = null;
      training.mend();
    },
    load(name, network) {
      address.change(network.settings);
      training.load({ name, ...network });
    },
  };
}

const StoreContext = createContext<Store | null>(null);
export const StoreProvider = StoreContext.Provider;

export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error('useStore: expected a StoreProvider around the component');
  return store;
}
