/** A square of numbers that can be typed over; the arrow keys move between them. */
import { useRef, useState } from 'preact/hooks';
import type { Color } from '../../../../src/inspect/index.js';
import { css, textOn } from '../pictures/colors.js';
import { parseNumber, short } from './numbers.js';

interface NumberGridProps {
  values: Float32Array;
  size: number;
  least: number;
  most: number;
  colorOf: (value: number) => Color;
  onType: (index: number, value: number) => void;
  label: string;
  /** What is said of a text that is no number. */
  expected: (least: number, most: number) => string;
  cellLabel: (row: number, column: number) => string;
}

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function NumberGrid({
  values,
  size,
  least,
  most,
  colorOf,
  onType,
  label,
  expected,
  cellLabel,
}: NumberGridProps) {
  const group = useRef<HTMLFieldSetElement>(null);
  // One stop of the Tab key for the whole grid, at the cell that was used last.
  const [current, setCurrent] = useState(0);
  const [draft, setDraft] = useState<{ index: number; text: string } | null>(null);

  const type = (index: number, text: string) => {
    setDraft({ index, text });
    const value = parseNumber(text, least, most);
    if (value !== null) onType(index, value);
  };
  const move = (event: KeyboardEvent, index: number) => {
    if (event.key === 'Enter' || event.key === 'Escape') setDraft(null);
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    const field = event.currentTarget as HTMLInputElement;
    const selected = field.selectionStart === 0 && field.selectionEnd === field.value.length;
    // Inside a text that is being edited, left and right move the caret.
    if (arrow[1] < 0 && !selected && field.selectionStart !== 0) return;
    if (arrow[1] > 0 && !selected && field.selectionEnd !== field.value.length) return;
    const [row, column] = [Math.floor(index / size) + arrow[0], (index % size) + arrow[1]];
    if (Math.min(row, column) < 0 || Math.max(row, column) >= size) return;
    event.preventDefault();
    group.current?.querySelectorAll('input')[row * size + column].focus();
  };

  const wrong = draft !== null && parseNumber(draft.text, least, most) === null;
  return (
    <fieldset class="number-grid" ref={group} style={{ '--cells': size }}>
      <legend class="unseen">{label}</legend>
      {Array.from(values, (value, index) => {
        const color = colorOf(value);
        const drafted = draft?.index === index;
        return (
          <input
            key={index}
            type="text"
            inputMode="text"
            autoComplete="off"
            spellcheck={false}
            aria-label={cellLabel(Math.floor(index / size) + 1, (index % size) + 1)}
            aria-invalid={drafted && wrong}
            title={String(Number(value.toPrecision(6)))}
            tabIndex={index === Math.min(current, values.length - 1) ? 0 : -1}
            value={drafted ? draft.text : short(value)}
            style={{ background: css(color), color: textOn(color) }}
            onInput={(event) => type(index, event.currentTarget.value)}
            onKeyDown={(event) => move(event, index)}
            onFocus={(event) => {
              setCurrent(index);
              event.currentTarget.select();
            }}
            onBlur={() => setDraft(null)}
          />
        );
      })}
      {wrong && (
        <p class="expected" role="alert">
          {expected(least, most)}
        </p>
      )}
    </fieldset>
  );
}
