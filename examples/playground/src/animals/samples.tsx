import { useMemo, useState } from 'preact/hooks';
import { animalFaces } from '../../../../datasets/animal-faces.js';
import { PARTS, type Part } from '../../../lib/animals/drawings.js';
import { Pixels } from '../pictures/pixels.js';
import { drawingsOf, outlined, SIZE, shade } from './drawings.js';
import type { Drawings } from './messages.js';
import { useAnimalsTexts } from './texts.js';

const NONE: readonly Part[] = [];
const COUNT = 12;

/** One drawing of each animal, by the same program as those that the network learns from; the truth about it on demand. */
export function Samples() {
  const { samples: texts, lines } = useAnimalsTexts();
  const [seed, setSeed] = useState(0);
  const [all, setAll] = useState(false);
  const drawings = useMemo(() => {
    const faces = animalFaces({ count: COUNT, seed: `sample ${seed}` });
    return drawingsOf(faces, [...faces.truth.keys()], 0);
  }, [seed]);
  return (
    <section class="samples" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      <p class="note">{texts.note}</p>
      <ul>
        {drawings.faces.map((_, i) => (
          <li key={`${seed} ${i}`}>
            <Sample drawings={drawings} index={i} all={all} />
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" title={texts.othersTip} onClick={() => setSeed(seed + 1)}>
          {texts.others}
        </button>
        <label class="tick" title={texts.allTip}>
          <input type="checkbox" checked={all} onChange={({ currentTarget }) => setAll(currentTarget.checked)} />
          {texts.all}
        </label>
        <PartLines lines={lines} />
      </div>
    </section>
  );
}

/** Shows its parts while one points at it or has come to it by keyboard, and until it is pressed again. */
function Sample({ drawings, index, all }: { drawings: Drawings; index: number; all: boolean }) {
  const { samples: texts } = useAnimalsTexts();
  const [pressed, setPressed] = useState(false);
  const [near, setNear] = useState(false);
  const shows = all || pressed || near;
  const face = drawings.faces[index];
  const values = useMemo(() => outlined(drawings, index, shows ? PARTS : NONE), [drawings, index, shows]);
  const name = texts.animals[face.animal as keyof typeof texts.animals];
  return (
    <button
      type="button"
      class="face"
      aria-pressed={pressed}
      title={texts.tip}
      data-shows={shows}
      onClick={() => setPressed(!pressed)}
      onPointerEnter={({ pointerType }) => setNear(pointerType === 'mouse')}
      onPointerLeave={() => setNear(false)}
      onFocus={({ currentTarget }) => setNear(currentTarget.matches(':focus-visible'))}
      onBlur={() => setNear(false)}
    >
      <i aria-hidden="true">
        <Pixels values={values} width={SIZE} height={SIZE} color={shade} label={name} />
      </i>
      <span>
        <b>{name}</b>
        {texts.ears[face.ears]}
        <br />
        {texts.nose[face.nose]}
        <br />
        {texts.eyes[face.eyes]}
      </span>
    </button>
  );
}

/** How the parts are outlined. */
export function PartLines({ lines, only }: { lines: Record<Part, string>; only?: Part }) {
  return (
    <ul class="part-lines">
      {PARTS.filter((part) => only === undefined || part === only).map((part) => (
        <li key={part} class={`part-${part}`}>
          {lines[part]}
        </li>
      ))}
    </ul>
  );
}
