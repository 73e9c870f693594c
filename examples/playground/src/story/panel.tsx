import '../styles/story-panel.css';
import { effect, signal, untracked } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useStore } from '../state/store.js';
import { useTextsOf } from '../texts/index.js';
import { ACTS } from './acts.js';
import { type Facts, factsOf } from './facts.js';
import { bringIntoView } from './stage.js';
import { type StepTexts, type StoryStepsTexts, storyStepsEn, type Told } from './steps.en.js';
import { STEPS } from './steps.js';
import { storyStepsZh } from './steps.zh.js';

export interface PanelProps {
  step: number;
  onClose(): void;
}

/** Where a step stands: it asks for a guess, then for a deed, and says what was seen. */
type Phase = 'ask' | 'do' | 'seen';

/** How a press of the pointer ends. */
const RELEASED = ['pointerup', 'pointercancel'] as const;

/** What was guessed in each step, as long as the page lives. */
const guesses = signal<Readonly<Record<number, number>>>({});

/** The step that is being told, in a panel that leaves the page to be used. */
export function Panel({ step, onClose }: PanelProps) {
  const store = useStore();
  const { story, storyAt } = store.parts;
  const texts: StoryStepsTexts = useTextsOf<StoryStepsTexts>({ en: storyStepsEn, zh: storyStepsZh });
  const heading = useRef<HTMLHeadingElement>(null);
  const answer = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<{ step: number; phase: Phase } | null>(null);
  const [facts, setFacts] = useState<Facts>(() => untracked(() => factsOf(store)));
  const act = ACTS[step];
  const guess = guesses.value[step] ?? null;
  const phase = at?.step === step ? at.phase : guess === null ? 'ask' : 'do';
  const shows = (phase === 'seen' && act.reveals) || act.shows;
  const setPhase = (next: Phase) => setAt({ step, phase: next });

  useEffect(() => {
    document.body.classList.add('telling');
    return () => document.body.classList.remove('telling');
  }, []);
  useEffect(() => {
    const leave = (event: KeyboardEvent) => {
      // What is open above the page is closed first.
      if (event.key === 'Escape' && !event.defaultPrevented && !document.querySelector(':popover-open')) onClose();
    };
    addEventListener('keydown', leave);
    return () => removeEventListener('keydown', leave);
  }, []);
  useEffect(() => {
    storyAt.value = step;
    store.training.selected.value = null;
    act.begin?.(store);
    setAt(null);
    setFacts(factsOf(store));
    heading.current?.focus({ preventScroll: true });
    const over = new AbortController();
    const stop = whenDone(act.watch(store, over.signal), () => {
      setFacts(factsOf(store));
      setPhase('seen');
    });
    return () => {
      over.abort();
      stop();
    };
  }, [step]);
  useEffect(() => {
    if (phase === 'do') act.plays?.(store);
  }, [step, phase]);
  useEffect(() => {
    if (phase !== 'seen') return;
    // What was said while it learned is said anew of the end, when all digits are counted.
    const { live, measured, isLearning, selected } = store.training;
    return effect(() => {
      const ended = !isLearning.value && live.value && store.training.isWhole(live.value);
      if (ended && measured.value && selected.value === null) untracked(() => setFacts(factsOf(store)));
    });
  }, [step, phase]);
  const shownStep = useRef<number | null>(null);
  useEffect(() => {
    // Within a step it is the panel's height that has changed.
    const place = shownStep.current === step ? 'near' : 'middle';
    shownStep.current = step;
    return bringIntoView(shows, STEPS[step].card, place);
  }, [step, phase]);
  useLayoutEffect(() => {
    const { activeElement } = document;
    if (at?.phase === 'do') answer.current?.focus({ preventScroll: true });
    // Who uses the keyboard is led back, and so is whoever had the focus on what was here.
    if (
      at?.phase === 'seen' &&
      (activeElement === document.body || activeElement?.matches(':not([type=text]):focus-visible'))
    ) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [at]);

  const told = texts.steps[step];
  const say = (text: Told) => (typeof text === 'function' ? text(facts) : text);
  const last = step === STEPS.length - 1;
  const go = (to: number) => {
    story.value = to;
  };
  const next = () => {
    if (phase === 'ask') setPhase('do');
    else if (!last) go(step + 1);
    else {
      storyAt.value = 0;
      guesses.value = {};
      onClose();
    }
  };
  return (
    <aside class="story" aria-label={texts.label} data-phase={phase}>
      <div class="story-head">
        <span class="note">{texts.step(step + 1, STEPS.length)}</span>
        <button type="button" class="quiet" title={texts.closeTip} onClick={onClose}>
          {texts.close}
        </button>
      </div>
      <div class="story-told">
        <h2 ref={heading} tabIndex={-1}>
          {told.title}
        </h2>
        <div aria-live="polite">
          <p key={`${step} ${phase === 'seen'}`}>{say(phase === 'seen' ? told.seen : told.text)}</p>
          {phase === 'ask' && <p class="story-ask">{say(told.ask)}</p>}
        </div>
        {phase === 'ask' && (
          <Answers
            told={told}
            say={say}
            label={texts.guess}
            tip={texts.guessTip}
            onGuess={(index) => {
              guesses.value = { ...guesses.peek(), [step]: index };
              setPhase('do');
            }}
          />
        )}
        {phase === 'do' && (
          <div class="story-do" ref={answer} tabIndex={-1}>
            {guess !== null && (
              <p class={guess === act.right ? 'guessed' : 'missed'}>
                <b>{guess === act.right ? texts.right : texts.wrong}</b> {told.answers[guess][1]}
              </p>
            )}
            <p class="story-task">
              {say(told.task)}{' '}
              <button
                type="button"
                class="quiet"
                title={texts.showTip}
                onClick={() => {
                  bringIntoView(shows, STEPS[step].card, 'middle');
                  document.querySelector<HTMLElement>(act.uses)?.focus({ preventScroll: true });
                }}
              >
                {texts.show}
              </button>
            </p>
          </div>
        )}
      </div>
      <div class="story-foot">
        <button type="button" title={texts.backTip} disabled={step === 0} onClick={() => go(step - 1)}>
          {texts.back}
        </button>
        <button
          type="button"
          class={phase === 'ask' ? 'on' : 'on primary'}
          title={phase === 'ask' ? texts.skipTip : last ? texts.closeTip : texts.nextTip}
          onClick={next}
        >
          {phase === 'ask' ? texts.skip : last ? texts.done : texts.next}
        </button>
      </div>
    </aside>
  );
}

/**
 * Calls `then` once when `done` says so, and not while a pointer is pressed: the page must not move under a pen.
 * @returns ends it
 */
function whenDone(done: () => boolean, then: () => void): () => void {
  const pressed = signal(false);
  const press = () => {
    pressed.value = true;
  };
  const release = () => {
    pressed.value = false;
  };
  addEventListener('pointerdown', press, true);
  for (const event of RELEASED) addEventListener(event, release, true);
  let was = false;
  let told = false;
  const stop = effect(() => {
    was ||= done();
    if (!was || pressed.value || told) return;
    told = true;
    untracked(then);
  });
  return () => {
    stop();
    removeEventListener('pointerdown', press, true);
    for (const event of RELEASED) removeEventListener(event, release, true);
  };
}

function Answers({
  told,
  label,
  tip,
  say,
  onGuess,
}: {
  told: StepTexts;
  label: string;
  tip: string;
  say(text: Told): string;
  onGuess(index: number): void;
}) {
  return (
    <fieldset class="story-answers">
      <legend class="unseen">
        {label} {say(told.ask)}
      </legend>
      {told.answers.map(([text], i) => (
        <button key={i} type="button" title={tip} onClick={() => onGuess(i)}>
          {say(text)}
        </button>
      ))}
    </fieldset>
  );
}
