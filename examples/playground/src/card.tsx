import type { ComponentChildren } from 'preact';

/** A part of the page under its heading. `id` is its anchor. */
export function Card({
  id,
  title,
  lede,
  children,
}: {
  id: string;
  title: string;
  lede?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="card" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      {lede && <p class="lede">{lede}</p>}
      {children}
    </section>
  );
}
