/** The page's address: each change of the settings is an entry of the browser's history, and Back undoes it. */
import { effect, type Signal } from '@preact/signals';
import { readSizes } from '../animals/sizes.js';
import { choosePhotograph } from '../convolution/bring.js';
import type { Lab } from '../convolution/lab.js';
import { readLink, writeLink } from './link.js';
import { readSettings, type Settings, writeSettings } from './settings.js';

/** Changes of one and the same setting within this time, in ms, are one: by the arrow keys a list changes at every press. */
const ONE_CHANGE = 1000;

/** What the address says, and where it goes. */
interface Addressed {
  settings: Signal<Settings>;
  /** Keys in the address whose values cannot be. */
  refused: Signal<readonly string[]>;
  lab: Lab;
  /** The filter that the inspector shows. */
  filter: Signal<number>;
}

export class Address {
  #last = { names: '', at: Number.NEGATIVE_INFINITY };
  /** What the address says beside the settings; '' when it says nothing. */
  #said = '';

  /** @param onUndo called when Back or Forward has brought other settings */
  constructor(
    private readonly page: Addressed,
    onUndo: () => void,
  ) {
    this.#read();
    addEventListener('popstate', () => {
      const before = writeSettings(this.page.settings.value);
      this.#last.at = Number.NEGATIVE_INFINITY;
      this.#read();
      if (writeSettings(this.page.settings.value) !== before) onUndo();
    });
    // What is not so any more, the address does not say.
    effect(() => {
      const { lab, filter, settings } = this.page;
      const now = writeLink(lab.state, filter.value, settings.peek());
      if (this.#said === '' || now === this.#said) return;
      this.#said = '';
      history.replaceState(null, '', this.#write() + location.hash);
    });
  }

  /** Changes settings, and the address with them. */
  change(patch: Partial<Settings>, names: readonly string[] = []): void {
    const { settings, refused } = this.page;
    const before = writeSettings(settings.value);
    settings.value = { ...settings.value, ...patch };
    refused.value = [];
    const now = performance.now();
    const same = names.length === 1 && names[0] === this.#last.names && now - this.#last.at < ONE_CHANGE;
    this.#last = { names: names.join(), at: now };
    this.#said = '';
    const anew = !same && writeSettings(settings.value) !== before;
    history[anew ? 'pushState' : 'replaceState'](null, '', this.#write());
  }

  #write(): string {
    return location.pathname + writeSettings(this.page.settings.value);
  }

  #read(): void {
    const { settings, refused, lab, filter } = this.page;
    const given = readSettings(location.search);
    const { link, refused: more } = readLink(location.search, given.settings);
    settings.value = given.settings;
    const animals = readSizes(location.search) === null ? ['animals'] : [];
    refused.value = [...given.refused, ...more, ...animals];
    this.#said = '';
    if (!link) return;
    lab.open(link.lab, given.settings.kernelSize);
    filter.value = link.inspected ?? 0;
    const image = lab.imageChoice.value;
    if (image.kind === 'photograph') void choosePhotograph(lab, image.name);
    this.#said = writeLink(lab.state, filter.value, given.settings);
  }
}
