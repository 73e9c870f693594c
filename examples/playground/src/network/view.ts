import { computed, type Signal, signal } from '@preact/signals';
import type { Unit } from './fields.js';
import type { Stage } from './trace.js';

/** How deep one looks: at the whole strip, at one layer, at one number. */
export type Level = 'overview' | 'layer' | 'number';

/** How far from the number shown a second tap may be, in rows and columns: fingers are not exact. */
const NEAR = 2;

/** What of the network somebody looks at. */
export class View {
  readonly level: Signal<Level> = signal('overview');
  /** The number chosen by a key, a tap or a click; null until there is one. */
  readonly chosen = signal<Unit | null>(null);
  /** The number under the mouse. */
  readonly pointed = signal<Unit | null>(null);
  /** The number whose origin is lit up. */
  readonly unit = computed(() => this.pointed.value ?? this.chosen.value);
  /** The layer that is open. */
  readonly stage = computed<Stage>(() => this.chosen.value?.stage ?? 'input');
  /** Counts what opens or closes a level, upon which the focus moves there. */
  readonly turns = signal(0);

  /** @param filters the filters of both convolutions that the page's other cards show */
  constructor(private readonly filters: Record<'conv1' | 'conv2', Signal<number>>) {}

  choose(unit: Unit): void {
    this.chosen.value = unit;
  }

  /** Opens a level with this number. */
  open(level: Exclude<Level, 'overview'>, unit: Unit): void {
    this.chosen.value = unit;
    this.pointed.value = null;
    if (unit.stage === 'conv1' || unit.stage === 'conv2') this.filters[unit.stage].value = unit.channel;
    this.level.value = level;
    this.turns.value++;
  }

  /** A click, or a tap, of which the first only shows the number. */
  press(level: Exclude<Level, 'overview'>, unit: Unit, touched: boolean): void {
    const shown = this.chosen.peek();
    const again = shown?.stage === unit.stage && (level === 'layer' || near(shown, unit));
    if (!touched || !again) this.pointed.value = null;
    if (touched && !again) this.choose(unit);
    else this.open(level, touched && shown ? shown : unit);
  }

  /** To the level above; false when there is none. */
  up(): boolean {
    if (this.level.value === 'overview') return false;
    this.show(this.level.value === 'number' ? 'layer' : 'overview');
    return true;
  }

  show(level: Level): void {
    this.pointed.value = null;
    this.level.value = level;
    this.turns.value++;
  }
}

function near(a: Unit, b: Unit): boolean {
  return a.channel === b.channel && Math.max(Math.abs(a.row - b.row), Math.abs(a.column - b.column)) <= NEAR;
}
