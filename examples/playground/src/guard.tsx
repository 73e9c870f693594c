import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { useTexts } from './texts/index.js';
import { detailOf } from './worker/failure.js';

/** Keeps what fails in one card from taking the page with it, and says it. */
export function Guard({ children }: { children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary();
  const { trouble: texts } = useTexts();
  if (error === undefined) return <>{children}</>;
  return (
    <div class="trouble" role="alert">
      <p>
        {texts.cardFailed} {texts.failed(detailOf(error))}
      </p>
      <button type="button" title={texts.mendTip} onClick={reset}>
        {texts.mend}
      </button>
    </div>
  );
}
