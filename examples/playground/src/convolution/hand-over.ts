/** Image files that are dropped on the card, or pasted. */
import { useEffect, useState } from 'preact/hooks';
import { chooseFile } from './bring.js';
import type { Lab } from './lab.js';

const hasFiles = (transfer: DataTransfer | null) => transfer?.types.includes('Files') ?? false;

/** What the card needs to take files that are dropped on it, and whether one is held over it. */
export function useDropped(lab: Lab) {
  const [holding, setHolding] = useState(false);
  // Beside the card a browser would leave the page for the file, and the training would be lost.
  useEffect(() => {
    const keep = (event: DragEvent) => {
      if (event.defaultPrevented || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer!.dropEffect = 'none';
    };
    addEventListener('dragover', keep);
    addEventListener('drop', keep);
    return () => {
      removeEventListener('dragover', keep);
      removeEventListener('drop', keep);
    };
  }, []);
  return {
    holding,
    onDragOver(event: DragEvent) {
      if (!hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      setHolding(true);
    },
    onDragLeave(event: DragEvent) {
      const to = event.relatedTarget as Node | null;
      if (!(event.currentTarget as Node).contains(to)) setHolding(false);
    },
    onDrop(event: DragEvent) {
      setHolding(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (!file) return;
      event.preventDefault();
      void chooseFile(lab, file);
    },
  };
}

/** Takes files that are pasted while the card is in sight. */
export function usePasted(lab: Lab, inSight: boolean): void {
  useEffect(() => {
    if (!inSight) return;
    const take = (event: ClipboardEvent) => {
      const [file] = event.clipboardData?.files ?? [];
      if (!file) return;
      event.preventDefault();
      void chooseFile(lab, file);
    };
    document.addEventListener('paste', take);
    return () => document.removeEventListener('paste', take);
  }, [lab, inSight]);
}
