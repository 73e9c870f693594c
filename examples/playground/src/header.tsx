import { Choice } from './choice.js';
import { LANGUAGES, THEMES } from './state/preferences.js';
import { useStore } from './state/store.js';
import { StoryOpener } from './story/story.js';
import { useTexts } from './texts/index.js';

/** What the page is, and the switches of language and colors. */
export function Header() {
  const { language, theme } = useStore().preferences;
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
          onChange={(value) => {
            language.value = value;
          }}
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
      <h1>{page.heading}</h1>
      <p class="lede">{page.lede}</p>
      <StoryOpener />
    </header>
  );
}
