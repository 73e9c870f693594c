/** One of the two boards, the image or the result: pointing moves the window, and so do the arrow keys. */
import type { ComponentChildren } from 'preact';
import type { Lab } from './lab.js';
import type { Sheet } from './paint.js';
import { SquareCanvas } from './pixels.js';

interface BoardProps {
  lab: Lab;
  title: string;
  keys: string;
  /** Cells along a side. */
  cells: number;
  paint: (sheet: Sheet) => void;
  /** The pointer is over a cell, with its button pressed or not. */
  onPoint: (row: number, column: number, pressed: boolean) => void;
  /** The pointer was put down on a cell. */
  onPress?: (row: number, column: number) => void;
  /** Whether the pointer draws, so that a finger does not scroll. */
  drawn?: boolean;
  children?: ComponentChildren;
}

const MOVES: Record<string, (lab: Lab) => void> = {
  ArrowUp: (lab) => lab.moveBy(-1, 0),
  ArrowDown: (lab) => lab.moveBy(1, 0),
  ArrowLeft: (lab) => lab.moveBy(0, -1),
  ArrowRight: (lab) => lab.moveBy(0, 1),
  Home: (lab) => lab.moveTo(0),
  End: (lab) => lab.moveTo(lab.filled.value.length - 1),
  ' ': (lab) => (lab.playing.value ? lab.pause() : lab.play()),
};

export function Board({ lab, title, keys, cells, paint, onPoint, onPress, drawn, children }: BoardProps) {
  const cellAt = (event: PointerEvent): [number, number] => {
    const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const hold = (share: number) => Math.min(cells - 1, Math.max(0, Math.floor(share * cells)));
    return [hold((event.clientY - top) / height), hold((event.clientX - left) / width)];
  };
  return (
    <figure class={drawn ? 'board drawn' : 'board'}>
      <figcaption>{title}</figcaption>
      <div
        class="sheet"
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need it
        tabIndex={0}
        aria-label={keys}
        title={keys}
        onKeyDown={(event) => {
          const move = MOVES[event.key];
          if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          move(lab);
        }}
        onPointerDown={(event) => {
          if (onPress) onPress(...cellAt(event));
          else onPoint(...cellAt(event), true);
        }}
        onPointerMove={(event) => onPoint(...cellAt(event), event.buttons > 0)}
      >
        <SquareCanvas cells={cells} paint={paint} />
      </div>
      {children}
    </figure>
  );
}
