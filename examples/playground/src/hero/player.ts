import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { END, REST, type Scene, sceneAt } from './film.js';
import { type Colors, type Layout, layoutFor, paint } from './paint.js';

/** A frame that comes later than this, in ms, makes the film wait: a page that was hidden goes on where it was. */
const LATE = 50;

/** Plays the film on a canvas, again and again. */
export class Player {
  readonly #scene: Signal<Scene> = signal(sceneAt(0));
  readonly frame: ReadonlySignal<number> = computed(() => this.#scene.value.frame);
  readonly act: ReadonlySignal<number> = computed(() => this.#scene.value.act);
  #time = 0;
  #before: number | null = null;
  #request = 0;
  #timer = 0;
  #layout: Layout | null = null;
  #colors: Colors | null = null;
  readonly #context: CanvasRenderingContext2D;
  readonly #resized = new ResizeObserver(() => this.fit());

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.#context = canvas.getContext('2d')!;
    this.#resized.observe(canvas);
    this.fit();
  }

  /** Goes on where it stands. */
  run(): void {
    this.halt();
    this.#request = requestAnimationFrame((now) => this.#tick(now));
  }

  halt(): void {
    cancelAnimationFrame(this.#request);
    clearTimeout(this.#timer);
    this.#before = null;
  }

  /** Goes to a time, in ms. */
  seek(time: number): void {
    this.#time = time;
    this.#show();
  }

  /** Back to the beginning when it is over. */
  rewind(): void {
    if (this.#time >= END) this.seek(0);
  }

  /** Draws anew, in the size and in the colors that the page has now. */
  fit(): void {
    const { canvas } = this;
    const { width } = canvas.getBoundingClientRect();
    if (width === 0) return;
    const style = getComputedStyle(canvas);
    const color = (name: string) => style.getPropertyValue(name);
    this.#colors = { ground: color('--ground'), rule: color('--rule'), accent: color('--accent') };
    this.#layout = layoutFor(width, devicePixelRatio);
    canvas.width = this.#layout.width;
    canvas.height = this.#layout.height;
    this.#paint();
  }

  end(): void {
    this.halt();
    this.#resized.disconnect();
  }

  /** Nobody asks for a frame while the film rests; a page that is hidden gets none. */
  #tick(now: number): void {
    this.#time += Math.min(LATE, now - (this.#before ?? now));
    this.#before = now;
    this.#show();
    if (this.#time < END) this.#request = requestAnimationFrame((next) => this.#tick(next));
    else {
      this.#timer = window.setTimeout(() => {
        this.seek(0);
        this.run();
      }, REST);
    }
  }

  #show(): void {
    const { act, frame, filled } = this.#scene.value;
    const scene = sceneAt(this.#time);
    if (scene.act === act && scene.frame === frame && scene.filled === filled) return;
    this.#scene.value = scene;
    this.#paint();
  }

  #paint(): void {
    if (this.#layout && this.#colors) paint(this.#context, this.#layout, this.#colors, this.#scene.value);
  }
}
