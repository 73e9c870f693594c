/** Hands a file to the visitor, as a click on a link would. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has taken the content when the click has been handled, but not at once.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
