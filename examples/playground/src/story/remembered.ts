/** Whether the story was closed in an earlier visit; kept by the browser where it allows that. */
const KEY = 'convgrad story';

export function wasClosed(): boolean {
  try {
    return localStorage.getItem(KEY) === 'closed';
  } catch {
    return false; // Cookies are forbidden, and this with them.
  }
}

export function rememberClosed(): void {
  try {
    localStorage.setItem(KEY, 'closed');
  } catch {
    // The same: it is forgotten with the page.
  }
}
