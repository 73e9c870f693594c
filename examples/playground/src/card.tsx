import type { ComponentChildren } from 'preact';
import { useStore } from './state/store.js';
import { STEPS } from './story/steps.js';

/** A part of the page under its heading. `id` is its anchor. */
export function Card({
  id,
  title,
  lede,
  strip = false,
  children,
}: {
  id: string;
  title: string;
  lede?: string;
  /** Whether all of it stands in one line. */
  strip?: boolean;
  children: ComponentChildren;
}) {
  const { story } = useStore().parts;
  const told = story.value !== null && STEPS[story.value].card === id;
  return (
    <section class={`card${told ? ' told' : ''}${strip ? ' strip' : ''}`} id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {lede && <p class="lede">{lede}</p>}
      {children}
    </section>
  );
}
