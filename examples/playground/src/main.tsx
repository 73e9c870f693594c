import { effect } from '@preact/signals';
import { render } from 'preact';
import './styles/colors.css';
import './styles/page.css';
import './styles/controls.css';
import './styles/notices.css';
import './styles/term.css';
import './styles/hero.css';
import './styles/presets.css';
import './styles/filters.css';
import './styles/chart.css';
import './styles/progress.css';
import './styles/convolution.css';
import './styles/story.css';
import { App } from './app.js';
import { startAt } from './go-to.js';
import { createStore, StoreProvider } from './state/store.js';
import { textsFor } from './texts/index.js';

const store = await createStore();
const { language, dark } = store.preferences;
effect(() => {
  const { documentElement } = document;
  documentElement.dataset.theme = dark.value ? 'dark' : 'light';
  documentElement.lang = language.value === 'zh' ? 'zh-Hans' : 'en';
  document.title = textsFor(language.value).page.title;
});

const page = document.getElementById('page');
if (page) {
  page.replaceChildren(); // What stands there says that the page has not started.
  render(
    <StoreProvider value={store}>
      <App />
    </StoreProvider>,
    page,
  );
  startAt(location.hash.slice(1));
}
