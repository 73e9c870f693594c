import { Choice } from './choice.js';
import { LANGUAGES, THEMES } from './state/preferences.js';
import { useStore } from './state/store.js';
import { StoryOpener } from './story/opener.js';
import { useTexts } from './texts/index.js';

/** What the page is, and the switches of language and colors. */
export function Header() {
  const { language, unspoken, speak, theme } = useStore().preferences;
  const { page } = useTexts();
  return (
    <header>
      <div class="switches">
        <Choice
          name="language"
          label={page.language}
          title={page.languageTip}
          value={language.value}
          choices={LANGUAGES.map((value) => ({ value, text: page.languages[value] }))}
          onChange={speak}
        />
        <Choice
          name="theme"
          label={page.theme}
          title={page.themeTip}
          value={theme.value}
          choices={THEMES.map((value) => ({ value, text: page.themes[value] }))}
          onChange={(value) => {
            theme.value = value;
          }}
        />
      </div>
      {unspoken.value && (
        <p class="trouble" role="alert">
          {page.unspoken(page.languages[unspoken.value])}
        </p>
      )}
      <h1>{page.heading}</h1>
      <p class="lede">{page.lede}</p>
      <StoryOpener />
    </header>
  );
}
